"""`onpost report`: a period's report as files, without issuing anything (月报)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.roster import SettingsFile


def add_to(app: typer.Typer) -> None:
    """Add the group `report`."""
    group = typer.Typer(no_args_is_help=True, help="Reports of a period (报表).")
    app.add_typer(group, name="report")
    group.command("month")(month)


def month(
    period: Annotated[str, typer.Argument(help="2026-11; also 2026-W48, 2026-Q4, 2026-H2.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the files; made.")],
    unit: Annotated[str, typer.Option("--unit", help="Only this unit's report.")] = "",
    formats: Annotated[str, typer.Option("--formats", help="Of docx,pdf,xlsx,json.")] = (
        "docx,pdf,xlsx,json"
    ),
    settings: SettingsFile = None,
) -> None:
    """Write the full report, the public one and one for each unit, marked as drafts."""
    from api.duty_doors import opened
    from api.reports.files import editions, wanted_formats, write_editions
    from api.reports.gather import gather
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen = load_settings(settings)
    wanted = wanted_formats(formats)
    with opened(chosen) as record, record.make_uow(read_only=True) as uow:
        gathered = gather(uow, chosen, period, make_clock(chosen).now())
    for file in write_editions(editions(gathered, chosen, period, unit), out, wanted):
        typer.echo(str(file))
    if gathered.waiting:
        typer.echo(
            f"另有 {gathered.waiting} 件情形待核实,未计入 / "
            f"{gathered.waiting} findings wait to be verified and are not counted",
            err=True,
        )
