"""One round: an accelerated day in which everything is killed (-9), and what is left of it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from api.inspection_desk import verified
from api.plan_keys import plan_key
from models.domain.digest import DIGEST, day_key
from models.domain.inspection import Check, CheckKey, CheckState, NotDone
from models.storage.verification import verify_record
from tests.faults.installation import (
    BEFORE,
    CLOSES,
    DATABASE,
    FASTEST,
    OPENS,
    SCHEDULE,
    SHANGHAI,
    WATCH,
    Installation,
)
from tests.faults.own_postgres import OwnPostgres
from tests.schedule_town import checks_of, planned

ENDS_WITHIN_S: Final = 300.0
AFTER: Final = timedelta(minutes=6)
"""Kills go on so long after closing: results, reveal and digest come then."""


@dataclass(frozen=True, slots=True)
class Deed:
    """At so many real seconds of the day, something is killed or started again."""

    at_s: float
    what: str
    kill: bool


@dataclass
class Figures:
    """What all rounds together came to."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    planned: int = 0
    states: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    findings: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"rounds {self.rounds}, kills {dict(self.kills)}, checks planned {self.planned}, "
            f"ended {dict(self.states)}, results {dict(self.results)}, "
            f"findings {self.findings}, lost {self.lost}, doubled {self.doubled}, "
            f"wrong {len(self.wrong)}"
        )


def deeds_of(chance: random.Random, length_s: float, slower: float) -> list[Deed]:
    """Each is killed once at a random moment, and up to two of them again; most come back
    within the grace, some after it."""
    names = SCHEDULE, WATCH, DATABASE
    deeds = []
    for name in [*names, *chance.choices(names, k=chance.randint(0, 2))]:
        at = chance.uniform(0.0, length_s)
        pause = chance.choice((0.0, chance.uniform(0.0, 3.0), chance.uniform(3.0, 10.0)))
        back = at + pause * slower
        deeds += [Deed(at, name, kill=True), Deed(back, name, kill=False)]
    return sorted(deeds, key=lambda one: one.at_s)


class Day:
    """One accelerated day of an installation.

    Args:
        installation: Whose day.
        server: Its PostgreSQL, None for SQLite: there a killed database is both processes
            killed at one moment, whatever they were writing.
    """

    def __init__(
        self, installation: Installation, server: OwnPostgres | None, figures: Figures
    ) -> None:
        self._installation = installation
        self._server = server
        self._figures = figures
        self._down: set[str] = set()

    def run(self, day: date, seed: int) -> None:
        """Live through a day."""
        chance = random.Random(seed)
        installation = self._installation
        began = installation.begin(day)
        closing = datetime.combine(day, CLOSES, SHANGHAI) - datetime.combine(day, OPENS, SHANGHAI)
        length_s = (closing + BEFORE + AFTER).total_seconds() / installation.speed
        for name in (SCHEDULE, WATCH):
            installation.start(name)
        for deed in deeds_of(chance, length_s, FASTEST / installation.speed):
            self._until(began + deed.at_s)
            self._do(deed)
        self._until(began + length_s)
        self._wait(day)
        installation.kill_all()

    def _until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
            if DATABASE not in self._down:
                self._installation.mind()

    def _do(self, deed: Deed) -> None:
        if deed.kill == (deed.what in self._down):
            return
        (self._down.add if deed.kill else self._down.discard)(deed.what)
        if deed.kill:
            self._figures.kills[deed.what] += 1
        if deed.what != DATABASE:
            self._one(deed.what, kill=deed.kill)
        elif self._server is None:
            for name in (SCHEDULE, WATCH):
                if name not in self._down:
                    self._one(name, kill=deed.kill)
        elif deed.kill:
            self._server.kill()
        else:
            self._server.start()

    def _one(self, name: str, *, kill: bool) -> None:
        if kill:
            self._installation.kill(name)
        elif not self._installation.up(name):
            self._installation.start(name)

    def _wait(self, day: date) -> None:
        """Until the day is revealed, which is when every check has ended, and has its digest."""
        record = self._installation.opened()
        try:
            deadline = time.monotonic() + ENDS_WITHIN_S
            while True:
                with record.make_uow(read_only=True) as uow:
                    plan = uow.checks.day(day)
                    told = uow.register.by_key(day_key(day))
                if plan is not None and plan.seed and told is not None:
                    return
                if time.monotonic() > deadline:
                    said = [self._installation.said(one) for one in (SCHEDULE, WATCH)]
                    raise AssertionError(f"{day} does not end\n" + "\n----\n".join(said))
                self._until(time.monotonic() + 0.5)
        finally:
            record.close()


