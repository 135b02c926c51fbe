"""`onpost schedule`: runs the jobs of the timetable, or tells what runs when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def schedule(
        settings: Annotated[
            Path | None, typer.Option("--settings", "-s", help="Settings file (YAML).")
        ] = None,
        show: Annotated[
            bool, typer.Option("--list", help="Only tell what runs when and when it last ran.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="With --list: as JSON.")] = False,
    ) -> None:
        """Run the jobs of the timetable until stopped; a second process waits for the lease."""
        from api.settings import load_settings

        chosen = load_settings(settings)
        if not (show or as_json):
            from api.scheduling import run

            run(chosen)
            return
        from api.schedule_view import as_table, seen

        view = seen(chosen)
        if as_json:
            import json

            typer.echo(json.dumps(view.as_json(), ensure_ascii=False, indent=1))
        else:
            for line in as_table(view):
                typer.echo(line)
