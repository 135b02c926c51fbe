"""`onpost retention`: destroy the pictures whose time is over, or say which those are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import By, SettingsFile

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from models.domain.ports import UnitOfWork
    from scheduler.jobs.retention import Plan


def add_to(app: typer.Typer) -> None:
    """Add the command `retention`."""
    app.command("retention")(retention)


def retention(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would go; change nothing.")
    ] = False,
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Destroy pictures whose time is over (保存期限), as the job does every night."""
    from zoneinfo import ZoneInfo

    from api.duty_doors import opened_by, typed
    from api.retention import retention_of
    from api.settings import load_settings
    from api.wiring import make_clock
    from api.wiring_record import make_evidence
    from models.domain.access import Permission
    from models.domain.retention import WHY_NAMES, kept_why

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    work = retention_of(chosen, make_evidence(chosen))
    with opened_by(chosen, by, Permission.CHANGE_SETTINGS) as (record, who):
        with record.make_uow(read_only=True) as uow:
            plan = work.plan(uow, now)
            _tell(plan, uow, ZoneInfo(chosen.time_zone))
        for why, count in kept_why(plan.claims, now).items():
            zh, en = WHY_NAMES[why]
            typer.echo(f"保留 {count} 张:{zh} / kept {count}: {en}")
        if dry_run:
            typer.echo("未做任何改动 / nothing was changed")
            return
        with record.make_uow() as uow:
            typed(uow, "retention_run", "retention", now, who)
            uow.commit()
        registered, removed = work.purge(record.make_uow, now)
    typer.echo(
        f"登记销毁 {registered} 张,删除文件 {removed} 个 / "
        f"{registered} picture(s) registered, {removed} file(s) removed"
    )


def _tell(plan: Plan, uow: UnitOfWork, zone: ZoneInfo) -> None:
    from models.domain.retention import WHY_NAMES

    for one in plan.going:
        zh, en = WHY_NAMES[one.claim.why]
        for sha in one.pictures:
            picture = uow.evidence.get(sha)
            taken = f"{picture.taken_at.astimezone(zone):%Y-%m-%d %H:%M}" if picture else ""
            typer.echo(f"{sha} {taken} {one.claim.name} {zh} / {en}")
    count = sum(len(one.pictures) for one in plan.going)
    typer.echo(f"到期 {count} 张 / {count} picture(s) are due")
