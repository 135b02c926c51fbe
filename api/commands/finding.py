"""`onpost finding`: list findings, and confirm, dismiss or excuse them."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.roster import SettingsFile

Number = Annotated[int, typer.Argument(help="Its number, from `onpost finding list`.")]
By = Annotated[str, typer.Option("--by", help="Account of who decides; its password is asked.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


def add_to(app: typer.Typer) -> None:
    """Add the group `finding`."""
    group = typer.Typer(no_args_is_help=True, help="Findings and what became of them (情形处置).")
    app.add_typer(group, name="finding")
    group.command("list")(list_)
    group.command("confirm")(confirm)
    group.command("dismiss")(dismiss)
    group.command("excuse")(excuse)


def list_(
    state: Annotated[str, typer.Option("--state", help="to_verify, confirmed, …")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 100,
    settings: SettingsFile = None,
) -> None:
    """Print findings as JSON lines, newest first; nobody is named."""
    import json

    from api.duty_doors import looked_at
    from api.settings import load_settings
    from models.domain.life import STAGE_NAMES, Stage
    from models.domain.records import FindingQuery

    with looked_at(load_settings(settings)) as make_uow:
        if make_uow is None:
            return
        with make_uow(read_only=True) as uow:
            rows = uow.findings.list(FindingQuery(state=state), limit=limit)
    for row in rows:
        said = {
            "id": row.id,
            "window": row.window_id,
            "label": row.details.get("label", row.kind),
            "state": STAGE_NAMES[Stage(row.state)],
            "since": row.started_at.isoformat(),
            "until_at_least": row.until_at_least.isoformat(),
            "at_least_s": row.proven_s,
            "unit": row.unit_id,
            "post": row.post,
            "life": row.details.get("life", []),
        }
        typer.echo(json.dumps(said, ensure_ascii=False))


def confirm(number: Number, by: By, reason: Reason = "", settings: SettingsFile = None) -> None:
    """Confirm a finding (确认) after looking at its pictures."""
    from models.domain.life import Stage

    _decide(number, Stage.CONFIRMED, by, reason, settings)


def dismiss(number: Number, by: By, reason: Reason, settings: SettingsFile = None) -> None:
    """Dismiss a finding as false (误报排除); it stays in the register with its reason."""
    from models.domain.life import Stage

    _decide(number, Stage.DISMISSED, by, reason, settings)


def excuse(number: Number, by: By, reason: Reason, settings: SettingsFile = None) -> None:
    """Accept the unit's explanation (情况说明成立)."""
    from models.domain.life import Stage

    _decide(number, Stage.EXCUSED, by, reason, settings)


def _decide(number: int, to: str, by: str, reason: str, settings: SettingsFile) -> None:
    from api.auth.console_proof import require_scope
    from api.decisions import decide
    from api.duty_doors import opened_by, typed
    from api.duty_record import of_record
    from api.settings import load_settings
    from api.settings.domain import windows_of
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.audit import Action
    from models.domain.life import STAGE_NAMES, Stage

    chosen = load_settings(settings)
    stage = Stage(to)
    now = make_clock(chosen).now()
    needed = Permission.EXCUSE if stage is Stage.EXCUSED else Permission.DECIDE
    with opened_by(chosen, by, needed, named=True) as (record, who), record.make_uow() as uow:
        row = uow.findings.get(number)
        if row is not None:
            require_scope(who, row.hall_id, row.unit_id)
        done = decide(
            uow,
            number,
            stage,
            by=who.name,
            reason=reason,
            now=now,
            duty=of_record(chosen, uow).duty,
            windows=windows_of(chosen),
        )
        typed(uow, Action.FINDING_DECIDED, f"finding:{number}", now, who)
        uow.commit()
    whose = f" {done.person}" if done.person else ""
    typer.echo(f"#{number} {done.row.details['label']} {STAGE_NAMES[stage]} / {stage.value}{whose}")
