"""The daily digest (日报): what was checked, found and could not be told since the last one.

Entry, notice and the settling of the day are one transaction: a day has its digest exactly once.
The entry holds the heads of register and audit log, and the notice carries both and its own
entry out of the house (anchor).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from models.domain.access import Role
from models.domain.audit import AUDIT_CHAIN
from models.domain.digest import (
    DIGEST,
    UNDECIDED,
    ZERO_REPORT,
    Period,
    cameras_told,
    checks_told,
    day_key,
    findings_told,
    heads_told,
    nothing_found,
    periods_before,
    zero_key,
)
from models.domain.inspection import Check, CheckQuery
from models.domain.notice import Audience, Notice, NoticeKind, Severity
from models.domain.ports import UnitOfWork
from models.domain.records import FindingQuery, FindingRecord
from models.domain.register import Entry
from scheduler.daily_work import Turn

CENTRE: Final = Audience(frozenset({Role.OPERATOR, Role.REVIEWER, Role.APPROVER, Role.SUPERVISOR}))
MARGIN: Final = timedelta(minutes=2)
"""What came later is told the next day: a transaction that was under way then has ended."""

LONGEST: Final = timedelta(days=14)
"""No digest reaches back farther."""
DOWN: Final = "down"
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """Writes the digest of a day, and zero reports on the first workday after a period.

    Attributes:
        workday: Whether a day is one, by the calendar as the record has it.
        zone: Whose days.
    """

    workday: Callable[[UnitOfWork, date], bool]
    zone: ZoneInfo

    def __call__(self, turn: Turn) -> str:
        """The day's work; says what it wrote."""
        with turn.make_uow() as uow:
            said = self._write(uow, turn)
            turn.settle(uow, said)
            uow.commit()
        return said

    def _write(self, uow: UnitOfWork, turn: Turn) -> str:
        day, now = turn.day, turn.now
        if uow.register.by_key(day_key(day)) is not None:
            return ""
        last = self._last(uow, now)
        since = self._since(last, day)
        working = self.workday(uow, day)
        until = max(since, now - MARGIN)
        checks = _checks(uow, last, since, until)
        if not (working or checks):
            return "no workday, nothing checked"
        told = self._told(uow, checks, since, until)
        said = {"day": day, "workday": working, "since": since, "until": until, **told}
        zero = self._zero_reports(uow, day, now) if working else []
        heads = heads_told(uow.register.head(), uow.register.head(chain=AUDIT_CHAIN))
        entry = uow.register.append(DIGEST, {**said, "heads": heads}, now, key=day_key(day))
        own = {"seq": entry.seq, "hash": entry.hash}
        data = {**entry.payload, "entry": own}
        uow.outbox.put(
            Notice(NoticeKind.DIGEST, day_key(day), Severity.IMPORTANT, CENTRE, data), now
        )
        return ", ".join([f"checks {told['checks']['planned']}", *zero])

    def _last(self, uow: UnitOfWork, now: datetime) -> Entry | None:
        found = uow.register.find(kind=DIGEST, since=now - LONGEST)
        return found[-1] if found else None

    def _since(self, last: Entry | None, day: date) -> datetime:
        if last is None:
            return self._midnight(day)
        return datetime.fromisoformat(last.payload["until"])

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(0), self.zone)

    def _told(
        self, uow: UnitOfWork, checks: list[Check], since: datetime, until: datetime
    ) -> dict[str, Any]:
        query = FindingQuery(since=since - timedelta(days=1))
        findings = [one for one in _findings(uow, query) if since <= one.opened_at < until]
        waiting = {state: uow.findings.count(FindingQuery(state=state)) for state in UNDECIDED}
        cards = [card.value for _, card, _ in uow.cases.cards(since, until)]
        return {
            "checks": checks_told(checks, uow.checks.results_of([one.id for one in checks])),
            "findings": findings_told(findings),
            "nothing_found": nothing_found(findings),
            "waiting": waiting,
            "cameras": cameras_told(uow.cameras.between(None, since, until), DOWN, since, until),
            "cards": {card: cards.count(card) for card in sorted(set(cards))},
        }

    def _zero_reports(self, uow: UnitOfWork, day: date, now: datetime) -> list[str]:
        """Zero reports of the periods that ended since the last workday with a digest."""
        month = self._midnight(day.replace(day=1))
        this = uow.register.find(kind=DIGEST, since=month)
        before = uow.register.find(kind=DIGEST, until=month, limit=1)
        if not before or any(one.payload["workday"] for one in this):
            return []
        return [one.name for one in periods_before(day) if self._zero_report(uow, one, now)]

    def _zero_report(self, uow: UnitOfWork, period: Period, now: datetime) -> bool:
        start = self._midnight(period.first)
        end = self._midnight(period.last + timedelta(days=1))
        query = FindingQuery(since=start, until=end)
        found = [one for one in _findings(uow, query) if start <= one.started_at < end]
        days = uow.register.find(kind=DIGEST, since=start, until=end)
        known = uow.register.by_key(zero_key(period)) is not None
        if known or not days or not nothing_found(found):  # who did not look found nothing either
            return False
        counts = [one.payload["checks"] for one in days]
        said = {
            "period": period.name,
            "first": period.first,
            "last": period.last,
            "days": len(days),
            "checks": sum(one["planned"] for one in counts),
            "done": sum(one["done"] for one in counts),
            "dismissed": len(found),
        }
        entry = uow.register.append(ZERO_REPORT, said, now, key=zero_key(period))
        data = {**entry.payload, "entry": {"seq": entry.seq, "hash": entry.hash}}
        notice = Notice(NoticeKind.ZERO_REPORT, zero_key(period), Severity.IMPORTANT, CENTRE, data)
        uow.outbox.put(notice, now)
        return True


def _checks(uow: UnitOfWork, last: Entry | None, since: datetime, until: datetime) -> list[Check]:
    """Checks that were written since the last digest, and those that it left under way.

    Not by when they were due: one that was missed while the system was down is written later.
    """
    left = last.payload["checks"]["under_way"] if last else []
    found = [one for number in left if (one := uow.checks.get(number)) is not None]
    query, after = CheckQuery(since=since - LONGEST, until=until), 0
    while page := uow.checks.find(query, after_id=after, limit=_PAGE):
        found += [one for one in page if since <= one.written_at < until]
        after = page[-1].id
    return found


def _findings(uow: UnitOfWork, query: FindingQuery) -> list[FindingRecord]:
    found: list[FindingRecord] = []
    after = 0
    while page := uow.findings.list(query, after_id=after, limit=_PAGE):
        found += page
        after = page[-1].id
    return found
