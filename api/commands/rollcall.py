"""`onpost rollcall`: check halls now (一键查岗), and follow how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import By, SettingsFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.roll_call import Progress
    from api.settings import Settings
    from models.storage.record import Record

LOOK_EVERY_S = 1.0


def add_to(app: typer.Typer) -> None:
    """Add the command `rollcall`."""
    app.command("rollcall")(rollcall)


def rollcall(
    hall: Annotated[list[str] | None, typer.Option("--hall", help="A hall; may repeat.")] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Every hall that is open now.")] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; needed for halls that are closed now.")
    ] = "",
    by: By = "",
    wait: Annotated[
        float, typer.Option("--wait", min=0, help="Real seconds to follow it; 0 only starts it.")
    ] = 180.0,
    settled: Annotated[
        bool, typer.Option("--settled", help="Follow until no window is 待复核 any more.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Check halls now; `onpost watch` makes the checks. Ends with what was found by hall."""
    from api.auth.console_proof import acting
    from api.duty_doors import existing
    from api.settings import load_settings
    from models.domain.access import Permission
    from models.domain.errors import InputError

    if bool(hall) == all_:
        raise InputError(
            "请用 --hall 指定大厅,或用 --all 查所有开放的大厅。",
            "name halls with --hall, or take every open one with --all.",
            where="--hall, --all",
        )
    chosen = load_settings(settings)
    with existing(chosen) as record:
        who = acting(by, chosen, record.make_uow, Permission.CALL_ROLL)
        look = _started(chosen, record, hall or None, who.name, reason)
        done = _followed(look, wait, settled=settled)
    for line in _lines(done):
        typer.echo(line)
    if wait and not (done.over if settled else done.first_looked):
        typer.echo(
            "尚未完成:请确认 onpost watch 正在运行。 / not done yet: is `onpost watch` running?",
            err=True,
        )
        raise typer.Exit(1)


def _started(
    settings: Settings, record: Record, halls: list[str] | None, by: str, reason: str
) -> Callable[[], Progress]:
    """Start it; what tells how far it has come."""
    from api.duty_desk import DutyDesk
    from api.duty_record import of_record
    from api.roll_call import progress, start
    from api.wiring import make_clock

    with record.make_uow() as uow:
        ruled = of_record(settings, uow)
        desk = DutyDesk(settings, ruled.duty, ruled.calendar)
        plan = start(uow, desk, halls, by=by, reason=reason, now=make_clock(settings).now())
        uow.commit()
    typer.echo(f"查岗 / roll-call {plan}")

    def look() -> Progress:
        with record.make_uow(read_only=True) as uow:
            return progress(uow, plan, desk.windows.values())

    return look


def _followed(look: Callable[[], Progress], wait: float, *, settled: bool) -> Progress:
    """Look again until it is done or the time is over, telling what changes."""
    import time

    until = time.monotonic() + wait
    told = ""
    while True:
        done = look()
        line = (
            f"大厅 / halls {done.ended}/{len(done.halls)}, "
            f"窗口 / windows {done.told}/{done.windows}, "
            f"待复核 / looked at again {done.told - done.certain}"
        )
        if line != told:
            told = line
            typer.echo(line)
        enough = done.over if settled else done.first_looked
        if enough or time.monotonic() >= until:
            return done
        time.sleep(LOOK_EVERY_S)


def _lines(done: Progress) -> list[str]:
    from models.domain.check_result import RESULT_NAMES, Result
    from models.domain.inspection import STATE_NAMES

    names = {result.value: RESULT_NAMES[result] for result in Result} | {"pending": "待复核"}
    return [
        f"{hall.hall_id} {STATE_NAMES[hall.state]} "
        + " ".join(f"{names[name]} {count}" for name, count in sorted(hall.results.items()))
        for hall in done.halls
    ]
