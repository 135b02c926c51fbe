"""A finding (情形): what an empty window means, as a fact about the window.

Source: domain.md §2.1. A finding names the post and the roster's version, never a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an empty stretch is. The Chinese words are `KIND_NAMES`."""

    LATE = "late"
    EARLY = "early"
    ABSENT_HALF_DAY = "absent_half_day"
    ABSENT_SESSION = "absent_session"
    AWAY = "away"
    OFF_POST = "off_post"
    COVER_OFF_POST = "cover_off_post"
    UNMANNED = "unmanned"
    NO_ROSTER = "no_roster"
    EXEMPT = "exempt"


KIND_NAMES: dict[Kind, str] = {
    Kind.LATE: "迟到",
    Kind.EARLY: "早退",
    Kind.ABSENT_HALF_DAY: "缺岗(半天)",
    Kind.ABSENT_SESSION: "缺岗(全场)",
    Kind.AWAY: "离岗",
    Kind.OFF_POST: "脱岗",
    Kind.COVER_OFF_POST: "脱岗(顶岗人)",
    Kind.UNMANNED: "空岗",
    Kind.NO_ROSTER: "无排班",
    Kind.EXEMPT: "豁免",
}


class Level(StrEnum):
    """How far it goes: a note is only counted, an alert (提醒) is shown, a finding registered."""

    NOTE = "note"
    ALERT = "alert"
    FINDING = "finding"


class SourceKind(StrEnum):
    """Who saw it: the monitor (实时监测), a spot check (抽查), a webhook, a person (人工)."""

    MONITOR = "monitor"
    SPOT_CHECK = "spot_check"
    WEBHOOK = "webhook"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One observation behind a finding; `ref` is a check's or a message's number."""

    at: datetime
    kind: SourceKind
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """An empty stretch of a window in an open session, judged. Aware instants, UTC.

    Attributes:
        key: Stable name: the window and the moment it began, clipped to the session. Live
            extension, restarts and re-judging come to the same key.
        unit_id: The accountable unit.
        post: The accountable post where exactly one is, else empty: the unit's.
        session_start: The session it was clipped to.
        since: First empty sample (下限起点), clipped.
        until_at_least: Last empty sample (下限终点), clipped.
        lower_s: Proven absence in seconds (至少); thresholds use it.
        upper_s: Longest possible absence in seconds (至多).
        ended: Nothing more can be added to it.
        touches_start: Empty from the session's start on, proven at the edge.
        touches_end: Empty to the session's end, proven at the edge.
        late_notice: Excused by a notice registered late, within the rule (补登记).
        notice_ids: Notices that excuse somebody here.
        remark_ids: Notices registered too late, to be noted.
        exemption_id: What exempts it.
        samples: Usable samples that carry it.
        weakest: Weakest evidence (probability of presence nearest to a change of mind).
        sources: Who saw it, oldest first.
        profile: Version of the thresholds.
    """

    key: str
    window_id: str
    hall_id: str
    unit_id: str
    kind: Kind
    level: Level
    post: str
    roster_version: str
    session_start: datetime
    session_end: datetime
    since: datetime
    until_at_least: datetime
    lower_s: float
    upper_s: float
    ended: bool
    touches_start: bool
    touches_end: bool
    covering: bool
    late_notice: bool
    notice_ids: tuple[str, ...]
    remark_ids: tuple[str, ...]
    exemption_id: str
    samples: int
    weakest: float
    sources: tuple[Source, ...]
    profile: str
    why_zh: str
    why_en: str

    @property
    def personal(self) -> bool:
        """Exactly one post is accountable; otherwise it is the unit's."""
        return self.post != ""

    @property
    def label(self) -> str:
        """Its Chinese name, with (顶岗人) where a named cover is accountable."""
        name = KIND_NAMES[self.kind]
        return f"{name}(顶岗人)" if self.covering and "顶岗人" not in name else name

    @property
    def length_zh(self) -> str:
        """Its proven length in words, such as 至少20分钟."""
        minutes, seconds = divmod(int(self.lower_s), 60)
        return f"至少{minutes}分钟" if minutes else f"至少{seconds}秒"

    def with_sources(self, sources: tuple[Source, ...]) -> Finding:
        """The same with other observations joined, each once, oldest first."""
        return replace(self, sources=tuple(sorted({*self.sources, *sources})))


def key_of(window_id: str, since: datetime, *, of_unit: bool = False) -> str:
    """The stable name of a finding; the unit's own (空岗) is another one than a person's."""
    stamp = since.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ").replace(".000000", "")
    return f"{window_id}@{stamp}" + ("/unit" if of_unit else "")
