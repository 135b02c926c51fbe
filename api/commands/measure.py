"""`onpost measure`: suggested measures, who decided, the ledger of measures (处理措施)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.rectify import By
from api.commands.roster import SettingsFile
from models.domain.access import Permission
from models.domain.measures import Measure

if TYPE_CHECKING:
    from models.domain.papers import Paper

Period = Annotated[str, typer.Argument(help="2026-11, 2026-Q4, 2026-H2, 2026.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `measure`."""
    group = typer.Typer(no_args_is_help=True, help="Measures (处理措施).")
    app.add_typer(group, name="measure")
    group.command("suggest")(suggest)
    group.command("list")(list_)
    group.command("decide")(decide)
    group.command("enter")(enter)
    group.command("ledger")(ledger)


def suggest(period: Period, by: By, settings: SettingsFile = None) -> None:
    """Let rules suggest at the end of a period; nothing is carried out (待批)."""
    from api.commands.papers import actor_of, desk_at
    from api.reports.measures import suggest as evaluate

    with desk_at(settings) as desk:
        found = evaluate(desk, period, actor_of(desk, by, Permission.MANAGE_MEASURES))
    for paper in found.standing:
        _tell(paper)
    for name, units in found.too_few.items():
        if units:
            typer.echo(f"{name} 样本不足 / too few checks: {'、'.join(units)}")
    typer.echo(f"{len(found.new)} 条新建议 / new suggestions")


def list_(settings: SettingsFile = None) -> None:
    """Print suggestions, newest first."""
    from api.commands.papers import desk_at
    from api.reports.papers import every
    from models.domain.papers import PaperKind

    with desk_at(settings) as desk, desk.make_uow(read_only=True) as uow:
        for paper in every(uow, PaperKind.SUGGESTION):
            _tell(paper)


def decide(
    key: Annotated[str, typer.Argument(help="As `onpost measure list` prints it.")],
    by: By,
    *,
    agree: Annotated[bool, typer.Option("--agree/--refuse", help="同意 or 不同意.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; a refusal needs one.")] = "",
    settings: SettingsFile = None,
) -> None:
    """An approver agrees to a suggestion or refuses it."""
    from api.commands.papers import actor_of, desk_at
    from api.reports.measures import decide_suggestion

    with desk_at(settings) as desk:
        _tell(
            decide_suggestion(
                desk, key, reason, actor_of(desk, by, Permission.APPROVE), agree=agree
            )
        )


def enter(
    case: Annotated[str, typer.Option("--case", help="The affair.")],
    subject: Annotated[str, typer.Option("--subject", help="A unit or a post, no name.")],
    measure: Annotated[Measure, typer.Option("--measure")],
    at: Annotated[str, typer.Option("--at", help="2026-12-07 09:00.")],
    *,
    basis: Annotated[str, typer.Option("--basis", help="What it rests on.")],
    by: By,
    settings: SettingsFile = None,
) -> None:
    """Enter a measure that was taken into the ledger (问责台账)."""
    from api.commands.papers import actor_of, desk_at
    from api.duty_doors import moment_of
    from api.reports.measures import enter as put_down
    from models.domain.measures import Taken

    with desk_at(settings) as desk:
        moment = moment_of(at, desk.settings, "--at")
        paper = put_down(
            desk,
            Taken(case, subject, measure, moment, by, basis),
            actor_of(desk, by, Permission.MANAGE_MEASURES),
        )
    typer.echo(f"{paper.key} 已登记 / entered")


def ledger(
    period: Annotated[str, typer.Argument(help="2026-11 …; left out: everything.")] = "",
    settings: SettingsFile = None,
) -> None:
    """Print the ledger as JSON lines, and its counts; with 其中 they need not add up."""
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from api.commands.papers import desk_at
    from api.reports.measures import ledger as standing
    from api.reports.measures import taken_of
    from api.reports.periods import period_of
    from models.domain.measures import ledger_counts

    with desk_at(settings) as desk:
        meant = period_of(period, ZoneInfo(desk.settings.time_zone)) if period else None
        with desk.make_uow(read_only=True) as uow:
            papers = standing(uow)
    found = [
        paper for paper in papers if meant is None or meant.start <= taken_of(paper).at < meant.end
    ]
    for paper in found:
        typer.echo(json.dumps({"key": paper.key, **paper.content}, ensure_ascii=False))
    rows = [taken_of(paper) for paper in found]
    if rows:
        first, last = min(row.at for row in rows), max(row.at for row in rows)
        typer.echo(str(ledger_counts(rows, first, last + timedelta(days=1))))


def _tell(paper: Paper) -> None:
    from models.domain.measures import MEASURE_NAMES

    held = paper.content
    tied = " 并列" if held["tied"] else ""
    name = MEASURE_NAMES[Measure(held["measure"])]
    typer.echo(f"{paper.key} {held['subject']} {name}({held['why']}){tied} {paper.state}")
