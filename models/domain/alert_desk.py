"""What people do with a standing alert (告警): claim (认领), snooze (稍后提醒), escalate (升级).

An alert that nobody took in hand for a while escalates by itself: it is shown first. Nothing here
changes what is registered; an alert is over when its window is seen staffed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from models.domain.errors import ForbiddenMove, InputError
from models.domain.records import LiveAlert

KEY: Final = "desk"
"""Under which an alert's details hold it."""

LONGEST_SNOOZE: Final = timedelta(minutes=120)


@dataclass(frozen=True, slots=True)
class Hand:
    """In whose hand an alert is; empty where nobody did anything yet.

    Attributes:
        claimed_by: Login of whoever looks into it.
        snoozed_until: Until then it is quiet.
        escalated_by: Login of whoever put it on top; it stays there.
    """

    claimed_by: str = ""
    claimed_at: datetime | None = None
    snoozed_by: str = ""
    snoozed_until: datetime | None = None
    escalated_by: str = ""
    escalated_at: datetime | None = None

    def snoozed(self, now: datetime) -> bool:
        """Whether it is quiet now."""
        return self.snoozed_until is not None and now < self.snoozed_until


def escalated(alert: LiveAlert, now: datetime, after: timedelta) -> bool:
    """Whether it is shown first: somebody said so, or nobody did anything for `after`."""
    if alert.cleared_at is not None:
        return False
    hand = hand_of(alert)
    if hand.escalated_by:
        return True
    touched = [one for one in (hand.claimed_at, hand.snoozed_until) if one is not None]
    return now - max([alert.raised_at, *touched]) >= after


def claim(alert: LiveAlert, by: str, now: datetime, after: timedelta) -> LiveAlert:
    """Take it in hand; one that waited for `after` in another's hand may be taken over.

    Raises:
        ForbiddenMove: it is over, or in another's hand.
    """
    hand = _standing(alert)
    if hand.claimed_by == by:
        return alert
    if hand.claimed_by and not escalated(alert, now, after):
        raise _in_hand(alert, hand)
    return _with(alert, replace(hand, claimed_by=by, claimed_at=now))


def release(alert: LiveAlert, by: str) -> LiveAlert:
    """Give it back, for others to take.

    Raises:
        ForbiddenMove: it is over, or not in this person's hand.
    """
    hand = _standing(alert)
    if hand.claimed_by != by:
        raise ForbiddenMove(
            f"告警 {alert.id} 不是由您认领的。",
            f"the alert {alert.id} is not in your hand.",
            where=str(alert.id),
        )
    return _with(alert, replace(hand, claimed_by="", claimed_at=None))


def snooze(alert: LiveAlert, by: str, now: datetime, length: timedelta) -> LiveAlert:
    """Keep it quiet for a while; it is still shown.

    Raises:
        ForbiddenMove: it is over, or in another's hand.
        InputError: for no time at all, or for too long.
    """
    hand = _standing(alert)
    if hand.claimed_by not in {"", by}:
        raise _in_hand(alert, hand)
    if not timedelta(0) < length <= LONGEST_SNOOZE:
        raise InputError(
            "稍后提醒的时长须为 1 至 120 分钟。", "snooze for 1 to 120 minutes.", where="minutes"
        )
    return _with(alert, replace(hand, snoozed_by=by, snoozed_until=now + length))


def escalate(alert: LiveAlert, by: str, now: datetime) -> LiveAlert:
    """Put it on top for everybody, until it is over; a snooze ends.

    Raises:
        ForbiddenMove: it is over.
    """
    hand = _standing(alert)
    if hand.escalated_by:
        return alert
    loud = replace(hand, snoozed_by="", snoozed_until=None)
    return _with(alert, replace(loud, escalated_by=by, escalated_at=now))


def hand_of(alert: LiveAlert) -> Hand:
    """In whose hand an alert is."""
    kept: Mapping[str, Any] = alert.details.get(KEY) or {}
    values: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name.endswith(("_at", "_until")) else value
        for name, value in kept.items()
    }
    return Hand(**values)


def _with(alert: LiveAlert, hand: Hand) -> LiveAlert:
    values = {name: getattr(hand, name) for name in Hand.__dataclass_fields__}
    kept = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value
    }
    return replace(alert, details={**alert.details, KEY: kept})


def _standing(alert: LiveAlert) -> Hand:
    if alert.cleared_at is not None:
        raise ForbiddenMove(
            f"告警 {alert.id} 已解除。", f"the alert {alert.id} is over.", where=str(alert.id)
        )
    return hand_of(alert)


def _in_hand(alert: LiveAlert, hand: Hand) -> ForbiddenMove:
    return ForbiddenMove(
        f"告警 {alert.id} 已由 {hand.claimed_by} 认领。",
        f"the alert {alert.id} is in the hand of {hand.claimed_by}.",
        where=str(alert.id),
    )
