"""A month of spot checks and findings in a record, made quickly and known to the last row."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api.auth.audit import Actor
from api.auth.passwords import CHEAP, Passwords
from api.decisions import move_on
from api.reports.circulars import Desk
from api.settings import Settings
from api.wiring import WebParts, accounts_of, make_shelf, web_parts
from models.domain.check_result import Result
from models.domain.inspection import CheckKind
from models.domain.life import Stage
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord
from models.domain.workdays import WorkCalendar
from models.storage.check_book import StoredChecks
from models.storage.document_store import DocumentStore
from models.storage.record import Record, open_record
from models.storage.tables import check_results, checks
from tests.fakes_web import StillClock, settings_of, town

ZONE = ZoneInfo("Asia/Shanghai")
DRAFTER, SIGNER = Actor("li"), Actor("chen")
FIXED = ("09:00", "10:30", "15:00", "16:30")
RANDOM = ("09:40", "15:50")
CALENDAR = WorkCalendar.builtin()


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE).astimezone(UTC)


def workdays(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    days = [first + timedelta(days=n) for n in range(31)]
    return [day for day in days if day.month == month and CALENDAR.is_workday(day)]


@dataclass
class Month:
    """A record with what happened in it.

    Attributes:
        expected: Results that were written, by unit, before any person decided.
    """

    settings: Settings
    record: Record
    clock: StillClock
    expected: dict[str, Counter[Result]] = field(default_factory=dict)
    batches: Counter[CheckKind] = field(default_factory=Counter)

    @property
    def desk(self) -> Desk:
        store = DocumentStore(self.settings.data_path / "documents")
        return Desk(self.settings, self.record.make_uow, store, self.clock)

    def unit_of(self, window_id: str) -> str:
        return self.settings.windows[window_id].unit

    def windows_of(self, hall_id: str) -> list[str]:
        return [one for one, window in self.settings.windows.items() if window.hall == hall_id]

    def check(self, days: Sequence[date], *, seed: int = 7, away: float = 0.05) -> None:
        """Fixed and random checks of every hall on these days; most windows are staffed."""
        chance = random.Random(seed)
        rows: list[dict[str, Any]] = []
        found: list[tuple[int, str, Result, datetime]] = []
        first = self._next_check()
        for day in days:
            for hall_id in self.settings.halls:
                for kind, clocks in ((CheckKind.DAILY, FIXED), (CheckKind.RANDOM, RANDOM)):
                    for number, clock in enumerate(clocks, 1):
                        check_id = first + len(rows)
                        due = at(day, clock)
                        rows.append(_check(check_id, kind, hall_id, number, day, due))
                        self.batches[kind] += 1
                        for window_id in self.windows_of(hall_id):
                            result = self._result(chance, away)
                            found.append((check_id, window_id, result, due))
        results = [self._row(*one) for one in found]
        self._put(rows, results)

    def _next_check(self) -> int:
        with self.record.make_uow.engine.connect() as connection:
            return 1 + max(connection.execute(select(checks.c.id)).scalars(), default=0)

    def _put(self, rows: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
        """Checks and results in one transaction of the record, which seals its rows."""
        with self.record.make_uow() as uow:
            assert isinstance(uow.checks, StoredChecks)
            uow.checks._connection.execute(checks.insert(), rows)
            uow.checks._connection.execute(check_results.insert(), results)
            uow.commit()

    def _result(self, chance: random.Random, away: float) -> Result:
        if chance.random() > away:
            return Result.ON_POST
        kinds = (Result.COVERED, Result.AWAY, Result.EXEMPT, Result.UNVERIFIABLE, Result.NO_ROSTER)
        return chance.choice(kinds)

    def _row(
        self, check_id: int, window_id: str, result: Result, due: datetime, key: str = ""
    ) -> dict[str, Any]:
        unit_id = self.unit_of(window_id)
        self.expected.setdefault(unit_id, Counter())[result] += 1
        reason = "offline" if result is Result.UNVERIFIABLE else "seen"
        return {
            "check_id": check_id,
            "window_id": window_id,
            "unit_id": unit_id,
            "result": result.value,
            "reason": reason,
            "looked_at": due,
            "settled_at": due,
            "evidence": [],
            "finding_key": key,
            "entry_seq": 0,
            "details": {},
        }

    def found(
        self,
        window_id: str,
        day: date,
        clock: str,
        *,
        minutes: int = 20,
        kind: str = "off_post",
        label: str = "脱岗",
        state: Stage | None = Stage.CONFIRMED,
        checked: bool = True,
        person: str = "",
    ) -> FindingRecord:
        """A finding, met by a check of its own at its beginning, decided on by `wang`; where a
        `person` is told, the entry of the confirmation names them."""
        start = at(day, clock)
        key = f"{kind}:{window_id}@{start.timestamp():.0f}"
        hall_id = self.settings.windows[window_id].hall
        with self.record.make_uow() as uow:
            entry = uow.register.append("finding_opened", {"finding": key}, start, key=key)
            row = uow.findings.add(
                FindingRecord(
                    key=key,
                    window_id=window_id,
                    hall_id=hall_id,
                    kind=kind,
                    state=Stage.TO_VERIFY.value,
                    opened_at=start + timedelta(minutes=minutes),
                    started_at=start,
                    until_at_least=start + timedelta(minutes=minutes),
                    proven_s=60.0 * minutes,
                    ended=True,
                    unit_id=self.unit_of(window_id),
                    post="A" if person else "",
                    evidence=("e" * 64,),
                    last_seq=entry.seq,
                    details={"label": label, "finding": {"key": key}},
                )
            )
            later = start + timedelta(hours=1)
            if person:
                row = _named(uow, row, person, later)
            elif state is not None:
                reason = "" if state is Stage.CONFIRMED else "群众遮挡"
                row = move_on(uow, row, state, by="wang", reason=reason, now=later)
            uow.commit()
        if checked:
            self._met(row, day, start)
        return row

    def _met(self, row: FindingRecord, day: date, due: datetime) -> None:
        number = self._next_check()
        plan = _check(number, CheckKind.ROLL_CALL, row.hall_id, number, day, due)
        result = self._row(number, row.window_id, Result.OFF_POST, due, row.key)
        self._put([plan | {"plan": f"manual:{number}"}], [result])
        self.batches[CheckKind.ROLL_CALL] += 1


def _named(uow: UnitOfWork, row: FindingRecord, person: str, at: datetime) -> FindingRecord:
    """Confirmed by `wang`, the entry of the confirmation naming a person."""
    said = {"finding": row.key, "to": "confirmed", "by": "wang", "person": person}
    entry = uow.register.append("finding_confirmed", said, at, key=f"{row.key}:after")
    step = {"stage": "confirmed", "by": "wang", "at": at.isoformat(), "reason": ""}
    details = {**row.details, "life": [step]}
    after = replace(row, state=Stage.CONFIRMED.value, last_seq=entry.seq, details=details)
    uow.findings.update(after)
    return after


def _check(  # noqa: PLR0917 - a row
    check_id: int, kind: CheckKind, hall_id: str, number: int, day: date, due: datetime
) -> dict[str, Any]:
    name = "fixed" if kind is CheckKind.DAILY else kind.value
    return {
        "id": check_id,
        "plan": f"{name}:{day.isoformat()}",
        "hall_id": hall_id,
        "number": number,
        "kind": kind.value,
        "due_at": due,
        "written_at": due,
        "state": "settled",
        "epoch": 1,
        "claimed_by": "watch",
        "claimed_at": due,
        "started_at": due,
        "ended_at": due + timedelta(minutes=1),
        "reason": "",
        "late_s": 0.0,
        "by": "",
        "details": {},
    }


@contextmanager
def month(
    folder: Path,
    *,
    halls: tuple[int, int, int] = (2, 1, 1),
    units: Sequence[str] = ("公安局", "民政局", "人社局"),
    now: datetime | None = None,
    **supervision: Any,
) -> Iterator[Month]:
    """An empty month in a town of so many cameras of the main hall, branches and townships.

    Args:
        folder: Where it is kept.
        halls: Cameras of the main hall, branch halls, township centres.
        units: Units that take turns at having the windows.
        now: The moment of the clock; Thursday 2026-12-03, 10:00, where left out.
        supervision: Settings of that section.
    """
    main, branches, townships = halls
    values = town(folder, main=main, branches=branches, townships=townships)
    for place, window in enumerate(values["windows"].values()):
        window["unit"] = units[place % len(units)]
    values["supervision"] = {"issuer": "汨罗市政务服务监督中心", **supervision}
    settings = settings_of(values, folder)
    clock = StillClock(now or at(date(2026, 12, 3), "10:00"))
    record = open_record(settings.data_path)
    try:
        yield Month(settings, record, clock)
    finally:
        record.close()


def web_of(town: Month) -> WebParts:
    """The web's parts over the month's record, on its clock, hashing cheaply."""
    make_uow = town.record.make_uow
    return web_parts(
        town.settings,
        town.clock,
        make_shelf(town.settings),
        make_uow,
        town.record.evidence,
        accounts=accounts_of(town.settings, make_uow, StillClock(), Passwords(CHEAP)),
    )


def form(**fields: str) -> dict[str, Any]:
    """Fields without a file as `files=` of a call: multipart, as a page sends them."""
    return {name: (None, text) for name, text in fields.items()}
