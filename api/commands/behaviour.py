"""`onpost behaviour`: catalogue, registration by hand, clues and what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.roster import By, SettingsFile


def add_to(app: typer.Typer) -> None:
    """Add the group `behaviour`."""
    group = typer.Typer(no_args_is_help=True, help="Behaviour on duty (规范服务、工作纪律).")
    app.add_typer(group, name="behaviour")
    group.command("catalogue")(catalogue)
    group.command("set")(set_)
    group.command("register")(register)
    group.command("list")(list_)
    group.command("confirm")(confirm)
    group.command("dismiss")(dismiss)
    group.command("report")(report)


def catalogue(settings: SettingsFile = None) -> None:
    """List what may be registered, and what a machine may hint at."""
    from api.behaviour import catalogue_of
    from api.duty_doors import looked_at
    from api.settings import load_settings
    from models.domain.behaviour import LISTS_TO_FILL, Basis, Catalogue

    with looked_at(load_settings(settings)) as make_uow:
        found = Catalogue()
        if make_uow is not None:
            with make_uow(read_only=True) as uow:
                found = catalogue_of(uow)
    for entry in found:
        hint = " 机器线索 / machine clue" if entry.basis is Basis.MACHINE_CLUE else ""
        retired = " 停用 / retired" if entry.retired else ""
        typer.echo(f"{entry.code} {entry.name} / {entry.name_en} [{entry.group}]{hint}{retired}")
    for name, count in LISTS_TO_FILL.items():
        filled = sum(entry.group == name for entry in found)
        typer.echo(f"{name}: {filled} / {count}")


def set_(
    code: Annotated[str, typer.Argument(help="Such as S-01.")],
    name: Annotated[str, typer.Option("--name", help="Its Chinese name.")],
    *,
    english: Annotated[str, typer.Option("--english", help="Its English name.")] = "",
    group: Annotated[str, typer.Option("--group", help="五个一样, 十个不准, …")] = "上班纪律",
    retired: Annotated[bool, typer.Option("--retired", help="No longer offered.")] = False,
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Add an entry to the catalogue, change it, or retire it; old registrations keep theirs."""
    from dataclasses import replace

    from api.behaviour import catalogue_of, put_behaviour
    from api.duty_doors import opened_by, typed
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action
    from models.domain.behaviour import Behaviour

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    with opened_by(chosen, by, Permission.CHANGE_DUTY) as (record, who), record.make_uow() as uow:
        known = {entry.code: entry for entry in catalogue_of(uow)}
        before = known.get(code, Behaviour(code, name, english))
        entry = replace(
            before,
            name=name,
            name_en=english or before.name_en,
            group=group,
            retired=retired,
        )
        put_behaviour(uow, entry, now, who.name)
        typed(uow, Action.DUTY_CHANGED, f"catalogue:{code}", now, who)
        uow.commit()
    typer.echo(f"{code} {name} [{group}]")


