"""`onpost calendar`: which days are worked (工作日历)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.roster import By, SettingsFile


def add_to(app: typer.Typer) -> None:
    """Add the group `calendar`."""
    group = typer.Typer(no_args_is_help=True, help="The work calendar (工作日历).")
    app.add_typer(group, name="calendar")
    group.command("show")(show)
    group.command("import")(import_)
    group.command("override")(override)


def show(
    year: Annotated[int, typer.Argument(min=1990, max=2099)],
    hall: Annotated[str, typer.Option("--hall", help="With this hall's own days.")] = "",
    settings: SettingsFile = None,
) -> None:
    """List the days of a year that are not as their weekday says, and workdays by month."""
    from calendar import monthrange
    from datetime import date, timedelta

    from api.duty_doors import hall_of, looked_at
    from api.duty_record import in_force
    from api.settings import load_settings
    from models.domain.workdays import DayStatus

    chosen = load_settings(settings)
    hall = hall_of(hall, chosen, "--hall") if hall else ""
    with looked_at(chosen) as make_uow:
        calendar = in_force(chosen, make_uow).calendar
    for line in calendar.notice(year) or ():
        typer.echo(line)
    for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = calendar.day(date(year, 1, 1) + timedelta(days=number), hall)
        if day.worked != (day.date.weekday() < 5) or day.status is DayStatus.OVERRIDE:
            word = "班 / work" if day.worked else "休 / off"
            typer.echo(f"{day.date} {word} {day.name} [{day.status.value}] {day.source}".rstrip())
    counts = [
        calendar.workdays_between(
            date(year, month, 1), date(year, month, monthrange(year, month)[1]), hall
        )
        for month in range(1, 13)
    ]
    typer.echo(f"{year}: {', '.join(map(str, counts))} = {sum(counts)} 工作日 / workdays")


def import_(
    file: Annotated[Path, typer.Argument(help="A year file: JSON or CSV of two columns.")],
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Import the official plan of a year; it replaces what was known of that year."""
    from api.duty_changes import put_year
    from api.duty_doors import opened_by, text_of, typed
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action
    from models.domain.calendar_files import read_year_file

    chosen = load_settings(settings)
    plan = read_year_file(file.name, text_of(file))
    now = make_clock(chosen).now()
    with opened_by(chosen, by, Permission.CHANGE_DUTY) as (record, who), record.make_uow() as uow:
        put_year(uow, plan, now, who.name)
        typed(uow, Action.DUTY_CHANGED, f"calendar:{plan.year}", now, who)
        uow.commit()
    off = sum(not day.worked for day in plan.days)
    typer.echo(
        f"{plan.year}: {off} 放假日 / days off, {len(plan.days) - off} 上班日 / make-up days"
    )


def override(
    date: Annotated[str, typer.Argument(help="2026-11-24.")],
    *,
    work: Annotated[bool, typer.Option("--work/--rest", help="Worked, or not.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; shown as the day's name.")],
    hall: Annotated[str, typer.Option("--hall", help="For one hall; else for all.")] = "",
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Open or close a hall, or all of them, on a day."""
    from api.duty_changes import put_override
    from api.duty_doors import day_of, opened_by, typed
    from api.duty_forms import day_stated
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action
    from models.domain.duty_rows import override_key

    chosen = load_settings(settings)
    on = day_of(date, "DATE")
    day = day_stated(chosen, on, work=work, reason=reason, hall=hall)
    now = make_clock(chosen).now()
    with opened_by(chosen, by, Permission.CHANGE_DUTY) as (record, who), record.make_uow() as uow:
        put_override(uow, day, now, who.name, reason)
        typed(uow, Action.DUTY_CHANGED, f"calendar:{override_key(hall, on)}", now, who)
        uow.commit()
    typer.echo(f"{on} {hall or '*'}: {'班 / work' if work else '休 / off'} {reason}")
