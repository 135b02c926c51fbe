"""`onpost leave`: leave and out notices (请假、外出登记)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import By, SettingsFile

if TYPE_CHECKING:
    from models.domain.duty_rows import DutyKind


def add_to(app: typer.Typer) -> None:
    """Add the group `leave`."""
    group = typer.Typer(no_args_is_help=True, help="Leave and out notices (请假、外出登记).")
    app.add_typer(group, name="leave")
    group.command("add")(add)
    group.command("import")(import_)
    group.command("list")(list_)
    group.command("back")(back)
    group.command("withdraw")(withdraw)


def add(
    person: Annotated[str, typer.Argument(help="Id, name, or 单位/姓名.")],
    kind: Annotated[str, typer.Option("--kind", help="事假, 病假, 年休, 临时外出, …")],
    start: Annotated[str, typer.Option("--from", help="2026-11-23 09:00.")],
    end: Annotated[str, typer.Option("--to", help="2026-11-23 11:30.")],
    *,
    cover: Annotated[str, typer.Option("--cover", help="Who stands in (顶岗人).")] = "",
    approver: Annotated[str, typer.Option("--approver", help="Who approved it.")] = "",
    approved: Annotated[str, typer.Option("--approved", help="When; else now.")] = "",
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Register a notice; it counts from its registration, which is now."""
    from api.duty_changes import put_notices
    from api.duty_doors import moment_of, opened_by, typed
    from api.duty_forms import notice_stated
    from api.duty_record import of_record
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    when = moment_of(approved, chosen, "--approved") if approved else None
    with (
        opened_by(chosen, by, Permission.REGISTER_LEAVE) as (record, who),
        record.make_uow() as uow,
    ):
        kept = notice_stated(
            of_record(chosen, uow),
            now,
            person=person,
            kind=kind,
            start=moment_of(start, chosen, "--from"),
            end=moment_of(end, chosen, "--to"),
            cover=cover,
            approver=approver,
            approved=when,
        )
        put_notices(uow, [kept], now, who.name)
        typed(uow, Action.DUTY_CHANGED, f"leave:{kept.id}", now, who)
        uow.commit()
    late = "(补登记 / late)" if kept.late else ""
    waits = "" if kept.counts else " 待审批,暂不生效 / not approved, without effect"
    typer.echo(f"{kept.id} 已登记 / registered{late}{waits}")


def import_(
    file: Annotated[Path, typer.Argument(help="A leave book: .xlsx, .xls or CSV.")],
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Import a leave book (请假、外出台账), all of it or nothing."""
    from api.commands.roster import import_ as roster_import

    roster_import([file], by=by, settings=settings)


def list_(
    month: Annotated[str, typer.Option("--month", help="2026-11; else all.")] = "",
    settings: SettingsFile = None,
) -> None:
    """List the notices that stand."""
    from zoneinfo import ZoneInfo

    from api.duty_doors import looked_at, month_of
    from api.duty_record import in_force
    from api.roster_import import of_month
    from api.settings import load_settings
    from models.domain.leave import NOTICE_NAMES

    chosen = load_settings(settings)
    with looked_at(chosen) as make_uow:
        duty = in_force(chosen, make_uow).duty
    notices = duty.all_notices
    if month:
        notices = of_month(chosen, duty, month_of(month, "--month"))[1]
    zone = ZoneInfo(chosen.time_zone)
    for one in sorted(notices, key=lambda one: one.start):
        start, end = one.start.astimezone(zone), one.until.astimezone(zone)
        cover = f" 顶岗 / cover {one.cover_id}" if one.cover_id else ""
        late = " 补登记 / late" if one.late else ""
        counts = "" if one.counts else " 不生效 / without effect"
        typer.echo(
            f"{one.id} {one.person_id} {NOTICE_NAMES[one.kind]} "
            f"{start:%Y-%m-%d %H:%M} — {end:%Y-%m-%d %H:%M}{cover}{late}{counts}"
        )
    typer.echo(f"{len(notices)} 条 / notices")


def back(
    notice: Annotated[str, typer.Argument(help="The notice's id.")],
    at: Annotated[str, typer.Option("--at", help="When; else now.")] = "",
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """The person is back before the end (销假)."""
    from api.duty_changes import back_early
    from api.duty_doors import moment_of, opened_by, typed
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    with (
        opened_by(chosen, by, Permission.REGISTER_LEAVE) as (record, who),
        record.make_uow() as uow,
    ):
        back_early(uow, notice, moment_of(at, chosen, "--at") if at else now, now, who.name)
        typed(uow, Action.DUTY_CHANGED, f"leave:{notice}", now, who)
        uow.commit()
    typer.echo(f"{notice} 已销假 / back")


def withdraw(
    notice: Annotated[str, typer.Argument(help="The notice's id.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Take a notice back; what it was stays in the record."""
    from models.domain.duty_rows import DutyKind

    take_back(DutyKind.NOTICE, notice, reason, by, settings)


def take_back(kind: DutyKind, number: str, reason: str, by: str, settings: Path | None) -> None:
    """Take a notice or a stop back, and say so."""
    from api.duty_changes import withdraw as withdrawn
    from api.duty_doors import opened_by, typed
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action
    from models.domain.duty_rows import DutyKind

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    needed = Permission.REGISTER_LEAVE if kind is DutyKind.NOTICE else Permission.CHANGE_DUTY
    with opened_by(chosen, by, needed) as (record, who), record.make_uow() as uow:
        withdrawn(uow, kind, number, now, by=who.name, reason=reason)
        typed(uow, Action.DUTY_CHANGED, f"{kind.value}:{number}", now, who)
        uow.commit()
    typer.echo(f"{number} 已撤回 / withdrawn")