def hold(installation: Installation, day: date, figures: Figures) -> None:
    """Hold what is left of a day against its plan, worked out again with the key."""
    wrong: list[str] = []
    record = installation.opened()
    try:
        wanted = planned(record, plan_key(installation.settings, create=False), day)
        checks = checks_of(record, day)
        with record.make_uow(read_only=True) as uow:
            verdict = verified(uow, day)
            results = uow.checks.results_of([one.id for one in checks])
            findings = [row for row in uow.findings.list(limit=1000) if _of(row.started_at, day)]
            spans = uow.spans.between(None, *_bounds(day))
            digests = [one.payload for one in uow.register.find(kind=DIGEST)]
            notices = [one.notice.key for one in uow.outbox.notices(limit=1000)]
            every = uow.checks.find(limit=10**6)
            opened = Counter(one.key for one in uow.register.find(limit=10**6) if one.key)
        faults = [*verify_record(record).faults, *verify_record(record, audit=True).faults]
    finally:
        record.close()
    times = Counter(one.key for one in checks)
    keys = {one.key for one in wanted}
    figures.lost += len(keys - times.keys())
    figures.doubled += sum(times.values()) - len(times) + len(times.keys() - keys)
    wrong += [str(one) for one in verdict.differences]
    wrong += [str(one) for one in faults]
    wrong += [f"key {key!r} stands {count} times" for key, count in opened.items() if count > 1]
    wrong += _told_once(day, digests, every, notices)
    for check in checks:
        had = results.get(check.id, [])
        names = [one.window_id for one in had]
        wrong += _ended(check.key, check.state, check.reason)
        if len(set(names)) != len(names) or len(names) != 2:
            wrong.append(f"{check.key}: windows {names}")
        wrong += [f"{check.key}: {one.window_id} has no result" for one in had if one.pending]
        figures.results.update(one.result.value for one in had if one.result)
    wrong += _overlaps(
        "finding", [(row.window_id, row.started_at, row.until_at_least) for row in findings]
    )
    wrong += _overlaps("span", [(one.window_id, one.start, one.end or one.start) for one in spans])
    figures.rounds += 1
    figures.planned += len(wanted)
    figures.states.update(f"{one.state.value} {one.reason}".strip() for one in checks)
    figures.findings += len(findings)
    figures.wrong += [f"{day}: {one}" for one in wrong]


def _told_once(
    day: date, digests: list[dict[str, Any]], checks: Sequence[Check], notices: list[str]
) -> list[str]:
    """Each day has one digest and one notice of it, and all of them tell every check once."""
    days = [one["day"] for one in digests]
    wrong = [] if len(set(days)) == len(days) else [f"digests of {days}"]
    if notices.count(day_key(day)) != 1:
        wrong.append(f"{notices.count(day_key(day))} notices of the digest")
    until = datetime.fromisoformat(digests[-1]["until"])
    again = sum(len(one["checks"]["under_way"]) for one in digests[:-1])
    told = sum(one["checks"]["planned"] for one in digests) - again
    written = sum(one.written_at < until for one in checks)
    return wrong if told == written else [*wrong, f"digests tell {told} of {written} checks"]


def _ended(key: CheckKey, state: CheckState, reason: str) -> list[str]:
    known = {one.value for one in NotDone}
    if state is CheckState.NOT_DONE and reason not in known:
        return [f"{key}: 未执行 without a reason"]
    return [] if state in {CheckState.SETTLED, CheckState.NOT_DONE} else [f"{key}: {state}"]


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, datetime.min.time(), SHANGHAI)
    return start, start + timedelta(days=1)


def _of(moment: datetime, day: date) -> bool:
    return moment.astimezone(SHANGHAI).date() == day


def _overlaps(what: str, rows: list[tuple[str, datetime, datetime]]) -> list[str]:
    return [
        f"{what} of {first[0]} at {first[1]} and {second[1]} overlap"
        for first, second in pairwise(sorted(rows))
        if first[0] == second[0] and second[1] < first[2]
    ]


def run_rounds(
    installation: Installation,
    server: OwnPostgres | None,
    days: list[date],
    tell: Callable[[str], None],
    seed: int,
) -> Figures:
    """One round per day; each is held against its plan before the next begins."""
    figures = Figures()
    for number, day in enumerate(days):
        before = len(figures.wrong)
        Day(installation, server, figures).run(day, seed + number)
        hold(installation, day, figures)
        tell(f"{day} {figures}")
        for one in figures.wrong[before:]:
            tell(f"WRONG {one}")
    return figures
