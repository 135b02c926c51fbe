"""`onpost access`: who may call which endpoint."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add `onpost access`."""

    @app.command()
    def access() -> None:
        """Print the table roles by endpoints as CSV; docs/access-matrix.csv is this."""
        from api.access_matrix import matrix

        typer.echo(matrix(), nl=False)
