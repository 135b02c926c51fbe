"""Campaigns of spot checks (专项清查, 联合督查). Each change is a version of its own and holds from
the next day on. A campaign is of whole halls: accounts of some units do not see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.inspection_plans import SettingsPlans
from api.paging import page_of
from api.schemas.fields import Because, Paged
from api.schemas.plan import CampaignDetail, CampaignOut, CampaignPage, NewCampaign
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.campaign import Campaign, to_json
from models.domain.inspection_record import keep_campaign
from models.domain.ports import UnitOfWork

router = APIRouter(tags=["plans"])
SEE = needs(Permission.VERIFY_CHECKS)
CHANGE = needs(Permission.PLAN_CHECKS, audit=Audit.CHANGE)


@router.get("/campaigns", dependencies=[SEE], summary="Campaigns")
def list_campaigns(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]
) -> CampaignPage:
    """Newest versions of the campaigns that the caller sees, withdrawn ones too, by id."""
    with parts.make_uow(read_only=True) as uow:
        found = [one for one in uow.checks.campaigns() if _sees(visitor, one)]
    items, following = page_of(found, lambda one: (one.id,), wanted.after, wanted.limit)
    return CampaignPage(
        items=[_told(parts, visitor, one) for one in items],
        total=len(found),
        next_after=following,
        limit=wanted.limit,
    )


@router.get("/campaigns/{campaign_id}", dependencies=[SEE], summary="One campaign")
def one_campaign(campaign_id: str, parts: PartsDep, visitor: VisitorDep) -> CampaignDetail:
    """A campaign with all its versions."""
    with parts.make_uow(read_only=True) as uow:
        newest = _found(uow, visitor, campaign_id)
        versions = uow.checks.campaign_versions(campaign_id)
    return CampaignDetail(
        **_told(parts, visitor, newest).model_dump(),
        versions=[_told(parts, visitor, one) for one in versions],
    )


@router.post(
    "/campaigns",
    dependencies=[CHANGE],
    summary="Make a campaign, or a new version",
    status_code=201,
)
def put_campaign(parts: PartsDep, visitor: VisitorDep, wanted: NewCampaign) -> CampaignOut:
    """Makes a campaign, or a new version of the one with this id. Days up to today stay as they
    were."""
    made = Campaign(
        wanted.id,
        wanted.name,
        wanted.first,
        wanted.last,
        halls=tuple(wanted.halls),
        times=tuple(time.fromisoformat(one) for one in wanted.times),
        random=wanted.random,
        behaviours=tuple(wanted.behaviours),
        leads=tuple(wanted.leads),
        by=visitor.name,
        reason=wanted.reason,
    )
    with parts.make_uow() as uow:
        if uow.checks.campaign(made.id) is not None:
            _changeable(uow, visitor, made.id)
        _only_own_halls(visitor, made)
        kept = _kept(parts, uow, visitor, made, change="put")
        uow.commit()
    return _told(parts, visitor, kept)


@router.post(
    "/campaigns/{campaign_id}/withdraw", dependencies=[CHANGE], summary="End it after today"
)
def withdraw(
    campaign_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Because
) -> CampaignOut:
    """Ends a campaign after today; what it found stays."""
    with parts.make_uow() as uow:
        standing = _changeable(uow, visitor, campaign_id)
        ended = replace(standing, withdrawn=True, reason=wanted.reason, by=visitor.name)
        kept = _kept(parts, uow, visitor, ended, change="withdrawn")
        uow.commit()
    return _told(parts, visitor, kept)


def _kept(
    parts: WebParts, uow: UnitOfWork, visitor: Visitor, campaign: Campaign, *, change: str
) -> Campaign:
    now, plans = parts.clock.now(), SettingsPlans(parts.settings)
    kept = keep_campaign(uow, campaign, plans.halls, plans.today(now), now)
    said: dict[str, Any] = {"change": change, "version": kept.version}
    note(uow, visitor, Action.CHECK_CHANGED, f"campaign:{kept.id}", now, **said)
    return kept


def _sees(visitor: Visitor, campaign: Campaign) -> bool:
    """Whether it runs in a hall of the account; one of every hall runs in its own, too."""
    if not campaign.halls:
        return visitor.scope.units is None and visitor.scope.halls != frozenset()
    return any(visitor.sees(hall, "") for hall in campaign.halls)


def _found(uow: UnitOfWork, visitor: Visitor, campaign_id: str) -> Campaign:
    found = uow.checks.campaign(campaign_id)
    if found is None or not _sees(visitor, found):
        raise missing("专项", "campaign", campaign_id)
    return found


def _changeable(uow: UnitOfWork, visitor: Visitor, campaign_id: str) -> Campaign:
    """One whose every hall is the account's own."""
    found = _found(uow, visitor, campaign_id)
    _only_own_halls(visitor, found)
    return found


def _only_own_halls(visitor: Visitor, campaign: Campaign) -> None:
    """Refuse a campaign of halls that the account does not see, or of every hall.

    Raises:
        NotThere: it reaches further than the account.
    """
    if not campaign.halls and not (visitor.scope.halls is None and visitor.scope.units is None):
        raise missing("大厅", "hall", "*")
    for hall in campaign.halls:
        if not visitor.sees(hall, ""):
            raise missing("大厅", "hall", hall)


def _told(parts: WebParts, visitor: Visitor, one: Campaign) -> CampaignOut:
    said = to_json(one)
    said["halls"] = [hall for hall in said["halls"] if visitor.sees(hall, "")]
    return CampaignOut(
        id=one.id,
        version=one.version,
        kind=one.kind.value,
        by=one.by,
        reason=one.reason,
        at=parts.teller.local(one.at) if one.at else None,
        **said,
    )
