"""Who is accountable for a window at a moment, and why.

Source: domain.md §2.3, decision table. The chain is walked from A down: whoever has an
effective notice passes accountability on to the named cover (顶岗人), then to B, C …; when
nobody is left it is the unit's (空岗).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from models.domain.hall import Window
from models.domain.leave import (
    EXEMPTION_NAMES,
    Effect,
    Exemption,
    LateRule,
    Notice,
)
from models.domain.people import Person, Staff, post_of
from models.domain.roster import OnRoster, Roster, Shift


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


_STRENGTH = (Effect.NONE, Effect.LATE_REFUSED, Effect.LATE_ALLOWED, Effect.EFFECTIVE)


class Duty:
    """Roster, notices and exemptions together: everything that says what is expected."""

    def __init__(
        self,
        roster: Roster,
        notices: Iterable[Notice] = (),
        exemptions: Iterable[Exemption] = (),
        *,
        late_rule: LateRule | None = None,
        staff: Staff | None = None,
    ) -> None:
        self.roster = roster
        self.staff = staff or Staff()
        self.late_rule = late_rule or LateRule()
        self.exemptions = tuple(exemptions)
        self.notices: dict[str, list[Notice]] = {}
        for notice in sorted(notices, key=lambda one: (one.start, one.registered_at, one.id)):
            self.notices.setdefault(notice.person_id, []).append(notice)

    @property
    def all_notices(self) -> tuple[Notice, ...]:
        """Every notice, by person and start."""
        return tuple(one for person in self.notices.values() for one in person)

    def expectation(self, window: Window, at: datetime) -> Expectation:
        """Who is accountable for `window` at `at`."""
        on = self.roster.at(window.id, at)
        unit = on.unit_id or window.unit_id
        base = Expectation(window.id, Status.NO_ROSTER, unit, self.roster.version)
        stop = self._exempt(window, at)
        if stop is not None:
            return replace(base, status=Status.EXEMPT, exemption=stop)
        if not on.shifts:
            return base
        return self._walk(base, on, at)

    def course(self, window: Window, start: datetime, end: datetime) -> list[Standing]:
        """What is expected from `start` to `end`, cut wherever anything changes."""
        moments = [start, *self._edges(window, start, end), end]
        return [
            Standing(begin, finish, self.expectation(window, begin))
            for begin, finish in pairwise(moments)
        ]

    def standings(self, window: Window, start: datetime, end: datetime) -> list[Standing]:
        """What is expected from `start` to `end`, cut only where accountability changes hands."""
        return cut(self.course(window, start, end), start, end)

    def named(self, window: Window, start: datetime, end: datetime) -> Person | None:
        """The one person whom the roster holds to account from `start` to `end`.

        None where it is nobody, or more than one. To be shown only after a person has
        confirmed the finding.
        """
        parts = self.standings(window, start, end)
        people = {one.person_id for part in parts for one in part.expectation.who}
        alone = all(part.expectation.accountable for part in parts)
        if not alone or len(people) != 1 or people == {""}:
            return None
        person_id = people.pop()
        return self.staff.persons.get(person_id) or Person(person_id, person_id)

    def _exempt(self, window: Window, at: datetime) -> Exemption | None:
        for stop in self.exemptions:
            if stop.start <= at < stop.end and stop.covers(window.id, window.hall_id):
                return stop
        return None

    def _effect(self, person_id: str, at: datetime) -> tuple[Effect, Notice | None]:
        """The strongest effect of a person's notices at `at`."""
        best: tuple[Effect, Notice | None] = (Effect.NONE, None)
        for notice in self.notices.get(person_id, ()):
            if notice.start > at:
                break
            if at < notice.end:
                effect = notice.effect(at, self.late_rule)
                if _STRENGTH.index(effect) > _STRENGTH.index(best[0]):
                    best = (effect, notice)
        return best

    def _walk(self, base: Expectation, on: OnRoster, at: datetime) -> Expectation:
        top = on.shifts[0].rank
        first = [shift for shift in on.shifts if shift.rank == top]
        free: list[Accountable] = []
        away: list[tuple[Effect, Notice]] = []
        remarks: list[tuple[Effect, Notice]] = []
        for shift in first:
            effect, notice = self._effect(shift.person_id, at)
            if effect in {Effect.NONE, Effect.LATE_REFUSED}:
                free.append(
                    Accountable(post_of(base.window_id, shift.grade), shift.grade, shift.person_id)
                )
            if notice is not None:
                (remarks if effect is Effect.LATE_REFUSED else away).append((effect, notice))
        free = list(dict.fromkeys(free))
        if free and not away and not remarks:
            return Expectation(
                base.window_id, Status.ON_DUTY, base.unit_id, base.roster_version, tuple(free)
            )
        known = replace(
            base,
            excused=tuple(notice.person_id for _, notice in away),
            notice_ids=tuple(notice.id for _, notice in away),
            remark_ids=tuple(notice.id for _, notice in remarks),
        )
        if free:
            return replace(known, status=Status.ON_DUTY, who=tuple(free))
        if any(effect is Effect.LATE_ALLOWED for effect, _ in away):
            return replace(known, status=Status.UNMANNED, late=True)
        return self._down(known, [notice for _, notice in away], on.shifts, at)

    def _down(
        self, known: Expectation, away: list[Notice], shifts: Sequence[Shift], at: datetime
    ) -> Expectation:
        """Down the chain: the named cover of whoever is away, then the next grade."""
        grades = {shift.person_id: shift.grade for shift in shifts}
        waiting = [notice.cover_id for notice in away if notice.cover_id]
        waiting += [shift.person_id for shift in shifts if shift.person_id]
        tried = set(known.excused)
        excused, notices = list(known.excused), list(known.notice_ids)
        depth = 0
        while waiting:
            person = waiting.pop(0)
            if person in tried:
                continue
            tried.add(person)
            depth += 1
            effect, notice = self._effect(person, at)
            if effect is Effect.LATE_ALLOWED:
                continue
            if effect is Effect.EFFECTIVE and notice is not None:
                excused.append(person)
                notices.append(notice.id)
                if notice.cover_id:
                    waiting.insert(0, notice.cover_id)
                continue
            grade = grades.get(person) or chr(ord("A") + min(depth, 25))
            one = Accountable(post_of(known.window_id, grade), grade, person)
            return replace(
                known,
                status=Status.COVERING,
                who=(one,),
                excused=tuple(excused),
                notice_ids=tuple(notices),
            )
        return replace(
            known, status=Status.UNMANNED, excused=tuple(excused), notice_ids=tuple(notices)
        )

    def _edges(self, window: Window, start: datetime, end: datetime) -> list[datetime]:
        moments = set(self.roster.edges(window.id, start, end))
        for stop in self.exemptions:
            if stop.start < end and stop.end > start and stop.covers(window.id, window.hall_id):
                moments |= {stop.start, stop.end}
        if self.notices:
            waiting = self.roster.people(window.id, start, end)
            seen: set[str] = set()
            while waiting:
                person = waiting.pop()
                seen.add(person)
                for notice in self.notices.get(person, ()):
                    if notice.start >= end:
                        break
                    if notice.end <= start:
                        continue
                    moments |= {notice.start, notice.until, notice.registered_at}
                    if notice.cover_id and notice.cover_id not in seen:
                        waiting.add(notice.cover_id)
        return sorted(moment for moment in moments if start < moment < end)


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
