"""`onpost inspection sheet`: the register sheet of checks (登记表) as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.roster import SettingsFile


def sheet(
    out: Annotated[Path, typer.Option("--out", help="The file: .docx, .pdf, .xlsx or .json.")],
    *,
    day: Annotated[str, typer.Option("--day", help="Checks of this day, 2026-11-23.")] = "",
    hall: Annotated[str, typer.Option("--hall", help="Of this hall.")] = "",
    campaign: Annotated[str, typer.Option("--campaign", help="Of this campaign.")] = "",
    check: Annotated[int, typer.Option("--check", min=0, help="That one check alone.")] = 0,
    settings: SettingsFile = None,
) -> None:
    """Write the register sheet of checks to a file; each one is entered in the audit log."""
    from api.auth.audit import console, note
    from api.check_sheets import SheetOf, sheet_of
    from api.duty_doors import day_of, existing, hall_of, write_new
    from api.reports.render import FORMATS, render
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.audit import Action
    from models.domain.errors import InputError
    from scheduler.circulars.check_sheet import check_sheet

    form = out.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise InputError(
            f"不支持的格式“{out.suffix}”,请用 .docx、.pdf、.xlsx 或 .json。",
            f"{out.suffix!r} is no format of a sheet; use .docx, .pdf, .xlsx or .json.",
            where="--out",
        )
    chosen = load_settings(settings)
    wanted = SheetOf(
        check,
        day_of(day, "--day") if day else None,
        hall_of(hall, chosen, "--hall") if hall else "",
        campaign,
    )
    now, who = make_clock(chosen).now(), console()
    with existing(chosen) as record, record.make_uow() as uow:
        made = sheet_of(uow, chosen, wanted, by=who.name, now=now)
        if check and not made.checks:
            raise InputError(
                f"没有编号 {check} 的抽查。", f"there is no check {check}.", where="--check"
            )
        data = render(check_sheet(made, chosen.supervision.issuer), form)
        note(uow, who, Action.EXPORTED, f"checks:{day or campaign or check}", now, form=form)
        uow.commit()
    write_new(out, data)
    typer.echo(f"{out}: {len(made.checks)} 次 / checks, {made.counts.planned} 窗次 / windows")
