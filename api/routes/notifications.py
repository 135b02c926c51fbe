"""The outbox (发件箱): notifications, what became of them, trying again, a test."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.clock import RealClock
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.notify.wording import Writer
from api.paging import number_of
from api.schemas.notification import (
    DeliveryOut,
    NotificationFilter,
    NotificationOut,
    NotificationPage,
    TestNotification,
)
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.errors import ForbiddenMove
from models.domain.notice import ItemState, Notice, NoticeKind, Severity
from models.domain.ports import UnitOfWork
from models.domain.ports_outbox import Delivery, Kept

router = APIRouter(tags=["notifications"])
OF_MACHINES: Final = frozenset(
    {NoticeKind.CAMERA_DOWN, NoticeKind.CAMERA_BACK, NoticeKind.UNDELIVERED, NoticeKind.TEST}
)
HIDDEN: Final = Notice("", "", title_zh="(内容不可见)", title_en="(not shown)")
"""What a notice about people's duty is to an account that sees no findings: that it was sent."""

MANAGE = needs(Permission.MANAGE_NOTIFICATIONS, audit=Audit.CHANGE)


@router.get(
    "/notifications",
    dependencies=[needs(Permission.SEE_NOTIFICATIONS)],
    summary="The outbox",
)
def list_notifications(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[NotificationFilter, Query()]
) -> NotificationPage:
    """Notifications of the caller's scope with what became of them, newest first."""
    after = number_of(wanted.after)
    with parts.make_uow(read_only=True) as uow:
        found = uow.outbox.notices(
            wanted.state, scope=visitor.scope, after_id=after, limit=wanted.limit + 1
        )
        page = found[: wanted.limit]
        items = _told(parts, visitor, uow, page)
        total = uow.outbox.count(wanted.state, scope=visitor.scope)
    return NotificationPage(
        items=items,
        total=total,
        next_after=str(page[-1].id) if len(found) > len(page) else None,
        limit=wanted.limit,
    )


@router.post(
    "/notifications/test",
    dependencies=[MANAGE],
    summary="Send a test",
    status_code=202,
)
def test(parts: PartsDep, visitor: VisitorDep, wanted: TestNotification) -> NotificationOut:
    """Puts a test notification into the outbox, for one channel or for all that take important
    ones; it is sent within seconds."""
    if wanted.channel and wanted.channel not in parts.settings.notifications.channels:
        raise missing("通知渠道", "channel", wanted.channel)
    now = parts.clock.now()
    key = f"test:{uuid.uuid4().hex}"
    data = {"by": visitor.name, "at": now.isoformat(), "channel": wanted.channel}
    with parts.make_uow() as uow:
        uow.outbox.put(Notice(NoticeKind.TEST, key, Severity.IMPORTANT, data=data), now)
        kept = next(one for one in uow.outbox.notices(limit=10) if one.notice.key == key)
        note(uow, visitor, Action.SETTINGS_CHANGED, f"notification:{kept.id}", now, test=True)
        (told,) = _told(parts, visitor, uow, [kept])
        uow.commit()
    return told


@router.post(
    "/notifications/{notification_id}/retry",
    dependencies=[MANAGE],
    summary="Try again what was given up",
)
def retry(notification_id: int, parts: PartsDep, visitor: VisitorDep) -> NotificationOut:
    """Tries again at once what was given up, or what no channel took when it came up."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        _kept(uow, visitor, notification_id)
        if not uow.outbox.again(notification_id, RealClock().now()):
            raise ForbiddenMove(
                "只有已放弃或无渠道的通知可以重发。",
                "only what was given up, or what no channel took, can be tried again.",
                where=str(notification_id),
            )
        target = f"notification:{notification_id}"
        note(uow, visitor, Action.SETTINGS_CHANGED, target, now, retried=True)
        (told,) = _told(parts, visitor, uow, [_kept(uow, visitor, notification_id)])
        uow.commit()
    return told


def _kept(uow: UnitOfWork, visitor: Visitor, number: int) -> Kept:
    kept = uow.outbox.notice(number) if 0 < number < 2**31 else None
    place = kept.notice.audience if kept else None
    if kept is None or place is None or not visitor.sees(place.hall_id, place.unit_id):
        raise missing("通知", "notification", str(number))
    return kept


def _told(
    parts: WebParts, visitor: Visitor, uow: UnitOfWork, page: Sequence[Kept]
) -> list[NotificationOut]:
    writer = Writer(parts.settings)
    reads = visitor.may(Permission.SEE_FINDINGS)
    ways = uow.outbox.deliveries([one.id for one in page])
    return [
        _one(
            parts,
            writer.worded(one.notice if reads or one.notice.kind in OF_MACHINES else HIDDEN),
            one,
            [way for way in ways if way.notice_id == one.id],
        )
        for one in page
    ]


def _one(parts: WebParts, notice: Notice, kept: Kept, ways: Sequence[Delivery]) -> NotificationOut:
    local = parts.teller.local
    return NotificationOut(
        id=kept.id,
        kind=kept.notice.kind,
        key=notice.key,
        severity=kept.notice.severity.value,
        title_zh=notice.title_zh,
        title_en=notice.title_en,
        hall_id=notice.audience.hall_id,
        unit=notice.audience.unit_id,
        at=local(kept.at),
        state=state_of(kept, ways),
        deliveries=[
            DeliveryOut(
                target=way.target,
                state=way.state,
                tries=way.tries,
                due_at=local(way.due_at),
                sent_at=local(way.sent_at) if way.sent_at else None,
                error=way.error,
            )
            for way in ways
        ],
    )


def state_of(kept: Kept, ways: Sequence[Delivery]) -> ItemState:
    """Where a notice stands: sent once every channel has it, dead where one gave up."""
    states = {way.state for way in ways}
    for state in (ItemState.SENDING, ItemState.WAITING, ItemState.DEAD):
        if state in states:
            return state
    return kept.state
