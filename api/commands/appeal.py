"""`onpost appeal`: appeals of units against findings, and who decides on them (申诉)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.rectify import By, Files, Reason
from api.commands.roster import SettingsFile
from models.domain.access import Permission

if TYPE_CHECKING:
    from models.domain.papers import Paper

Finding = Annotated[int, typer.Argument(help="Number of the finding.")]
Key = Annotated[str, typer.Argument(help="As `onpost appeal list` prints it.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `appeal`."""
    group = typer.Typer(no_args_is_help=True, help="Appeals (申诉).")
    app.add_typer(group, name="appeal")
    group.command("file")(file)
    group.command("allow")(allow)
    group.command("list")(list_)
    group.command("decide")(decide)


def file(
    finding: Finding,
    grounds: Annotated[str, typer.Option("--grounds", help="Why, in the unit's words.")],
    by: By,
    attached: Files = None,
    settings: SettingsFile = None,
) -> None:
    """File an appeal that a unit handed in on paper."""
    from api.auth.console_proof import require_scope
    from api.commands.papers import actor_of, desk_at, sent
    from api.reports.appeals import file as take_in
    from api.reports.appeals import finding_of

    with desk_at(settings) as desk:
        actor = actor_of(desk, by, Permission.ANSWER)
        with desk.make_uow(read_only=True) as uow:
            row = finding_of(uow, finding)
        require_scope(actor, row.hall_id, row.unit_id)
        _tell(take_in(desk, finding, grounds, sent(attached), actor))


def allow(finding: Finding, reason: Reason, by: By, settings: SettingsFile = None) -> None:
    """An approver lets a late or a second appeal in, with a reason (准予逾期申诉)."""
    from api.commands.papers import actor_of, desk_at
    from api.reports.appeals import allow_late

    with desk_at(settings) as desk:
        allow_late(desk, finding, reason, actor_of(desk, by, Permission.OVERRIDE_LIMITS))
    typer.echo(f"#{finding} 准予逾期申诉 / a late appeal will be taken")


def list_(settings: SettingsFile = None) -> None:
    """Print appeals as JSON lines, newest first."""
    from api.commands.papers import desk_at
    from api.reports.papers import every
    from models.domain.papers import PaperKind

    with desk_at(settings) as desk, desk.make_uow(read_only=True) as uow:
        for paper in every(uow, PaperKind.APPEAL):
            typer.echo(json.dumps({"key": paper.key, **paper.content}, ensure_ascii=False))


def decide(
    key: Key,
    reason: Reason,
    by: By,
    *,
    grant: Annotated[bool, typer.Option("--grant/--uphold", help="成立 or 维持.")],
    settings: SettingsFile = None,
) -> None:
    """Grant an appeal or uphold the finding; not by who confirmed it."""
    from api.commands.papers import actor_of, desk_at
    from api.reports.appeal_decisions import decide_appeal

    with desk_at(settings) as desk:
        _tell(
            decide_appeal(
                desk, key, reason, actor_of(desk, by, Permission.DECIDE_APPEALS), grant=grant
            )
        )


def _tell(paper: Paper) -> None:
    from models.domain.appeal import APPEAL_NAMES, AppealState

    state = AppealState(paper.state)
    number, more = paper.content["finding_id"], ""
    score = paper.content.get("score")
    if score:
        more = f" {score['period']} {score['before'] or '—'} → {score['after'] or '—'}"
    drafted = paper.content.get("correction")
    more += f" 更正通知 {drafted}" if drafted else ""
    typer.echo(f"{paper.key} #{number} {APPEAL_NAMES[state]} / {state.value}{more}")
