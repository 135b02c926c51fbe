"""Notifications (通知): what is told to people outside the pages, and when it is tried again.

A notice is put into the outbox (发件箱) in the transaction of its cause: it is never lost and
never sent without its cause. Sending is later and elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from models.domain.access import Role


class Severity(StrEnum):
    """How pressing a notice is: 一般, 重要, 严重."""

    ORDINARY = "ordinary"
    IMPORTANT = "important"
    SERIOUS = "serious"


RANK: Final[Mapping[Severity, int]] = {one: number for number, one in enumerate(Severity)}


class NoticeKind(StrEnum):
    """What a notice is about; a key of the wording (`api/notify/wording.py`)."""

    FINDING = "finding"  # 新情形
    CAMERA_DOWN = "camera_down"  # 摄像头长时间不可用
    CAMERA_BACK = "camera_back"  # 摄像头恢复
    UNDELIVERED = "undelivered"  # 送不出去
    DIGEST = "digest"  # 日报
    ZERO_REPORT = "zero_report"  # 零报告
    CASE_CARD = "case_card"  # 办件预警(黄牌、红牌、严重)
    TEST = "test"  # 测试


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a notice is for. Empty is everybody that a channel serves.

    Attributes:
        roles: Roles that should read it.
        hall_id: The hall it is about.
        unit_id: The unit it is about.
    """

    roles: frozenset[Role] = frozenset()
    hall_id: str = ""
    unit_id: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification, as put into the outbox.

    Attributes:
        kind: What it is about, a `NoticeKind` or another plain name.
        key: Unique name; the same key put twice is one notice.
        data: JSON values that the wording fills in; ids, never a person's name.
        title_zh: Title; left empty the wording makes it from `kind` and `data`.
        body_zh: Text, likewise.
    """

    kind: str
    key: str
    severity: Severity = Severity.ORDINARY
    audience: Audience = Audience()
    data: Mapping[str, Any] = field(default_factory=dict)
    title_zh: str = ""
    title_en: str = ""
    body_zh: str = ""
    body_en: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which notices a channel (通知渠道) takes. None takes those of all.

    Attributes:
        least: The least severity.
        kinds: Kinds of notice.
        roles: Roles that read this channel.
        halls: Halls that it serves; a notice about no hall is everybody's.
        units: Units that it serves; a notice about no unit is not for a channel of units.
    """

    least: Severity = Severity.ORDINARY
    kinds: frozenset[str] | None = None
    roles: frozenset[Role] | None = None
    halls: frozenset[str] | None = None
    units: frozenset[str] | None = None

    def takes(self, notice: Notice) -> bool:
        """Whether the notice goes out by this channel."""
        wanted = notice.audience
        return (
            RANK[notice.severity] >= RANK[self.least]
            and (self.kinds is None or notice.kind in self.kinds)
            and (self.roles is None or not wanted.roles or bool(self.roles & wanted.roles))
            and (self.halls is None or wanted.hall_id == "" or wanted.hall_id in self.halls)
            and (self.units is None or wanted.unit_id in self.units)
        )


class ItemState(StrEnum):
    """Where an item of the outbox stands."""

    WAITING = "waiting"  # 待发
    SENDING = "sending"  # 发送中
    SENT = "sent"  # 已发
    DEAD = "dead"  # 放弃
    NO_CHANNEL = "no_channel"  # 无渠道


STATE_NAMES: Final[Mapping[ItemState, str]] = {
    ItemState.WAITING: "待发",
    ItemState.SENDING: "发送中",
    ItemState.SENT: "已发",
    ItemState.DEAD: "已放弃",
    ItemState.NO_CHANNEL: "无可用渠道",
}

MOVES: Final[Mapping[ItemState, frozenset[ItemState]]] = {
    ItemState.WAITING: frozenset({ItemState.SENDING}),
    ItemState.SENDING: frozenset({ItemState.SENT, ItemState.WAITING, ItemState.DEAD}),
    ItemState.SENT: frozenset(),
    ItemState.DEAD: frozenset({ItemState.WAITING}),
    ItemState.NO_CHANNEL: frozenset({ItemState.WAITING}),
}

WAITS_S: Final = (30.0, 120.0, 600.0, 1800.0, 3600.0, 3 * 3600.0, 6 * 3600.0)
"""Seconds between tries; the last one again and again."""


def next_try(tries: int, first: datetime, now: datetime, give_up: timedelta) -> datetime | None:
    """When to try again after the `tries`-th try failed at `now`; None to give up.

    Args:
        tries: Tries so far, 1 or more.
        first: When the item was due for the first time.
        now: When the last try failed.
        give_up: After how long from `first` it is given up.
    """
    due = now + timedelta(seconds=WAITS_S[min(tries, len(WAITS_S)) - 1])
    return None if due - first > give_up else due
