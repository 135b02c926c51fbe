"""What is expected of a window at a moment: who is accountable, and why, as a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from models.domain.leave import EXEMPTION_NAMES, Exemption
from models.domain.people import Staff


class Status(StrEnum):
    """What is expected of a window."""

    ON_DUTY = "on_duty"  # 应在岗
    COVERING = "covering"  # 顶岗
    UNMANNED = "unmanned"  # 空岗: everybody is excused, nobody left to cover
    NO_ROSTER = "no_roster"  # 无排班
    EXEMPT = "exempt"  # 豁免


@dataclass(frozen=True, slots=True)
class Accountable:
    """Who stands for a window: the post always, the person where the roster names one."""

    post: str
    grade: str
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Who is accountable for a window, and why.

    Attributes:
        who: The accountable posts; more than one, or none, means the unit.
        unit_id: The accountable unit.
        excused: Person ids with an effective notice, down the chain.
        notice_ids: The notices that excuse them.
        late: A notice registered late, within the rule, holds here (补登记).
        remark_ids: Notices registered too late: without effect, to be noted.
        exemption: The stop, power cut … that exempts the window.
    """

    window_id: str
    status: Status
    unit_id: str
    roster_version: str
    who: tuple[Accountable, ...] = ()
    excused: tuple[str, ...] = ()
    notice_ids: tuple[str, ...] = ()
    late: bool = False
    remark_ids: tuple[str, ...] = ()
    exemption: Exemption | None = None

    @property
    def accountable(self) -> Accountable | None:
        """The one accountable post, None where it is the unit."""
        return self.who[0] if len(self.who) == 1 else None

    def why(self, staff: Staff | None = None) -> tuple[str, str]:
        """Why, as a sentence in Chinese and one in English.

        Args:
            staff: Names the persons; without it only posts are named, as in the register.
        """
        return _sentence(self, staff)


@dataclass(frozen=True, slots=True)
class Standing:
    """An expectation that holds from `start` to `end` without a change that matters."""

    start: datetime
    end: datetime
    expectation: Expectation


def cut(course: Iterable[Standing], start: datetime, end: datetime) -> list[Standing]:
    """The part of a course from `start` to `end`, cut only where accountability changes hands.

    A change of shift among people on duty is no cut: the stretch is then nobody's alone.
    """
    whole: list[Standing] = []
    for one in course:
        begin, finish = max(one.start, start), min(one.end, end)
        if finish <= begin:
            continue
        here = Standing(begin, finish, one.expectation)
        if whole and _same(whole[-1].expectation, here.expectation):
            whole[-1] = _joined(whole[-1], here)
        else:
            whole.append(here)
    return whole


def _same(one: Expectation, other: Expectation) -> bool:
    if (one.status, one.unit_id, one.late) != (other.status, other.unit_id, other.late):
        return False
    if one.status is Status.COVERING:
        return one.who == other.who
    if one.status is Status.EXEMPT:
        return one.exemption == other.exemption
    return True


def _joined(one: Standing, other: Standing) -> Standing:
    def both(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(left + right))

    first, second = one.expectation, other.expectation
    whole = replace(
        first,
        who=tuple(dict.fromkeys(first.who + second.who)),
        excused=both(first.excused, second.excused),
        notice_ids=both(first.notice_ids, second.notice_ids),
        remark_ids=both(first.remark_ids, second.remark_ids),
    )
    return Standing(one.start, other.end, whole)


def _sentence(about: Expectation, staff: Staff | None) -> tuple[str, str]:
    def called(one: Accountable) -> str:
        name = staff.name_of(one.person_id) if staff and one.person_id else ""
        return f"{one.grade}岗{name}"

    who = "、".join(called(one) for one in about.who)
    away_zh = f"{len(about.excused)} 人已请假或外出"
    away_en = f"{len(about.excused)} excused"
    if about.status is Status.EXEMPT and about.exemption is not None:
        zh = f"{EXEMPTION_NAMES[about.exemption.kind]}已获批准,不作检查。"
        en = f"exempt: {about.exemption.kind.value} approved."
    elif about.status is Status.NO_ROSTER:
        zh = "该时段没有排班,不作缺岗。"
        en = "nobody is rostered; not counted as an absence."
    elif about.status is Status.UNMANNED:
        mark = "(补登记)" if about.late else ""
        zh = f"{away_zh}{mark},无人顶岗,由单位负责。"
        en = f"{away_en}{' (registered late)' if about.late else ''}, no cover left: the unit's."
    elif about.status is Status.COVERING:
        zh = f"{away_zh},由{who}顶岗。"
        en = f"{away_en}; {'/'.join(one.grade for one in about.who)} covers."
    elif about.accountable:
        zh, en = f"排班为{who}。", f"rostered: {about.who[0].grade}."
    else:
        zh = f"同时排班 {len(about.who)} 人({who}),由单位负责。"
        en = f"{len(about.who)} are rostered at once: the unit's."
    if about.remark_ids:
        zh += "有逾期补登记的请假,仅作备注。"
        en += " A notice registered too late is noted only."
    return zh, en
