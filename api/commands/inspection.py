"""`onpost inspection`: plans of spot checks, their proof, and what was found (抽查)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.inspection_sheet import sheet
from api.commands.roster import By, SettingsFile

if TYPE_CHECKING:
    from models.domain.inspection_verify import Verdict

Day = Annotated[str, typer.Argument(help="2026-11-23.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `inspection`."""
    group = typer.Typer(no_args_is_help=True, help="Spot checks and their plans (抽查).")
    app.add_typer(group, name="inspection")
    group.command("commit")(commit)
    group.command("plan")(plan)
    group.command("nonce")(nonce)
    group.command("reveal")(reveal)
    group.command("verify")(verify)
    group.command("new-key")(new_key)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("sheet")(sheet)


def commit(date: Day, settings: SettingsFile = None) -> None:
    """Publish today's or tomorrow's commitment; `onpost schedule` does so before opening."""
    from datetime import timedelta

    from api.duty_doors import day_of, opened
    from api.inspection_plans import SettingsPlans
    from api.plan_keys import plan_key
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.errors import ForbiddenMove
    from models.domain.inspection_record import commit_day

    chosen = load_settings(settings)
    day, now, plans = day_of(date, "DATE"), make_clock(chosen).now(), SettingsPlans(chosen)
    with opened(chosen) as record, record.make_uow() as uow:
        if not plans.today(now) <= day <= plans.today(now) + timedelta(days=1):
            raise ForbiddenMove(
                f"只能公布今天或明天的承诺,不能是 {day}。",
                f"today or tomorrow is committed, not {day}.",
                where=date,
            )
        secret = plan_key(chosen, create=uow.checks.first_day() is None)
        done = commit_day(uow, plans.inputs(uow, day), secret, now)
        uow.commit()
        why = "" if done else plans.closed(uow, day)
    if done is None:
        typer.echo(f"{day}: {why},不安排抽查。 / no hall opens, no checks.")
        return
    late = "(迟于开门 / late)" if done.late else ""
    typer.echo(f"{day} 承诺 / commitment: {done.commitment} 密钥 / key {done.key_id}{late}")


