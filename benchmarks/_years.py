"""Years of checks, findings and cases put into a record quickly, for benchmarks of reports."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from models.domain.case import Case, CaseType, Ending
from models.domain.life import Stage
from models.domain.workdays import WorkCalendar
from models.storage.record import open_record
from models.storage.tables import findings
from tests.fakes_web import StillClock, settings_of, town
from tests.reported_month import Month

ZONE = ZoneInfo("Asia/Shanghai")
UNITS = tuple(f"第{n}局" for n in range(1, 31))
HALLS = {"main": 30, "branches": 7, "townships": 31}
"""82 cameras in 39 halls."""

CALENDAR = WorkCalendar.builtin()


def workdays(first: date, last: date) -> list[date]:
    """Days that are worked; Monday to Friday in years without a calendar."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if CALENDAR.is_workday(day)]


@contextmanager
def opened(folder: Path, url: str, now: datetime) -> Iterator[Month]:
    """An empty record of 39 halls on a database."""
    values = town(folder, **HALLS)
    for place, window in enumerate(values["windows"].values()):
        window["unit"] = UNITS[place % len(UNITS)]
    values["supervision"] = {"issuer": "汨罗市政务服务监督中心"}
    settings = settings_of(values, folder)
    record = open_record(settings.data_path, url)
    try:
        yield Month(settings, record, StillClock(now))
    finally:
        record.close()


def fill(month: Month, days: Sequence[date], *, seed: int, cases_a_day: float) -> None:
    """Six checks of every hall a day, some seven findings a day, and cases."""
    chance = random.Random(seed)  # noqa: S311  a made-up month, no secret
    month.check(days, seed=seed)
    rows = [_finding(month, chance, day, number) for day in days for number in range(7)]
    with month.record.make_uow.engine.begin() as connection:
        connection.execute(findings.insert(), rows)
    total = round(len(days) * cases_a_day)
    made = [_case(chance, days[n * len(days) // total], n) for n in range(total)]
    for start in range(0, len(made), 5000):
        with month.record.make_uow() as uow:
            uow.cases.put(made[start : start + 5000], _at(days[-1], 18))
            uow.commit()


def _at(day: date, hour: float) -> datetime:
    return (datetime.combine(day, time(0), ZONE) + timedelta(hours=hour)).astimezone(UTC)


def _finding(month: Month, chance: random.Random, day: date, number: int) -> dict[str, object]:
    window_id = chance.choice(list(month.settings.windows))
    start = _at(day, chance.uniform(9, 16))
    stage = Stage.DISMISSED if chance.random() < 0.1 else Stage.CONFIRMED
    key = f"off_post:{window_id}@{start.timestamp():.0f}-{number}"
    decided = {
        "stage": stage.value,
        "by": "wang",
        "at": start.isoformat(),
        "reason": "" if stage is Stage.CONFIRMED else "群众遮挡",
    }
    return {
        "key": key,
        "window_id": window_id,
        "hall_id": month.settings.windows[window_id].hall,
        "unit_id": month.unit_of(window_id),
        "post": "",
        "kind": "off_post",
        "state": stage.value,
        "opened_at": start,
        "started_at": start,
        "until_at_least": start + timedelta(minutes=chance.uniform(15, 60)),
        "proven_s": 1200.0,
        "possible_s": None,
        "ended": True,
        "roster_version": "",
        "profile": "",
        "evidence": [],
        "last_seq": 0,
        "details": {"label": "脱岗", "finding": {"key": key}, "life": [decided]},
    }


def _case(chance: random.Random, day: date, number: int) -> Case:
    accepted = _at(day, chance.uniform(9, 17))
    ended = accepted + timedelta(days=chance.uniform(0.1, 9))
    return Case(
        project_no=f"430681-{day:%Y%m%d}-{number:06}",
        unit_id=chance.choice(UNITS),
        case_type=CaseType.PROMISED,
        accepted_at=accepted,
        promise_days=chance.choice((3, 5, 10)),
        statutory_days=20,
        ended_at=ended,
        ending=Ending.CLOSED,
        task_name="户口迁移",
    )
