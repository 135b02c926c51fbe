"""`onpost stop`: approved stops of service, power cuts, drills (暂停服务、停电、演练)."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.roster import By, SettingsFile


def add_to(app: typer.Typer) -> None:
    """Add the group `stop`."""
    group = typer.Typer(no_args_is_help=True, help="Stops of service, power cuts, drills (豁免).")
    app.add_typer(group, name="stop")
    group.command("add")(add)
    group.command("list")(list_)
    group.command("withdraw")(withdraw)


def add(
    kind: Annotated[str, typer.Option("--kind", help="暂停服务, 停电, 演练, 集体活动, …")],
    start: Annotated[str, typer.Option("--from", help="2026-11-23 09:00.")],
    end: Annotated[str, typer.Option("--to", help="2026-11-23 10:00.")],
    approver: Annotated[str, typer.Option("--approver", help="Who approved it.")],
    *,
    hall: Annotated[str, typer.Option("--hall", help="For a whole hall.")] = "",
    window: Annotated[str, typer.Option("--window", help="For one window.")] = "",
    approved: Annotated[str, typer.Option("--approved", help="When; else now.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Register an approved stop; it holds for the time before its approval too."""
    from api.duty_changes import put_exemption
    from api.duty_doors import moment_of, opened_by, typed
    from api.duty_forms import stop_stated
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    stop = stop_stated(
        chosen,
        now,
        kind=kind,
        start=moment_of(start, chosen, "--from"),
        end=moment_of(end, chosen, "--to"),
        hall=hall,
        window=window,
        approver=approver,
        approved=moment_of(approved, chosen, "--approved") if approved else None,
        reason=reason,
    )
    with opened_by(chosen, by, Permission.CHANGE_DUTY) as (record, who), record.make_uow() as uow:
        kept = put_exemption(uow, stop, now, who.name)
        typed(uow, Action.DUTY_CHANGED, f"stop:{kept.id}", now, who)
        uow.commit()
    typer.echo(f"{kept.id} 已登记 / registered")


def list_(settings: SettingsFile = None) -> None:
    """List the stops that stand."""
    from zoneinfo import ZoneInfo

    from api.duty_doors import looked_at
    from api.duty_record import in_force
    from api.settings import load_settings
    from models.domain.leave import EXEMPTION_NAMES

    chosen = load_settings(settings)
    with looked_at(chosen) as make_uow:
        stops = in_force(chosen, make_uow).duty.exemptions
    zone = ZoneInfo(chosen.time_zone)
    for one in sorted(stops, key=lambda one: one.start):
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        typer.echo(
            f"{one.id} {EXEMPTION_NAMES[one.kind]} {one.window_id or one.hall_id} "
            f"{start:%Y-%m-%d %H:%M} — {end:%Y-%m-%d %H:%M} {one.approver} {one.reason}".rstrip()
        )
    typer.echo(f"{len(stops)} 条 / stops")


def withdraw(
    stop: Annotated[str, typer.Argument(help="The stop's id.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Take a stop back; what it was stays in the record."""
    from api.commands.leave import take_back
    from models.domain.duty_rows import DutyKind

    take_back(DutyKind.EXEMPTION, stop, reason, by, settings)
