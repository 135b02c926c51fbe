"""`onpost serve`: the web, API and pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `onpost serve`."""

    @app.command()
    def serve(
        settings: Annotated[Path | None, typer.Option(help="Settings file.")] = None,
        host: Annotated[str, typer.Option(help="Instead of the settings' web.host.")] = "",
        port: Annotated[int, typer.Option(help="Instead of the settings' web.port; 0: any.")] = -1,
        open_to_network: Annotated[bool, typer.Option(help="Listen beyond this machine.")] = False,
        ready_file: Annotated[
            Path | None, typer.Option(help="Write the address here once it answers.")
        ] = None,
    ) -> None:
        """Show the wall, findings and the API on http://127.0.0.1:8300."""
        from api.serving import serve as run
        from api.settings import load_settings

        run(
            load_settings(settings),
            host=host,
            port=None if port < 0 else port,
            open_to_network=open_to_network,
            ready_file=ready_file,
        )
