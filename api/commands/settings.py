"""`onpost settings`: check a settings file, print the schema that editors use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `onpost settings check` and `onpost settings schema`."""
    group = typer.Typer(no_args_is_help=True, help="Check settings, print their schema.")
    app.add_typer(group, name="settings")

    @group.command()
    def check(
        file: Annotated[
            Path | None, typer.Argument(help="Settings file; else $ONPOST_SETTINGS.")
        ] = None,
    ) -> None:
        """Say everything that is wrong with a settings file, with lines; exit 2 if anything is."""
        from api.settings import load_settings

        settings = load_settings(file)
        name = settings.file or "(defaults)"
        counts = f"{len(settings.halls)} 大厅 / halls, {len(settings.cameras)} 摄像头 / cameras, "
        typer.echo(f"{name}: 正确 / good: {counts}{len(settings.windows)} 窗口 / windows")
        typer.echo(f"settings hash {settings.settings_hash()}")

    @group.command()
    def schema() -> None:
        """Print the JSON schema of the settings."""
        import json

        from api.settings import json_schema

        typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
