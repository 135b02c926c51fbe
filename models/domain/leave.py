"""Leave (请假) and out notices (外出告知), service stops (暂停服务) and exemptions (豁免).

Source: domain.md §2.3. A notice counts only from its registration on; one registered late is
taken for the time before by a rule, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.domain.errors import InputError


class NoticeKind(StrEnum):
    """Kinds of leave and of going out. Reasons are kept as a category only."""

    OFFICIAL = "official"  # 公假/公出
    PERSONAL = "personal"  # 事假
    SICK = "sick"  # 病假
    ANNUAL = "annual"  # 年休
    MARRIAGE = "marriage"  # 婚假
    MATERNITY = "maternity"  # 产假
    PATERNITY = "paternity"  # 陪产假
    BEREAVEMENT = "bereavement"  # 丧假
    HOME_VISIT = "home_visit"  # 探亲假
    OUT = "out"  # 临时外出
    MEETING = "meeting"  # 会议/培训
    FIELD_WORK = "field_work"  # 踏勘/下乡


NOTICE_NAMES: dict[NoticeKind, str] = {
    NoticeKind.OFFICIAL: "公假",
    NoticeKind.PERSONAL: "事假",
    NoticeKind.SICK: "病假",
    NoticeKind.ANNUAL: "年休",
    NoticeKind.MARRIAGE: "婚假",
    NoticeKind.MATERNITY: "产假",
    NoticeKind.PATERNITY: "陪产假",
    NoticeKind.BEREAVEMENT: "丧假",
    NoticeKind.HOME_VISIT: "探亲假",
    NoticeKind.OUT: "临时外出",
    NoticeKind.MEETING: "会议培训",
    NoticeKind.FIELD_WORK: "踏勘下乡",
}

NO_APPROVAL = frozenset({NoticeKind.OUT, NoticeKind.MEETING, NoticeKind.FIELD_WORK})


@dataclass(frozen=True, slots=True)
class LateRule:
    """When a notice registered after its start still excuses the person (补登记).

    Attributes:
        within: Registered at most this long after its start …
        same_day: … and on the same local day.
        time_zone: Whose midnight counts.
    """

    within: timedelta = timedelta(hours=4)
    same_day: bool = True
    time_zone: str = "Asia/Shanghai"

    def allows(self, start: datetime, registered_at: datetime) -> bool:
        """Whether a notice from `start`, registered at `registered_at`, still counts."""
        if registered_at - start > self.within:
            return False
        zone = ZoneInfo(self.time_zone)
        same = start.astimezone(zone).date() == registered_at.astimezone(zone).date()
        return same or not self.same_day


class Effect(StrEnum):
    """What a notice does for a person at a moment."""

    NONE = "none"
    EFFECTIVE = "effective"
    LATE_ALLOWED = "late_allowed"
    LATE_REFUSED = "late_refused"


@dataclass(frozen=True, slots=True)
class Notice:
    """A leave or an out notice; aware instants.

    Attributes:
        person_id: Who is away.
        start: From when.
        end: Until when; 销假 earlier puts `back_at`.
        registered_at: When it was put into the register; it counts from here on.
        cover_id: Who was named to stand in (顶岗人), empty for nobody.
        approved_at: When it was approved; leave without it has no effect.
        cancelled: Withdrawn or refused; has no effect.
    """

    id: str
    person_id: str
    kind: NoticeKind
    start: datetime
    end: datetime
    registered_at: datetime
    cover_id: str = ""
    requested_at: datetime | None = None
    approved_at: datetime | None = None
    approver: str = ""
    back_at: datetime | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InputError(
                "请假或外出的结束须晚于开始。",
                "a notice must end after it starts.",
                where=f"notices.{self.id}",
                code="E120",
            )
        if self.cover_id == self.person_id:
            raise InputError(
                "顶岗人与请假人相同,请另填顶岗人。",
                "the cover is the person who is away; name somebody else.",
                where=f"notices.{self.id}",
                code="E117",
            )

    @property
    def until(self) -> datetime:
        """When it stops to count: its end, or the return (销假) where that came first."""
        return self.end if self.back_at is None else min(self.end, max(self.start, self.back_at))

    @property
    def counts(self) -> bool:
        """Whether it was approved (where it must be) and not withdrawn."""
        if self.cancelled:
            return False
        return self.kind in NO_APPROVAL or self.approved_at is not None

    @property
    def late(self) -> bool:
        """Registered after its start."""
        return self.registered_at > self.start

    def effect(self, at: datetime, rule: LateRule) -> Effect:
        """What it does for its person at `at`."""
        if not self.counts or not self.start <= at < self.until:
            return Effect.NONE
        if at >= self.registered_at:
            return Effect.EFFECTIVE
        allowed = rule.allows(self.start, self.registered_at)
        return Effect.LATE_ALLOWED if allowed else Effect.LATE_REFUSED


class ExemptionKind(StrEnum):
    """Why nobody is held to account for an empty window."""

    SERVICE_STOP = "service_stop"  # 暂停服务
    POWER_CUT = "power_cut"  # 停电
    DRILL = "drill"  # 演练
    CEREMONY = "ceremony"  # 集体活动
    HOLIDAY = "holiday"  # 放假
    OTHER = "other"


EXEMPTION_NAMES: dict[ExemptionKind, str] = {
    ExemptionKind.SERVICE_STOP: "暂停服务",
    ExemptionKind.POWER_CUT: "停电",
    ExemptionKind.DRILL: "演练",
    ExemptionKind.CEREMONY: "集体活动",
    ExemptionKind.HOLIDAY: "放假",
    ExemptionKind.OTHER: "其他",
}


@dataclass(frozen=True, slots=True)
class Exemption:
    """An approved stretch in which no check counts, for a window or a whole hall.

    Attributes:
        window_id: The window, empty for every window of `hall_id`.
        hall_id: The hall, empty for all halls where no window is named either.
        approved_at: When it was approved; it counts backwards too. None has no effect.
    """

    id: str
    kind: ExemptionKind
    start: datetime
    end: datetime
    hall_id: str = ""
    window_id: str = ""
    approver: str = ""
    approved_at: datetime | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InputError(
                "豁免时段的结束须晚于开始。",
                "an exemption must end after it starts.",
                where=f"exemptions.{self.id}",
            )

    def covers(self, window_id: str, hall_id: str) -> bool:
        """Whether it is approved and holds for that window."""
        if self.approved_at is None:
            return False
        if self.window_id:
            return self.window_id == window_id
        return self.hall_id in {"", hall_id}
