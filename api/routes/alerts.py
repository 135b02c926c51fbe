"""Live alerts (告警) and what people do with them: claim, release, snooze, escalate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.routes.cameras import FRESH, unchanged
from api.routes.live import NOW, SPEED
from api.schemas.alert import AlertOut, Snooze
from api.wiring import WebParts
from models.domain import alert_desk
from models.domain.access import EVERYWHERE, Permission
from models.domain.audit import Action
from models.domain.ports import UnitOfWork
from models.domain.records import LiveAlert

router = APIRouter(tags=["findings"])
HANDLE = needs(Permission.HANDLE_ALERTS, audit=Audit.CHANGE)
Deed = Callable[[LiveAlert, datetime, timedelta], LiveAlert]


@router.get(
    "/alerts",
    dependencies=[needs(Permission.SEE_FINDINGS)],
    response_model=list[AlertOut],
    summary="Alerts, standing ones first",
)
def list_alerts(
    request: Request, parts: PartsDep, visitor: VisitorDep, standing: bool = False
) -> Response:
    """Alerts, standing ones first, then those that were over last; only standing ones with
    `standing=true`. 304 with If-None-Match while nothing changed."""
    now = parts.clock.now()
    told = [one.model_dump(mode="json") for one in alerts_of(parts, visitor, now, standing)]
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    etag = hashlib.sha256(body).hexdigest()[:32]
    moment = {NOW: now.isoformat(), SPEED: str(parts.clock.speed)}
    headers = FRESH | {"ETag": f'"{etag}"'} | moment
    if unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.post("/alerts/{alert_id}/claim", dependencies=[HANDLE], summary="Take an alert in hand")
def claim(alert_id: int, parts: PartsDep, visitor: VisitorDep) -> AlertOut:
    """Takes an alert in hand (认领). 409 where somebody else has it; one that waited too long in
    another's hand may be taken over."""
    return _done(
        parts,
        visitor,
        alert_id,
        "claim",
        lambda alert, now, after: alert_desk.claim(alert, visitor.name, now, after),
    )


@router.post("/alerts/{alert_id}/release", dependencies=[HANDLE], summary="Give an alert back")
def release(alert_id: int, parts: PartsDep, visitor: VisitorDep) -> AlertOut:
    """Gives an alert back (取消认领), for others to take."""
    return _done(
        parts,
        visitor,
        alert_id,
        "release",
        lambda alert, _now, _after: alert_desk.release(alert, visitor.name),
    )


@router.post("/alerts/{alert_id}/snooze", dependencies=[HANDLE], summary="Keep an alert quiet")
def snooze(alert_id: int, parts: PartsDep, visitor: VisitorDep, wanted: Snooze) -> AlertOut:
    """Keeps an alert quiet for some minutes (稍后提醒); it is still shown and still registered."""
    length = timedelta(minutes=wanted.minutes)
    return _done(
        parts,
        visitor,
        alert_id,
        "snooze",
        lambda alert, now, _after: alert_desk.snooze(alert, visitor.name, now, length),
        minutes=wanted.minutes,
    )


@router.post("/alerts/{alert_id}/escalate", dependencies=[HANDLE], summary="Put an alert on top")
def escalate(alert_id: int, parts: PartsDep, visitor: VisitorDep) -> AlertOut:
    """Puts an alert on top (升级) for everybody, until it is over."""
    return _done(
        parts,
        visitor,
        alert_id,
        "escalate",
        lambda alert, now, _after: alert_desk.escalate(alert, visitor.name, now),
    )


def _done(
    parts: WebParts, visitor: Visitor, alert_id: int, what: str, deed: Deed, **said: Any
) -> AlertOut:
    now = parts.clock.now()
    with parts.make_uow() as uow:
        alert = uow.alerts.take(alert_id)
        if alert is None or not visitor.sees(*parts.teller.place_of(alert, uow)):
            raise missing("告警", "alert", str(alert_id))
        alert = deed(alert, now, parts.settings.web.escalate_after)
        uow.alerts.keep(alert)
        note(uow, visitor, Action.ALERT_HANDLED, f"alert:{alert_id}", now, what=what, **said)
        told = parts.teller.alert(alert, _ids(uow, [alert]), now)
        uow.commit()
    return told


def alerts_of(parts: WebParts, visitor: Visitor, now: datetime, standing: bool) -> list[AlertOut]:
    """The alerts of a visitor's scope; what grew into a finding is of the finding's unit.

    Args:
        parts: Of the web.
        visitor: Who looks.
        now: The moment.
        standing: Only those that are not over.
    """
    alerts = [one for one in parts.board.sight.alerts if not standing or one.cleared_at is None]
    known = {record.key: record.id for record in parts.board.sight.findings}
    unknown = any(one.finding_key and one.finding_key not in known for one in alerts)
    if visitor.scope != EVERYWHERE or unknown:
        with parts.make_uow(read_only=True) as uow:
            alerts = [one for one in alerts if visitor.sees(*parts.teller.place_of(one, uow))]
            known |= _ids(uow, [one for one in alerts if one.finding_key not in known])
    return [parts.teller.alert(one, known, now) for one in alerts]


def _ids(uow: UnitOfWork, alerts: Sequence[LiveAlert]) -> dict[str, int]:
    """Findings that alerts grew into, by key."""
    found = (uow.findings.by_key(one.finding_key) for one in alerts if one.finding_key)
    return {record.key: record.id for record in found if record is not None}
