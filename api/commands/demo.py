"""`onpost demo`: the rehearsal hall (演练大厅), 82 cameras and a day with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `onpost demo`."""

    @app.command()
    def demo(
        minutes: Annotated[
            float, typer.Option(help="Real minutes to run; with the web it runs until Ctrl-C.")
        ] = 8.0,
        speed: Annotated[float, typer.Option(help="Simulated seconds per real second.")] = 8.0,
        web: Annotated[bool, typer.Option(help="Open the wall as a page.")] = True,
        seed: Annotated[int, typer.Option(help="Another city, another day.")] = 2026,
        folder: Annotated[Path, typer.Option(help="Where the demo keeps its things.")] = Path(
            "var"
        ),
    ) -> None:
        """Rehearse: 82 cameras in 39 halls, a day on a fast clock, held against the truth."""
        from api.demo import Plan, run

        status = run(Plan(minutes, speed, web, seed), typer.echo, root=folder)
        raise typer.Exit(status)
