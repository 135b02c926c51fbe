"""How large years of the record are, and how fast it is asked when they lie there.

    python -m benchmarks storage -- [--years 5] [--database sqlite|postgres] [--keep FOLDER]

Years (one, unless told) of 82 cameras and 123 windows in 39 halls without pictures: spans, checks,
findings, cases, alerts, entries of the register and of the audit log in their chains, the outbox.
Then what the wall, the lists and the pages ask, through the API itself: 95 of 100 calls of the wall
and of the register come within 100 ms, and five years take less than 10 GB; ends with 1 otherwise.
With `--slow` each kind of call tells its slowest statement. A kept folder is used again.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from sqlalchemy import Engine, event, text

from api.app import create_app
from api.auth.passwords import CHEAP, Passwords
from api.wiring import WebParts, accounts_of, make_shelf, web_parts
from benchmarks._volume import fill_outbox, fill_rest, settle_heads
from benchmarks._years import CALENDAR, UNITS, fill, opened, workdays
from benchmarks.reports import postgres
from models.domain.access import Role
from tests.fakes_web import StillClock, Web, lay
from tests.reported_month import Month

NOW = datetime(2026, 12, 3, 2, tzinfo=UTC)
MOST_GB, LIMIT_MS = 10.0, 100.0
"""Of five years; of a call."""

TIMES, SLOW_S = 40, 60.0
"""How often each is asked; fewer where that takes longer."""

HELD = frozenset({"wall: a look", "wall", "register", "register, deep", "register of a rare kind"})
"""Kinds of calls that the limit is about."""

CASES_A_DAY = 100


@dataclass
class Watch:
    """Statements of an engine and what each took."""

    took: list[tuple[float, str, Any]] = field(default_factory=list)

    def on(self, engine: Engine) -> None:
        """Listen from now on."""

        @event.listens_for(engine, "before_cursor_execute")
        def begin(_c: Any, _cursor: Any, _s: str, _p: Any, context: Any, _m: bool) -> None:
            context.onpost_began = time.perf_counter()

        @event.listens_for(engine, "after_cursor_execute")
        def end(_c: Any, _cursor: Any, s: str, p: Any, context: Any, _m: bool) -> None:
            self.took.append((time.perf_counter() - context.onpost_began, s, p))


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--years", type=int, default=1)
    asked.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--slow", action="store_true")
    given = asked.parse_args()
    place = nullcontext(str(given.keep)) if given.keep else TemporaryDirectory()
    with place as name:
        folder = Path(name)
        (folder / "server").mkdir(parents=True, exist_ok=True)
        server = postgres(folder / "server") if given.database == "postgres" else nullcontext("")
        with server as url, opened(folder, url, NOW) as month:
            signed = written(month, given.years, folder / "signed")
            small = sizes(month, given.years, signed)
            quick = asked_all(month, given.years, slow=given.slow)
    return 0 if small and quick else 1


def written(month: Month, years: int, done: Path) -> int:
    """Fill the record, where `done` does not say that it is; gives the signed heads' bytes."""
    if done.exists():
        return int(done.read_text("utf-8"))
    transactions, first = 0, date(2027 - years, 1, 1)
    worked: list[date] = []
    for year in range(first.year, 2027):
        began = time.perf_counter()
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
        days = [day for day in days if day.year == year and day < date(2026, 12, 3)]
        worked = workdays(days[0], days[-1])
        fill(month, worked, seed=year, cases_a_day=CASES_A_DAY)
        transactions += fill_rest(month, days, worked, seed=year)
        print(f"{year} written in {time.perf_counter() - began:.0f} s", flush=True)
    fill_outbox(month, worked)
    _analyzed(month.record.make_uow.engine)
    signed = 2 * transactions * settle_heads(month)
    done.write_text(str(signed), "utf-8")
    return signed