def register(
    window: Annotated[str, typer.Option("--window", help="Id or name of the window.")],
    code: Annotated[str, typer.Option("--code", help="From the catalogue.")],
    by: Annotated[str, typer.Option("--by", help="Account of who saw it.")],
    *,
    picture: Annotated[Path | None, typer.Option("--picture", help="A still, JPEG.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="The camera's newest picture, as on the wall.")
    ] = False,
    recorder: Annotated[
        bool, typer.Option("--recorder", help="Stills of --at out of the camera's recorder.")
    ] = False,
    at: Annotated[str, typer.Option("--at", help="When; else now.")] = "",
    camera: Annotated[str, typer.Option("--camera", help="Else the window's first.")] = "",
    note: Annotated[str, typer.Option("--note", help="What was seen.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Register by hand what somebody does at a window (待核实), with a still as evidence."""
    from api.behaviour import catalogue_of
    from api.duty_doors import moment_of, opened_by, typed, window_of
    from api.settings import load_settings
    from api.settings.domain import windows_of
    from api.stills import Wanted, stills_of
    from api.wiring import make_clock
    from api.zone_changes import zoned_now
    from models.domain.access import Permission
    from models.domain.audit import Action
    from vision.behaviour_clerk import BehaviourClerk

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    seen = moment_of(at, chosen, "--at") if at else now
    place = window_of(window, chosen, "--window")
    with opened_by(chosen, by, Permission.RECORD_BEHAVIOUR, named=True) as (record, who):
        wanted = Wanted(picture, live, recorder)
        zoned = zoned_now(chosen, record.make_uow)
        shots = stills_of(
            zoned, record.evidence, wanted, window_id=place, camera_id=camera, at=seen
        )
        where = windows_of(zoned)[place]
        with record.make_uow() as uow:
            row = BehaviourClerk(uow, now).register(
                where, catalogue_of(uow).get(code), seen, by=who.name, note=note, shots=shots
            )
            typed(uow, Action.DUTY_CHANGED, f"behaviour:{row.id}", now, who)
            uow.commit()
    typer.echo(f"#{row.id} {row.details['label']} 待核实 / to verify")


def list_(
    *,
    only_counted: Annotated[
        bool, typer.Option("--counted", help="Only what a report counts.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """List clues and registrations, newest first, as JSON lines."""
    import json

    from api.behaviour import counted, rows_of
    from api.duty_doors import looked_at
    from api.settings import load_settings
    from models.domain.life import STAGE_NAMES, Stage

    with looked_at(load_settings(settings)) as make_uow:
        if make_uow is None:
            return
        with make_uow(read_only=True) as uow:
            rows = list(rows_of(uow))
    for row in rows:
        if counted(row) or not only_counted:
            kept = ("basis", "score", "looks", "model_hash", "detector", "by", "note")
            said = {
                "id": row.id,
                "window": row.window_id,
                "code": row.kind,
                "label": row.details["label"],
                "state": STAGE_NAMES[Stage(row.state)],
                "since": row.started_at.isoformat(),
                "evidence": list(row.evidence),
                **{name: row.details[name] for name in kept if name in row.details},
            }
            typer.echo(json.dumps(said, ensure_ascii=False))


def confirm(
    number: Annotated[int, typer.Argument(help="Its number, from the list.")],
    by: Annotated[str, typer.Option("--by", help="Account of who looked at the still.")],
    picture: Annotated[
        Path | None, typer.Option("--picture", help="A still, where none is kept yet.")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """A person confirms a clue or a registration by its still."""
    from api.duty_doors import opened_by, typed
    from api.settings import load_settings
    from api.stills import still_of
    from api.wiring import make_clock
    from api.zone_changes import zoned_now
    from models.domain.access import Permission
    from models.domain.audit import Action
    from models.domain.life import Stage
    from vision.behaviour_clerk import BehaviourClerk

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    with opened_by(chosen, by, Permission.DECIDE_BEHAVIOUR, named=True) as (record, who):
        shots = []
        if picture is not None:
            with record.make_uow(read_only=True) as uow:
                row = uow.findings.get(number)
            if row is not None:
                place, seen = row.window_id, row.started_at
                zoned = zoned_now(chosen, record.make_uow)
                _, shot = still_of(zoned, record.evidence, picture, window_id=place, taken_at=seen)
                shots = [shot]
        with record.make_uow() as uow:
            moved = BehaviourClerk(uow, now).move(number, Stage.CONFIRMED, who.name, shots=shots)
            typed(uow, Action.FINDING_DECIDED, f"behaviour:{number}", now, who)
            uow.commit()
    typer.echo(f"#{moved.id} {moved.details['label']} 确认 / confirmed")


def dismiss(
    number: Annotated[int, typer.Argument(help="Its number, from the list.")],
    by: Annotated[str, typer.Option("--by", help="Account of who looked at the still.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is none.")],
    settings: SettingsFile = None,
) -> None:
    """A person dismisses a clue or a registration (误报排除), with a reason."""
    from api.duty_doors import opened_by, typed
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action
    from models.domain.life import Stage
    from vision.behaviour_clerk import BehaviourClerk

    chosen = load_settings(settings)
    now = make_clock(chosen).now()
    needed = Permission.DECIDE_BEHAVIOUR
    with (
        opened_by(chosen, by, needed, named=True) as (record, who),
        record.make_uow() as uow,
    ):
        moved = BehaviourClerk(uow, now).move(number, Stage.DISMISSED, who.name, reason=reason)
        typed(uow, Action.FINDING_DECIDED, f"behaviour:{number}", now, who)
        uow.commit()
    typer.echo(f"#{moved.id} {moved.details['label']} 误报排除 / dismissed")


def report(
    month: Annotated[str, typer.Argument(help="2026-11.")],
    settings: SettingsFile = None,
) -> None:
    """How often each behaviour was confirmed in a month, by unit; clues are in no report."""
    from api.behaviour import catalogue_of, report_of
    from api.duty_doors import looked_at, month_bounds, month_of
    from api.settings import load_settings

    chosen = load_settings(settings)
    since, until = month_bounds(month_of(month, "MONTH"), chosen)
    with looked_at(chosen) as make_uow:
        if make_uow is None:
            typer.echo("0")
            return
        with make_uow(read_only=True) as uow:
            found, names = report_of(uow, since, until), catalogue_of(uow)
    for unit, counts in found.items():
        for code, count in sorted(counts.items()):
            typer.echo(f"{unit or '—'} {code} {names.get(code).name} {count}")
    typer.echo(f"{month}: {sum(sum(one.values()) for one in found.values())} 确认 / confirmed")
