"""`onpost roster`: import, export, templates, who is on duty, what a month misses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api.roster_import import Import

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", "-s", help="Settings file; else $ONPOST_SETTINGS.")
]
By = Annotated[
    str,
    typer.Option("--by", help="Account that does it, proven by its password; else the console."),
]
MOST_ROWS = 40


def add_to(app: typer.Typer) -> None:
    """Add the group `roster`."""
    group = typer.Typer(no_args_is_help=True, help="Duty rosters (排班表).")
    app.add_typer(group, name="roster")
    group.command("import")(import_)
    group.command("export")(export)
    group.command("template")(template)
    group.command("staff")(staff)
    group.command("who")(who)
    group.command("coverage")(coverage)


def import_(
    files: Annotated[list[Path], typer.Argument(help=".xlsx, .xls or CSV; layouts A to F.")],
    month: Annotated[
        str, typer.Option("--month", help="2026-11: rows outside it are refused.")
    ] = "",
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    correction: Annotated[
        str, typer.Option("--correction", help="Why a past or published month is changed.")
    ] = "",
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Import roster files, all of them or nothing; exit 2 and nothing written on any error."""
    from api.auth.audit import console
    from api.duty_doors import contents_of, looked_at, month_of, opened_by, typed
    from api.duty_record import in_force
    from api.roster_import import Correction, import_into, read_import
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.accounts import login_of
    from models.domain.audit import Action

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    only = month_of(month, "--month") if month else None
    content = contents_of(files)
    name = login_of(by) if by else console().name
    why = Correction(correction, name) if correction.strip() else None
    with looked_at(chosen) as make_uow:  # whatever is wrong is told before a record is made
        ruled = in_force(chosen, make_uow)
        found = read_import(chosen, ruled, content, now, month=only, correction=why)
    if not dry_run:
        with (
            opened_by(chosen, by, Permission.CHANGE_DUTY) as (record, who),
            record.make_uow() as uow,
        ):
            found = import_into(chosen, uow, content, now, by=name, month=only, correction=why)
            typed(uow, Action.DUTY_CHANGED, "roster", now, who)
            uow.commit()
    _tell(found, dry_run=dry_run)


def _tell(found: Import, *, dry_run: bool) -> None:
    for place, letter in found.layouts:
        typer.echo(f"{place}: 版式 / layout {letter}")
    for warning in found.warnings:
        typer.echo(str(warning))
    for row in found.rows[:MOST_ROWS]:
        typer.echo(str(row))
    if len(found.rows) > MOST_ROWS:
        typer.echo(f"… 另有 {len(found.rows) - MOST_ROWS} 行 / more rows")
    for notice in found.notices:
        typer.echo(
            f"! {notice.id} {notice.kind.value} {notice.start:%Y-%m-%d %H:%M} — "
            f"{notice.end:%Y-%m-%d %H:%M} {notice.person_id}"
        )
    added = sum(one.added for one in found.rows)
    counts = f"+{added} -{len(found.rows) - added} 行 / rows, {len(found.notices)} 请假 / notices"
    if dry_run:
        typer.echo(f"试导入,未写入任何内容 / dry run, nothing written: {counts}")
    elif found.rows or found.notices:
        version = f"排班第 {found.version} 版 / roster version {found.version}: "
        typer.echo(f"已导入 / imported: {version if found.version else ''}{counts}")
    else:
        typer.echo("没有变化,未写入 / nothing changes, nothing written")