def plan(
    date: Day,
    *,
    fixed: Annotated[
        bool, typer.Option("--fixed", help="Only the fixed checks, which are no secret.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Print the plan of a day that is over and revealed; nobody is told one before."""
    from api.duty_doors import day_of, opened
    from api.inspection_desk import told_plan
    from api.inspection_plans import SettingsPlans
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.hours import zone_of
    from models.domain.inspection import KIND_NAMES
    from models.domain.inspection_plan import open_part

    chosen = load_settings(settings)
    day, now, plans = day_of(date, "DATE"), make_clock(chosen).now(), SettingsPlans(chosen)
    with opened(chosen) as record, record.make_uow(read_only=True) as uow:
        found = open_part(plans.inputs(uow, day)) if fixed else told_plan(uow, plans, day, now)
        why = "" if found else plans.closed(uow, day)
    for one in found:
        hall = plans.halls.get(one.hall_id)
        at = one.due_at.astimezone(zone_of(hall)) if hall else one.due_at
        name = f"{one.hall_id} {hall.name}" if hall else one.hall_id
        typer.echo(f"{at:%Y-%m-%d %H:%M:%S} {KIND_NAMES[one.kind]} {name} #{one.number} {one.plan}")
    if why:
        typer.echo(f"{day}: {why},不安排抽查。 / no hall opens, no checks.")
    typer.echo(f"{len(found)} 次 / checks")


def nonce(
    date: Day,
    by: Annotated[str, typer.Option("--by", help="Account of who gives it (纪检).")],
    value: Annotated[
        str, typer.Option("--value", help="Dice throws or a sentence; left out: drawn here.")
    ] = "",
    settings: SettingsFile = None,
) -> None:
    """Mix a nonce into a committed day, after its commitment and before its first opening."""
    from api.duty_doors import day_of, opened_by
    from api.plan_keys import draw_nonce
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.inspection_record import give_nonce

    chosen = load_settings(settings)
    day, now = day_of(date, "DATE"), make_clock(chosen).now()
    needed = Permission.GIVE_NONCE
    with opened_by(chosen, by, needed, named=True) as (record, who), record.make_uow() as uow:
        done = give_nonce(uow, day, value or draw_nonce(), who.name, now)
        uow.commit()
    typer.echo(f"{day} 随机数 / nonce: {done.nonce} ({done.nonce_by})")


def reveal(date: Day, settings: SettingsFile = None) -> None:
    """Reveal seed and nonce of a day that is over; `onpost schedule` does so by itself."""
    from api.duty_doors import day_of, opened
    from api.inspection_desk import reveal as reveal_now
    from api.plan_keys import plan_key
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen = load_settings(settings)
    day, now = day_of(date, "DATE"), make_clock(chosen).now()
    with opened(chosen) as record, record.make_uow() as uow:
        done = reveal_now(uow, day, plan_key(chosen, create=False), now)
        uow.commit()
    typer.echo(f"{day} 种子 / seed: {done.seed}")
    typer.echo(f"{day} 随机数 / nonce: {done.nonce} ({done.nonce_by})")


def new_key(
    reason: Annotated[str, typer.Option("--reason", help="How the old one was lost.")],
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Make a key in the place of a lost one, with an entry in the register."""
    from api.duty_doors import opened_by
    from api.plan_keys import new_key as make_key
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission

    chosen = load_settings(settings)
    with (
        opened_by(chosen, by, Permission.CHANGE_SETTINGS) as (record, who),
        record.make_uow() as uow,
    ):
        key = make_key(chosen)
        said = {"key_id": key.key_id, "reason": reason, "by": who.name}
        uow.register.append("plan_key_made", said, make_clock(chosen).now())
        uow.commit()
    typer.echo(f"新密钥 / new key: {key.key_id}")


def verify(date: Day, settings: SettingsFile = None) -> None:
    """Compute commitment and plan of a revealed day again and hold them against what was done.

    Exit status 0 only if all agrees, 1 where something differs.
    """
    from api.duty_doors import day_of, opened
    from api.inspection_desk import verified
    from api.settings import load_settings

    chosen = load_settings(settings)
    day = day_of(date, "DATE")
    with opened(chosen) as record, record.make_uow(read_only=True) as uow:
        verdict = verified(uow, day)
    _print(verdict)
    if not verdict.good:
        typer.echo(
            f"{day} 核对不通过:{len(verdict.differences)} 处不符。 / "
            f"{day} does NOT verify: {len(verdict.differences)} difference(s)."
        )
        raise typer.Exit(1)
    typer.echo(
        f"{day} 核对通过:承诺成立,{len(verdict.planned)} 次抽查与计划逐一相符。 / "
        f"{day} verifies: the commitment holds, {len(verdict.planned)} checks are as planned."
    )


def _print(verdict: Verdict) -> None:
    for one in verdict.differences:
        typer.echo(f"[{one.what.value}] {one.zh} / {one.en}")
    for zh, en in verdict.notes:
        typer.echo(f"[注 / note] {zh} / {en}")


def list_(
    *,
    date: Annotated[str, typer.Option("--date", help="Of plans of this day.")] = "",
    hall: Annotated[str, typer.Option("--hall", help="Of this hall.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="daily, random, campaign, …")] = "",
    state: Annotated[str, typer.Option("--state", help="due, settled, not_done, …")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 100,
    after: Annotated[int, typer.Option("--after", min=0, help="Id the last page ended with.")] = 0,
    settings: SettingsFile = None,
) -> None:
    """Print checks that were written as JSON lines, newest first."""
    import json

    from api.duty_doors import day_of, looked_at
    from api.inspection_desk import check_json
    from api.settings import load_settings
    from models.domain.inspection import CheckQuery

    day = day_of(date, "--date").isoformat() if date else ""
    with looked_at(load_settings(settings)) as make_uow:
        if make_uow is None:
            return
        with make_uow(read_only=True) as uow:
            query = CheckQuery(day=day, hall_id=hall, kind=kind, state=state)
            found = uow.checks.find(query, after_id=after, limit=limit)
            tallies = uow.checks.tallies([one.id for one in found])
    for one in found:
        typer.echo(json.dumps(check_json(one, tallies[one.id]), ensure_ascii=False))


def show(
    number: Annotated[int, typer.Argument(help="Its id, from `onpost inspection list`.")],
    settings: SettingsFile = None,
) -> None:
    """Print a check and its windows' results as JSON lines."""
    import json

    from api.duty_doors import opened
    from api.inspection_desk import check_json, result_json
    from api.settings import load_settings
    from models.domain.errors import InputError

    with opened(load_settings(settings)) as record, record.make_uow(read_only=True) as uow:
        check = uow.checks.get(number)
        if check is None:
            raise InputError(
                f"没有编号 {number} 的抽查。", f"there is no check {number}.", where=str(number)
            )
        tally = uow.checks.tallies([number])[number]
        results = uow.checks.results(number)
    typer.echo(json.dumps(check_json(check, tally), ensure_ascii=False))
    for one in results:
        typer.echo(json.dumps(result_json(one), ensure_ascii=False))
