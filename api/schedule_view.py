"""What runs when, and when it last ran: for `onpost schedule --list`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.settings import Settings
from api.wiring_record import make_clock
from models.domain.lease import Lease
from models.domain.ports_jobs import JobDay, JobRow
from models.storage.record import open_existing_record
from scheduler.timetable import TIMETABLE, Job

OUTCOMES: Final = {"done": "完成 done", "failed": "失败 failed", "missed": "错过 missed"}
HEADS: Final = (
    "id",
    "做什么 what",
    "下次 next",
    "上次 last",
    "结果 outcome",
    "用时 took",
    "次数 runs/failed/skipped",
)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job with what the record knows of it.

    Attributes:
        row: None where it never ran.
        next_at: Its next tick, of a daily job its next day's moment.
        last_day: The newest settled day of a daily job.
    """

    job: Job
    row: JobRow | None
    next_at: datetime | None
    last_day: JobDay | None = None


@dataclass(frozen=True, slots=True)
class View:
    """The timetable at one moment."""

    lease: Lease | None
    lines: Sequence[JobLine]
    zone: ZoneInfo

    def as_json(self) -> dict[str, Any]:
        """JSON values, times with offset."""
        lease = self.lease
        return {
            "lease": None
            if lease is None
            else {
                "holder": lease.holder,
                "epoch": lease.epoch,
                "beat": lease.beat,
                "beat_at": self._text(lease.beat_at),
            },
            "jobs": [self._json(line) for line in self.lines],
        }

    def _json(self, line: JobLine) -> dict[str, Any]:
        job, row = line.job, line.row
        return {
            "id": job.id,
            "zh": job.zh,
            "en": job.en,
            "every_s": row.every_s if row else job.every_s,
            "daily_at": job.daily.at.isoformat("minutes") if job.daily else None,
            "next": self._text(line.next_at),
            "last": self._text(row.started_at) if row else None,
            "last_day": line.last_day.day.isoformat() if line.last_day else None,
            "outcome": row.outcome.value if row and row.outcome else None,
            "said": row.said if row else "",
            "took_s": row.took_s if row else None,
            "runs": row.runs if row else 0,
            "failures": row.failures if row else 0,
            "skipped": row.skipped if row else 0,
        }

    def _text(self, at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(self.zone).isoformat(timespec="seconds")


def seen(settings: Settings) -> View:
    """The timetable as it stands; nothing is changed.

    Raises:
        StorageError: the record is not there or cannot be read.
    """
    url = "" if settings.database is None else settings.database_url
    zone, now = ZoneInfo(settings.time_zone), make_clock(settings).now()
    record = open_existing_record(settings.data_path, url)
    try:
        with record.make_uow(read_only=True) as uow:
            rows = {row.id: row for row in uow.jobs.jobs()}
            lines = []
            for job in TIMETABLE:
                row = rows.get(job.id)
                if job.daily is None:
                    lines.append(JobLine(job, row, row.next_at if row else None))
                else:
                    due = job.daily.next_after(now, zone)
                    lines.append(JobLine(job, row, due, uow.jobs.last_day(job.id)))
            return View(uow.jobs.lease(), lines, zone)
    finally:
        record.close()


def as_table(view: View) -> Iterator[str]:
    """Lines for a terminal: the lease, then a row a job."""
    yield _lease_line(view)
    rows = [HEADS, *(_cells(line, view.zone) for line in view.lines)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        cells = [cell + " " * (widths[at] - _width(cell)) for at, cell in enumerate(row)]
        yield "  ".join(cells).rstrip()


def _lease_line(view: View) -> str:
    lease = view.lease
    if lease is None:
        return "租约 lease: 从未有进程持有 / nobody ever held it"
    at = f"{lease.beat_at.astimezone(view.zone):%Y-%m-%d %H:%M:%S}"
    if lease.free:
        return f"租约 lease: 已交还 / given back {at}"
    return f"租约 lease: {lease.holder}, 任期 epoch {lease.epoch}, 心跳 last beat {at}"


def _cells(line: JobLine, zone: ZoneInfo) -> tuple[str, ...]:
    row = line.row
    outcome = OUTCOMES[row.outcome.value] if row and row.outcome else "-"
    said = f" ({row.said})" if row and row.said else ""
    took = f"{row.took_s:.2f} s" if row and row.took_s is not None else "-"
    counts = f"{row.runs}/{row.failures}/{row.skipped}" if row else "0/0/0"
    last = _moment(row.started_at, zone) if row else "-"
    what = f"{line.job.zh} / {line.job.en}"
    return line.job.id, what, _moment(line.next_at, zone), last, outcome + said, took, counts


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return "-" if at is None else f"{at.astimezone(zone):%m-%d %H:%M:%S}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
