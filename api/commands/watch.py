"""`onpost watch`: reads the cameras, decides, registers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def watch(
        settings: Annotated[
            Path | None, typer.Option("--settings", "-s", help="Settings file (YAML).")
        ] = None,
    ) -> None:
        """Watch the cameras and register what is found, until stopped."""
        from api.settings import load_settings
        from api.watching import run

        run(load_settings(settings))
