"""`onpost doctor` about the scheduling process: does anybody schedule, and do its jobs work?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from api.doctor import Result, Verdict
from api.plan_keys import plan_key
from api.settings import Settings
from models.domain.errors import OnPostError, StorageError
from models.domain.lease import Lease
from models.domain.ports_jobs import JobRow, Outcome
from models.storage.record import DATABASE, open_existing_record

QUIET: Final = timedelta(minutes=1)
NAME: Final = "schedule"


def examine_schedule(settings: Settings, now: datetime) -> Iterator[Result]:
    """The lease, the jobs, the key of the random checks; nothing is changed.

    Args:
        settings: Everything set.
        now: The machine's time.
    """
    url = "" if settings.database is None else settings.database_url
    if not url and not (settings.data_path / DATABASE).exists():
        return  # the database's own check says that it is made at the first start
    try:
        record = open_existing_record(settings.data_path, url)
        try:
            with record.make_uow(read_only=True) as uow:
                lease, rows, begun = uow.jobs.lease(), uow.jobs.jobs(), uow.checks.first_day()
        finally:
            record.close()
    except StorageError:
        return  # told by the database's own check
    yield check_lease(lease, now)
    yield from check_jobs(rows)
    if begun is not None:
        yield check_key(settings)


def check_lease(lease: Lease | None, now: datetime) -> Result:
    """That somebody schedules: without it no spot check is made and nothing is sent."""
    if lease is not None and not lease.free and abs(now - lease.beat_at) <= QUIET:
        zh, en = f"{lease.holder} 持有租约", f"{lease.holder} holds the lease"
        return Result(NAME, Verdict.OK, zh, en)
    since = "" if lease is None else f" {lease.beat_at:%Y-%m-%d %H:%M} UTC"
    return Result(
        NAME,
        Verdict.WARN,
        f"没有调度进程在运行(最近心跳{since or '无'}),抽查不会执行,通知不会发出",
        f"nobody schedules (last beat{since or ' none'}): no spot checks, nothing is sent",
        "onpost up    (或 / or: onpost schedule)",
    )


def check_jobs(rows: Sequence[JobRow]) -> Iterator[Result]:
    """Jobs whose last run failed."""
    for row in rows:
        if row.outcome is Outcome.FAILED:
            yield Result(
                f"job {row.id}",
                Verdict.WARN,
                f"最近一次运行失败({row.said}),会自动重试",
                f"its last run failed ({row.said}); it is tried again",
                "onpost schedule --list",
            )


def check_key(settings: Settings) -> Result:
    """That the random checks' key is there and nobody else can read it."""
    try:
        key = plan_key(settings, create=False)
    except OnPostError as error:
        return Result("plan key", Verdict.FAIL, error.zh, error.en, str(error.where))
    return Result("plan key", Verdict.OK, f"密钥 {key.key_id}", f"key {key.key_id}")