def _analyzed(engine: Engine) -> None:
    """What a database knows of its tables after months: PostgreSQL by itself, SQLite by ours."""
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if engine.dialect.name == "postgresql":
            raw.autocommit = True
            raw.execute("VACUUM ANALYZE")
        else:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def sizes(month: Month, years: int, signed: int) -> bool:
    """Print bytes a table; whether all together stay below the limit."""
    engine = month.record.make_uow.engine
    if engine.dialect.name == "postgresql":
        query = (
            "SELECT relname, pg_table_size(oid), pg_indexes_size(oid), reltuples::bigint "
            "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    else:
        query = (
            "SELECT m.tbl_name, sum(CASE WHEN m.type = 'table' THEN s.size ELSE 0 END), "
            "sum(CASE WHEN m.type = 'index' THEN s.size ELSE 0 END), 0 FROM (SELECT name, "
            "sum(pgsize) AS size FROM dbstat GROUP BY name) s JOIN sqlite_master m "
            "ON m.name = s.name GROUP BY m.tbl_name"
        )
    with engine.connect() as connection:
        found = sorted(connection.execute(text(query)), key=lambda row: -(row[1] + row[2]))
    total = sum(row[1] + row[2] for row in found) + signed
    print(f"{years} years in {engine.dialect.name}; MB: rows, indexes")
    for name, own, indexes, _rows in found:
        if own + indexes > 1e6:
            print(f"  {name}: {own / 1e6:.0f} + {indexes / 1e6:.0f}")
    print(f"  signed heads (reckoned): {signed / 1e6:.0f}")
    most = MOST_GB * years / 5
    print(f"  together {total / 1e9:.2f} GB (limit {most:g} GB)", flush=True)
    return total < most * 1e9


@contextmanager
def web_of(month: Month) -> Iterator[tuple[Web, WebParts]]:
    """The application around the record, with a picture of each camera on the shelf."""
    settings, record = month.settings, month.record
    clock = StillClock(NOW)
    accounts = accounts_of(settings, record.make_uow, clock, Passwords(CHEAP))
    shelf = make_shelf(settings)
    for camera in settings.cameras:
        lay(shelf, settings, camera, NOW)
    parts = web_parts(settings, clock, shelf, record.make_uow, record.evidence, accounts=accounts)
    yield Web(create_app(parts, pages=False)), parts


class Values(dict[str, str]):
    """Values for addresses, others at each use."""

    def __init__(self, month: Month, years: int) -> None:
        super().__init__()
        self._chance = random.Random(1)  # noqa: S311  made up, no secret
        self._month, self._first = month, 2027 - years
        with month.record.make_uow(read_only=True) as uow:
            self._newest, self._head = uow.findings.list(limit=1)[0].id, uow.register.head().seq

    def __missing__(self, name: str) -> str:
        pick, settings = self._chance, self._month.settings
        day = date(self._first, 1, 4) + timedelta(pick.randrange(365 * (2027 - self._first) - 40))
        while not CALENDAR.is_workday(day):
            day += timedelta(days=1)
        return {
            "finding": str(pick.randrange(1, self._newest + 1)),
            "entry": str(pick.randrange(1, self._head)),
            "window": pick.choice(list(settings.windows)),
            "hall": pick.choice(list(settings.halls)),
            "unit": pick.choice(UNITS),
            "day": day.isoformat(),
            "period": f"{day:%Y-%m}",
        }[name]


ASKED = (
    ("wall", Role.OPERATOR, "/wall"),
    ("alerts", Role.OPERATOR, "/alerts"),
    ("findings", Role.OPERATOR, "/findings?limit=50"),
    ("findings, deep", Role.OPERATOR, "/findings?limit=50&after={finding}"),
    ("findings of a hall", Role.OPERATOR, "/findings?hall_id={hall}&limit=50&after={finding}"),
    ("findings of a unit", Role.SUPERVISOR, "/findings?unit_id={unit}&state=confirmed&limit=50"),
    ("findings since a day", Role.OPERATOR, "/findings?since={day}T00:00:00%2B08:00&limit=50"),
    ("findings till a day", Role.OPERATOR, "/findings?until={day}T00:00:00%2B08:00&limit=50"),
    ("a unit's own findings", Role.LIAISON, "/findings?limit=50&after={finding}"),
    ("one finding", Role.OPERATOR, "/findings/{finding}"),
    ("a window's day", Role.OPERATOR, "/windows/{window}/day"),
    ("register", Role.SUPERVISOR, "/register"),
    ("register, deep", Role.SUPERVISOR, "/register?after={entry}"),
    ("register of a rare kind", Role.SUPERVISOR, "/register?kind=evidence_purged"),
    ("register entry", Role.SUPERVISOR, "/register/{entry}"),
    ("checks", Role.SUPERVISOR, "/checks"),
    ("checks of a day", Role.SUPERVISOR, "/checks?day={day}"),
    ("a unit's own checks", Role.LIAISON, "/checks"),
    ("a day's checks so far", Role.SUPERVISOR, "/checks/summary?day={day}"),
    ("check sheet of a day", Role.SUPERVISOR, "/checks/sheet.json?day={day}"),
    ("cases", Role.SUPERVISOR, "/cases?limit=50"),
    ("open cases with a card", Role.SUPERVISOR, "/cases?open_only=true&signal=red&limit=50"),
    ("notifications", Role.SUPERVISOR, "/notifications"),
    ("precision", Role.SUPERVISOR, "/precision"),
    ("audit log", Role.AUDITOR, "/audit?limit=50"),
    ("audit log of a rare deed", Role.AUDITOR, "/audit?action=refused&limit=50"),
    ("scores", Role.SUPERVISOR, "/scores/units?period={period}"),
    ("monthly figures", Role.SUPERVISOR, "/reports/{period}"),
)
"""What pages ask: the kind, who asks, the address."""


def asked_all(month: Month, years: int, *, slow: bool) -> bool:
    """Ask everything and print it; whether what the limit is about is quick enough."""
    watch = Watch()
    watch.on(month.record.make_uow.engine)
    good = True
    with web_of(month) as (web, parts):

        def look() -> None:
            parts.board.refresh()

        good &= _measured("wall: a look", look, watch, slow=slow)
        values = Values(month, years)
        people = {
            role: web.as_(role, units={UNITS[3]} if role is Role.LIAISON else None)
            for role in {role for _, role, _ in ASKED}
        }
        for name, role, address in ASKED:

            def ask(who: Web = people[role], address: str = address) -> None:
                path = address.format_map(values)
                answer = who.get(f"/api/v1{path}")
                if answer.status_code != httpx.codes.OK:
                    raise SystemExit(f"{path}: {answer.status_code} {answer.text[:300]}")

            good &= _measured(name, ask, watch, slow=slow)
    return good


def _measured(name: str, ask: Callable[[], None], watch: Watch, *, slow: bool) -> bool:
    """One kind of call, many times, after one that is not counted."""
    ask()
    took, used, count = [], [], 0
    watch.took.clear()
    for _ in range(TIMES):
        began, before = time.perf_counter(), time.process_time()
        ask()
        used.append(time.process_time() - before)
        took.append(time.perf_counter() - began)
        count += 1
        if sum(took) > SLOW_S:
            break
    p50, p95 = (1000 * sorted(took)[int(part * (count - 1))] for part in (0.5, 0.95))
    cpu = 1000 * sorted(used)[int(0.95 * (count - 1))]
    over = name in HELD and p95 > LIMIT_MS
    each = len(watch.took) / count
    print(
        f"  {name}: p50 {p50:.0f}, p95 {p95:.0f} ms (processor {cpu:.0f}), {each:.0f} statements"
        + (f"; limit {LIMIT_MS:g} ms!" if over else ""),
        flush=True,
    )
    if slow and watch.took and p95 > LIMIT_MS / 3:
        seconds, statement, given = max(watch.took, key=lambda one: one[0])
        print(
            f"    {1000 * seconds:.0f} ms: {' '.join(statement.split())[:700]} {str(given)[:200]}"
        )
    return not over


if __name__ == "__main__":
    sys.exit(main())
