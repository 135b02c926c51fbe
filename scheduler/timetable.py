"""The timetable (时刻表): every job of the scheduling process, as data.

To add a job: a line here, its work in `scheduler/jobs/<name>.py`, and its name in
`api/wiring_schedule.py`. Spot checks are no jobs: a tick works out what is due, so that nothing
stored here tells when the next one is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from models.domain.daily import Daily


class Lane(StrEnum):
    """Threads that jobs share; what is slow in one lane holds up no other."""

    CHECKS = "checks"
    POST = "post"
    HOUSE = "house"


LANES: Final = {Lane.CHECKS: 2, Lane.POST: 1, Lane.HOUSE: 1}
"""Threads of each lane."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        id: Its name for good.
        zh: What it does, in Chinese.
        en: The same in English.
        every_s: Real seconds between ticks.
        lane: Whose threads it uses.
        grace_s: A tick that gets its thread so many seconds late is left out (misfire grace).
        longest_s: A run that lasts longer hangs: the process ends and is started again.
        daily: For a daily job, when: a tick then only asks whether its moment has come.
        coalesce: Many ticks that were missed count as one.
        max_instances: Runs of it at the same time.
    """

    id: str
    zh: str
    en: str
    every_s: float
    lane: Lane = Lane.CHECKS
    grace_s: int = 30
    longest_s: float = 120.0
    daily: Daily | None = None
    coalesce: bool = True
    max_instances: int = 1

    def interval_s(self, pace: float) -> float:
        """Real seconds between ticks where the clock runs so much faster; the post does not
        follow the clock."""
        return self.every_s / (1.0 if self.lane is Lane.POST else pace)


CHECKS: Final = "checks"
CHECKS_SWEEP: Final = "checks-sweep"
DIGEST: Final = "digest"
RETENTION: Final = "retention"
POST: Final = "post"
CASE_CARDS: Final = "case-cards"
CIRCULARS: Final = "circulars"
CASE_FOLDER: Final = "case-folder"
CASE_SOURCES: Final = "case-sources"

TIMETABLE: Final = (
    Job(CHECKS, "公布承诺、写入到点的检查、闭馆后公开", "commit, write due checks, reveal", 2.0),
    Job(CHECKS_SWEEP, "无人执行的检查记为未执行", "give up checks that nobody makes", 5.0),
    Job(
        DIGEST,
        "向中心报送日报与零报告",
        "write the daily digest and zero reports",
        10.0,
        Lane.HOUSE,
        daily=Daily(time(17, 45)),
    ),
    Job(
        RETENTION,
        "按保存期限销毁图片、清理旧记录",
        "destroy pictures whose time is over, prune old rows",
        60.0,
        Lane.HOUSE,
        longest_s=900.0,
        daily=Daily(time(2, 30), late_s=20 * 3600.0),
    ),
    Job(
        CIRCULARS,
        "每月首个工作日起草上期通报",
        "draft circulars on the first working day of a month",
        60.0,
        Lane.HOUSE,
        longest_s=900.0,
        daily=Daily(time(8, 0)),
    ),
    Job(POST, "发送通知", "send what waits in the outbox", 2.0, Lane.POST, longest_s=600.0),
    Job(
        CASE_CARDS,
        "办件到期预警:提示、黄牌、红牌、严重",
        "raise cards on cases that are due",
        60.0,
        Lane.HOUSE,
        longest_s=900.0,
    ),
    Job(
        CASE_FOLDER,
        "导入投递文件夹中的办件文件",
        "take case files of the drop folder",
        10.0,
        Lane.HOUSE,
        longest_s=900.0,
    ),
    Job(
        CASE_SOURCES,
        "读取其他数据库中的办件",
        "read cases of other databases",
        600.0,
        Lane.HOUSE,
        longest_s=900.0,
    ),
)
"""What runs, and how often; `docs/schedule.md` says what each does where it is late."""


def chosen(timetable: Iterable[Job], ids: Iterable[str]) -> list[Job]:
    """The jobs of the timetable that there is work for.

    Raises:
        ValueError: the timetable has two jobs of a name, or none for some work.
    """
    known = list(timetable)
    names = [job.id for job in known]
    wanted = set(ids)
    if len(set(names)) != len(names) or wanted - set(names):
        raise ValueError(
            f"the timetable and its work do not fit: {sorted(names)}, {sorted(wanted)}"
        )
    return [job for job in known if job.id in wanted]


def daily_of(job_id: str) -> Daily:
    """When a daily job of the timetable is due.

    Raises:
        LookupError: there is no daily job of that name.
    """
    for job in TIMETABLE:
        if job.id == job_id and job.daily is not None:
            return job.daily
    raise LookupError(job_id)
