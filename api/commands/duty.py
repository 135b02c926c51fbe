"""`onpost duty`: judge spans from a file, judge earlier days again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.roster import SettingsFile


def add_to(app: typer.Typer) -> None:
    """Add the group `duty`."""
    group = typer.Typer(no_args_is_help=True, help="What an empty window means (在岗判定).")
    app.add_typer(group, name="duty")
    group.command("judge")(judge)
    group.command("rejudge")(rejudge)


def judge(
    spans: Annotated[
        Path, typer.Option("--spans", help="JSON lines: spans, or samples of `onpost replay`.")
    ],
    *,
    now: Annotated[
        str, typer.Option("--now", help="Up to when it is known; else the last day's end.")
    ] = "",
    totals: Annotated[
        bool, typer.Option("--totals", help="Also print how each day's seconds were spent.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Judge a file by the roster, hours and thresholds in force, as JSON lines; store nothing."""
    import json

    from api.duty_desk import DutyDesk
    from api.duty_doors import looked_at, moment_of
    from api.duty_record import in_force
    from api.judge_file import judge_lines, read_lines, told
    from api.settings import load_settings

    chosen = load_settings(settings)
    until = moment_of(now, chosen, "--now") if now else None
    lines = read_lines(spans, chosen)
    with looked_at(chosen) as make_uow:
        ruled = in_force(chosen, make_uow)
    desk = DutyDesk(chosen, ruled.duty, ruled.calendar)
    for one in judge_lines(chosen, desk, lines, until, spans.name):
        for finding in one.findings:
            typer.echo(json.dumps(told(finding, desk), ensure_ascii=False))
        if totals:
            said = {"window": one.window.id, "day": one.day.isoformat(), "seconds": one.totals}
            typer.echo(json.dumps({"totals": said}, ensure_ascii=False))


def rejudge(
    first: Annotated[str, typer.Option("--from", help="First day, 2026-11-02.")],
    last: Annotated[str, typer.Option("--to", help="Last day; a day that is over.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Judge earlier days again by what is known of them now; each change becomes an entry."""
    from api.duty_doors import day_of, opened
    from api.rejudge import rejudge as again
    from api.settings import load_settings
    from api.wiring import make_clock

    chosen = load_settings(settings)
    days = day_of(first, "--from"), day_of(last, "--to")
    now = make_clock(chosen).now()
    with opened(chosen) as record:
        changed = again(chosen, record.make_uow, *days, now, dry_run=dry_run)
    for one in changed:
        typer.echo(
            f"{one.day} {one.row.window_id} {one.row.details.get('label', one.row.kind)} "
            f"{one.action.move.value} {one.row.state} {one.action.reference} {one.row.key}"
        )
    what = "试算,未写入 / dry run, nothing written" if dry_run else "已登记 / registered"
    typer.echo(f"{len(changed)} 处变化 / changes: {what}")