def export(
    out: Annotated[Path, typer.Argument(help="The .xlsx to write.")],
    month: Annotated[str, typer.Option("--month", help="2026-11; else everything.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Write the roster in force as a workbook that can be imported again."""
    from api.duty_doors import looked_at, month_of, write_new
    from api.duty_record import in_force
    from api.roster_import import context_of, of_month
    from api.settings import load_settings
    from api.wiring import make_clock
    from scheduler.rosters.exporting import export_roster

    chosen = load_settings(settings)
    with looked_at(chosen) as make_uow:
        ruled = in_force(chosen, make_uow)
    roster, notices = ruled.duty.roster, ruled.duty.all_notices
    if month:
        roster, notices = of_month(chosen, ruled.duty, month_of(month, "--month"))
    context = context_of(chosen, ruled, make_clock(chosen).now())
    write_new(out, export_roster(roster, context, notices))
    typer.echo(
        f"{out}: {len(roster.shifts)} 班次 / shifts, {len(roster.chains)} AB岗 / chains, "
        f"{len(roster.turns)} 轮值 / turns, {len(notices)} 请假 / notices"
    )


def template(
    layout: Annotated[str, typer.Argument(help="A, B, C, D, E or F.")],
    out: Annotated[Path, typer.Argument(help="The .xlsx to write.")],
    month: Annotated[str, typer.Option("--month", help="2026-11, for title and days.")] = "",
) -> None:
    """Write an empty workbook of a layout, with its heads and a line of help."""
    from api.duty_doors import month_of, write_new
    from scheduler.rosters.exporting import template as made

    write_new(out, made(layout, month_of(month, "--month") if month else None))
    typer.echo(f"{out}: 版式 / layout {layout.upper()}")


def staff(
    file: Annotated[Path, typer.Argument(help="CSV or workbook: 姓名, 单位 [, 编号].")],
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Import staff lists; each unit in the file gets the list that stands there."""
    from api.duty_doors import opened_by, typed
    from api.settings import load_settings
    from api.staff import put_staff
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action
    from scheduler.rosters.staff_csv import read_staff_file

    chosen = load_settings(settings)
    read = read_staff_file(file)
    now = make_clock(chosen).now()
    with opened_by(chosen, by, Permission.CHANGE_DUTY) as (record, who), record.make_uow() as uow:
        changed = put_staff(uow, read, now, who.name)
        typed(uow, Action.DUTY_CHANGED, "staff", now, who)
        uow.commit()
    typer.echo(
        f"{len(read.persons)} 人 / people, {len(read.units)} 单位 / units, "
        f"{changed} 有变化 / changed"
    )


def who(
    window: Annotated[str, typer.Argument(help="Id or name of the window.")],
    time: Annotated[str, typer.Argument(help="2026-11-23 09:00.")],
    settings: SettingsFile = None,
) -> None:
    """Say who has to be at a window at a moment, and why."""
    from api.duty_desk import DutyDesk
    from api.duty_doors import looked_at, moment_of, window_of
    from api.duty_record import in_force
    from api.settings import load_settings
    from api.who import told

    chosen = load_settings(settings)
    at = moment_of(time, chosen, "TIME")
    with looked_at(chosen) as make_uow:
        ruled = in_force(chosen, make_uow)
    desk = DutyDesk(chosen, ruled.duty, ruled.calendar)
    zh, en = told(desk, ruled, window_of(window, chosen, "WINDOW"), at)
    typer.echo(zh)
    typer.echo(en)


def coverage(
    month: Annotated[str, typer.Argument(help="2026-11.")],
    settings: SettingsFile = None,
) -> None:
    """List the gaps and clashes of a month before they happen; exit 1 where there are any."""
    from calendar import monthrange

    from api.duty_desk import DutyDesk
    from api.duty_doors import looked_at, month_of
    from api.duty_record import in_force
    from api.settings import load_settings
    from models.domain.coverage import Planner

    chosen = load_settings(settings)
    first = month_of(month, "MONTH")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    with looked_at(chosen) as make_uow:
        ruled = in_force(chosen, make_uow)
    desk = DutyDesk(chosen, ruled.duty, ruled.calendar)
    planner = Planner(ruled.duty, desk.hours, ruled.calendar)
    pairs = [(one, desk.halls[one.hall_id]) for one in desk.windows.values()]
    covers = [planner.cover(window, hall, first, last) for window, hall in pairs]
    ahead = [one for cover in covers for one in cover.ahead]
    ahead += planner.clashes(pairs, first, last)
    for line in ruled.calendar.notice(first.year) or ():
        typer.echo(line)
    for one in sorted(ahead, key=lambda one: (one.start, one.window_id)):
        start, end = (desk.local(one.window_id, moment) for moment in (one.start, one.end))
        typer.echo(
            f"{start:%Y-%m-%d %H:%M}-{end:%H:%M} {one.window_id} {one.trouble.value}: "
            f"{one.why_zh} / {one.why_en}"
        )
    opened = sum(cover.open_s for cover in covers)
    share = f"{sum(cover.rostered_s for cover in covers) / opened:.1%}" if opened else "—"
    typer.echo(
        f"{month}: 应开 / open {opened / 3600:.1f} h, 有排班 / rostered {share}, "
        f"{len(ahead)} 处问题 / to mend"
    )
    if ahead:
        raise typer.Exit(1)
