"""`onpost campaign`: named batches of spot checks (专项清查, 联合督查)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.roster import By, SettingsFile

if TYPE_CHECKING:
    from pathlib import Path

    from models.domain.campaign import Campaign


def add_to(app: typer.Typer) -> None:
    """Add the group `campaign`."""
    group = typer.Typer(no_args_is_help=True, help="Campaigns of spot checks (专项、联合).")
    app.add_typer(group, name="campaign")
    group.command("put")(put)
    group.command("withdraw")(withdraw)
    group.command("list")(list_)


def put(
    campaign: Annotated[str, typer.Argument(help="Its id: letters, digits, - and _.")],
    name: Annotated[str, typer.Option("--name", help="慵懒散专项治理.")],
    first: Annotated[str, typer.Option("--from", help="First day, 2026-11-24.")],
    last: Annotated[str, typer.Option("--to", help="Last day.")],
    *,
    hall: Annotated[list[str] | None, typer.Option("--hall", help="A hall; none: all.")] = None,
    at: Annotated[list[str] | None, typer.Option("--at", help="A time of day, 09:15.")] = None,
    random: Annotated[int, typer.Option("--random", min=0, max=12, help="Mean per day.")] = 0,
    behaviour: Annotated[
        list[str] | None, typer.Option("--behaviour", help="A code that is looked for.")
    ] = None,
    lead: Annotated[
        list[str] | None, typer.Option("--lead", help="A lead body; several: a joint one.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """Make a campaign, or a new version of one; it holds from the next day on."""
    from api.duty_doors import day_of, hall_of
    from api.settings import load_settings
    from api.settings.check_sections import identifier_of, time_of
    from models.domain.campaign import Campaign

    chosen = load_settings(settings)
    made = Campaign(
        identifier_of(campaign, "CAMPAIGN"),
        name,
        day_of(first, "--from"),
        day_of(last, "--to"),
        halls=tuple(hall_of(one, chosen, "--hall") for one in hall or ()),
        times=tuple(time_of(one, "--at") for one in at or ()),
        random=random,
        behaviours=tuple(behaviour or ()),
        leads=tuple(lead or ()),
        reason=reason,
    )
    _keep(made, by, settings)


def withdraw(
    campaign: Annotated[str, typer.Argument(help="Its id.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    by: By = "",
    settings: SettingsFile = None,
) -> None:
    """End a campaign after today; what it found stays."""
    from dataclasses import replace

    from api.duty_doors import opened
    from api.settings import load_settings
    from models.domain.errors import InputError

    with opened(load_settings(settings)) as record, record.make_uow(read_only=True) as uow:
        found = uow.checks.campaign(campaign)
    if found is None:
        raise InputError(
            f"没有专项“{campaign}”。", f"there is no campaign {campaign!r}.", where="CAMPAIGN"
        )
    _keep(replace(found, withdrawn=True, reason=reason), by, settings)


def _keep(campaign: Campaign, by: str, settings: Path | None) -> None:
    from dataclasses import replace

    from api.duty_doors import opened_by
    from api.inspection_plans import SettingsPlans
    from api.settings import load_settings
    from api.wiring import make_clock
    from models.domain.access import Permission
    from models.domain.inspection import KIND_NAMES
    from models.domain.inspection_record import keep_campaign

    chosen = load_settings(settings)
    now, plans = make_clock(chosen).now(), SettingsPlans(chosen)
    with opened_by(chosen, by, Permission.PLAN_CHECKS) as (record, who), record.make_uow() as uow:
        one = replace(campaign, by=who.name)
        kept = keep_campaign(uow, one, plans.halls, plans.today(now), now)
        uow.commit()
    typer.echo(
        f"{kept.id} {KIND_NAMES[kept.kind]} {kept.name} {kept.first}..{kept.last} v{kept.version}"
    )


def list_(settings: SettingsFile = None) -> None:
    """Print the newest version of every campaign as JSON lines."""
    import json

    from api.duty_doors import looked_at
    from api.settings import load_settings
    from models.domain.campaign import to_json

    with looked_at(load_settings(settings)) as make_uow:
        if make_uow is None:
            return
        with make_uow(read_only=True) as uow:
            found = uow.checks.campaigns()
    for one in found:
        said = {"id": one.id, "version": one.version, "kind": one.kind.value, **to_json(one)}
        typer.echo(json.dumps(said | {"by": one.by, "reason": one.reason}, ensure_ascii=False))
