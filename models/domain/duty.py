"""Who is accountable for a window at a moment, and why.

Source: domain.md §2.3, decision table. The chain is walked from A down: whoever has an
effective notice passes accountability on to the named cover (顶岗人), then to B, C …; when
nobody is left it is the unit's (空岗).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from models.domain.expectation import Accountable, Expectation, Standing, Status, cut
from models.domain.hall import Window
from models.domain.leave import (
    Effect,
    Exemption,
    LateRule,
    Notice,
)
from models.domain.people import Person, Staff, post_of
from models.domain.roster import OnRoster, Roster, Shift

__all__ = ["Accountable", "Duty", "Expectation", "Standing", "Status", "cut"]

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
