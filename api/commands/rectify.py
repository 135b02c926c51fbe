"""`onpost rectify`: notices of rectification from issued to struck off (整改)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import SettingsFile
from models.domain.access import Permission

if TYPE_CHECKING:
    from api.auth.audit import Actor
    from api.reports.circulars import Desk
    from models.domain.papers import Paper

Key = Annotated[str, typer.Argument(help="As `onpost rectify list` prints it.")]
By = Annotated[str, typer.Option("--by", help="Account of who does it; its password is asked.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]
Files = Annotated[list[Path] | None, typer.Option("--file", help="A paper or picture; several.")]
Days = Annotated[int | None, typer.Option("--days", min=1, max=60, help="Working days.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `rectify`."""
    group = typer.Typer(no_args_is_help=True, help="Rectification (整改).")
    app.add_typer(group, name="rectify")
    group.command("issue")(issue)
    group.command("list")(list_)
    group.command("proposals")(proposals)
    group.command("claim")(claim)
    group.command("report")(report)
    group.command("return")(give_back)
    group.command("accept")(accept)


def issue(
    matter: Annotated[str, typer.Option("--matter", help="What is to be put right.")],
    by: By,
    *,
    finding: Annotated[list[int] | None, typer.Option("--finding", help="A number.")] = None,
    case: Annotated[list[str] | None, typer.Option("--case", help="A project number.")] = None,
    unit: Annotated[str, typer.Option("--unit", help="Left out: that of the findings.")] = "",
    basis: Annotated[str, typer.Option("--basis", help="What else it rests on.")] = "",
    days: Days = None,
    settings: SettingsFile = None,
) -> None:
    """Issue a notice (下发整改通知书) from confirmed findings, from cases, or by hand."""
    from api.commands.papers import actor_of, desk_at
    from api.reports.rectify_issue import Asked
    from api.reports.rectify_issue import issue as give_out

    asked = Asked(matter, unit, tuple(finding or ()), tuple(case or ()), basis, days)
    with desk_at(settings) as desk:
        _tell(give_out(desk, asked, actor_of(desk, by, Permission.MANAGE_RECTIFICATION)))


def list_(settings: SettingsFile = None) -> None:
    """Print notices as JSON lines, newest first; `overdue` are those past their day."""
    from api.commands.papers import desk_at
    from api.reports.papers import every
    from api.reports.rectifications import today_of
    from models.domain.papers import PaperKind
    from models.domain.rectify_json import rectification_of

    with desk_at(settings) as desk:
        today = today_of(desk, desk.clock.now())
        with desk.make_uow(read_only=True) as uow:
            for paper in every(uow, PaperKind.RECTIFICATION):
                one = rectification_of(paper.content)
                told = {
                    "key": paper.key,
                    "number": str(one.number),
                    "unit": one.unit_id,
                    "title": one.title,
                    "state": one.state.value,
                    "due": one.due.isoformat(),
                    "overdue": one.overdue(today),
                    "rounds": len(one.rounds),
                    "closing_number": str(one.closing_number or ""),
                }
                typer.echo(json.dumps(told, ensure_ascii=False))


def proposals(settings: SettingsFile = None) -> None:
    """Print what proposes a notice and has none yet, as JSON lines."""
    from api.commands.papers import desk_at
    from api.reports.proposals import proposals as found_in
    from models.domain.access import EVERYWHERE

    with desk_at(settings) as desk:
        now = desk.clock.now()
        with desk.make_uow(read_only=True) as uow:
            found = found_in(uow, desk.settings, now, scope=EVERYWHERE)
    for one in found:
        told = {
            "unit": one.unit_id,
            "at": one.at.isoformat(),
            "what": one.what,
            "finding": one.finding_id or None,
            "case": one.project_no,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))


def claim(key: Key, by: By, settings: SettingsFile = None) -> None:
    """The unit takes it on (认领)."""
    from api.commands.papers import desk_at
    from api.reports.rectifications import claim as take_on

    with desk_at(settings) as desk:
        _tell(take_on(desk, key, _unit_of(desk, key, by)))


def report(
    key: Key,
    text: Annotated[str, typer.Option("--text", help="What was done.")],
    by: By,
    file: Files = None,
    settings: SettingsFile = None,
) -> None:
    """The unit says what it did (反馈), with papers and pictures."""
    from api.commands.papers import desk_at, sent
    from api.reports.rectifications import report as tell

    with desk_at(settings) as desk:
        _tell(tell(desk, key, text, sent(file), _unit_of(desk, key, by)))


def give_back(
    key: Key, reason: Reason, by: By, days: Days = None, settings: SettingsFile = None
) -> None:
    """Not enough (退回): another round with a new due day."""
    from api.commands.papers import actor_of, desk_at
    from api.reports.rectifications import give_back as again

    with desk_at(settings) as desk:
        _tell(again(desk, key, reason, actor_of(desk, by, Permission.MANAGE_RECTIFICATION), days))


def accept(key: Key, by: By, settings: SettingsFile = None) -> None:
    """Enough: struck off under a number of its own (销号)."""
    from api.commands.papers import actor_of, desk_at
    from api.reports.rectifications import accept as enough

    with desk_at(settings) as desk:
        _tell(enough(desk, key, actor_of(desk, by, Permission.MANAGE_RECTIFICATION)))


def _unit_of(desk: Desk, key: str, by: str) -> Actor:
    """Somebody of the unit that a notice was given to."""
    from api.auth.console_proof import require_scope
    from api.commands.papers import actor_of
    from api.reports.rectifications import paper_of

    actor = actor_of(desk, by, Permission.ANSWER)
    with desk.make_uow(read_only=True) as uow:
        require_scope(actor, "", paper_of(uow, key).unit_id)
    return actor


def _tell(paper: Paper) -> None:
    from models.domain.rectification import RECTIFY_NAMES
    from models.domain.rectify_json import rectification_of

    one = rectification_of(paper.content)
    struck = f" {one.closing_number}" if one.closing_number else ""
    state = f"{RECTIFY_NAMES[one.state]} / {one.state.value}"
    typer.echo(f"{paper.key} {one.number} {one.unit_id} {one.due} {state}{struck}")
