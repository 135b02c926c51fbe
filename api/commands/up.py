"""`onpost up`: everything an installation runs, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `onpost up`."""

    @app.command()
    def up(
        settings: Annotated[
            Path | None, typer.Option("--settings", "-s", help="Settings file (YAML).")
        ] = None,
        web: Annotated[bool, typer.Option(help="Also serve the web.")] = True,
    ) -> None:
        """Watch, schedule and serve the web; start again what ends, stop all on SIGTERM."""
        from api.logs import set_up_logging
        from api.settings import load_settings
        from api.supervise import Supervisor
        from api.tasks import tasks_of
        from api.wiring import make_shelf

        loaded = load_settings(settings)
        set_up_logging(loaded.log.level, loaded.log.format)
        status = Supervisor(tasks_of(loaded, web=web)).run()
        make_shelf(loaded).clear()  # no picture outlives those who show it
        raise typer.Exit(status)
