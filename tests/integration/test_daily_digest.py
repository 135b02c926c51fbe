"""The daily digest on a real record: once a day, complete, with the heads of both chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.auth.audit import Actor, note
from api.notify.wording import Writer
from api.settings import load_settings
from models.domain.audit import AUDIT_CHAIN
from models.domain.check_result import Result
from models.domain.daily import Daily
from models.domain.inspection import Check, CheckKind, CheckResult, NotDone
from models.domain.inspection_record import give_up, settle
from models.domain.notice import Notice
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord
from models.storage.record import Record
from models.storage.verification import verify_record
from scheduler.daily_work import DailyWork, Turn
from scheduler.jobs.digest import DailyDigest
from tests.fakes_clock import StillClock
from tests.schedule_town import write_settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI).astimezone(UTC)


MONDAY = date(2026, 11, 23)
TEN = local(MONDAY, "10:00")


class Centre:
    """The job on a record, and what it put out; Monday to Friday are workdays."""

    def __init__(self, record: Record, folder: Path) -> None:
        self.record = record
        self.clock = StillClock(local(MONDAY, "17:45"))
        self.writer = Writer(load_settings(write_settings(folder)))
        self.digest = DailyDigest(lambda _uow, day: day.weekday() < 5, SHANGHAI)
        self.tick = self.work(self.digest)

    def work(self, do: Callable[[Turn], str]) -> DailyWork:
        return DailyWork(
            "digest", Daily(time(17, 45)), do,
            make_uow=self.record.make_uow, clock=self.clock, zone=SHANGHAI,
        )  # fmt: skip

    def on(self, day: date, clock: str = "17:45") -> str:
        self.clock.moment = local(day, clock)
        return self.tick()

    def notices(self) -> list[Notice]:
        with self.record.make_uow(read_only=True) as uow:
            kept = uow.outbox.notices(limit=200)
        return [self.writer.worded(one.notice) for one in reversed(kept)]

    def newest(self) -> Notice:
        return self.notices()[-1]


@pytest.fixture
def centre(record: Record, tmp_path: Path) -> Centre:
    return Centre(record, tmp_path)


def put(uow: UnitOfWork, number: int, at: datetime = TEN) -> Check:
    day = at.astimezone(SHANGHAI).date()
    return uow.checks.put_check(Check(f"random:{day}", "h1", number, CheckKind.RANDOM, at, at))


def made(record: Record, number: int, *results: CheckResult, at: datetime = TEN) -> None:
    """A check that was made, with its results."""
    with record.make_uow() as uow:
        check = put(uow, number, at)
        epoch = uow.checks.claim(check.id, "watch", at, epoch=0)
        assert epoch is not None
        uow.checks.look(check.id, epoch, at)
        uow.checks.save_results(check.id, epoch, results, at)
        settle(uow, check.id, epoch, at)
        uow.commit()


def found(record: Record, key: str, state: str, at: datetime = TEN) -> FindingRecord:
    with record.make_uow() as uow:
        row = uow.findings.add(
            FindingRecord(key, "w-h1-1", "h1", "off_post", state, at, at, at, 900.0)
        )
        uow.commit()
    return row


def test_it_says_what_was_checked_found_unable_and_waits(centre: Centre) -> None:
    record = centre.record
    made(
        record, 1,
        CheckResult("w-h1-1", result=Result.ON_POST, looked_at=TEN, settled_at=TEN),
        CheckResult(
            "w-h1-2", result=Result.UNVERIFIABLE, reason="offline", looked_at=TEN, settled_at=TEN
        ),
    )  # fmt: skip
    with record.make_uow() as uow:
        windows = {"w-h1-1": "户籍", "w-h1-2": "户籍"}
        assert give_up(uow, put(uow, 2), NotDone.NOBODY_LOOKED, windows, TEN)
        put(uow, 3, local(MONDAY, "17:40"))
        uow.cameras.note("c-h1", "down", "offline", TEN)
        uow.cameras.note("c-h1", "live", "", TEN + timedelta(minutes=12))
        uow.commit()
    found(record, "a", "to_verify")
    found(record, "b", "dismissed")
    centre.on(MONDAY)
    notice = centre.newest()
    assert notice.title_zh == "日报 2026-11-23:新增情形 2 条"
    for said in (
        "应查 3 次,已查 1 次,未执行 1 次(到点后无监看进程领取 1),进行中 1 次",
        "在岗 1、无法核查 1、未执行 2",
        "无法核查:摄像头离线 1;涉及窗口 h1-2号",
        "脱岗 2(误报排除 1、待核实 1)",
        "等待处理:线索 0、待核实 1",
        "机h1 12分(摄像头离线)",
    ):
        assert said in notice.body_zh, notice.body_zh
    assert "3 planned, 1 done, 1 not done" in notice.body_en


def test_it_carries_the_heads_of_register_and_audit_log_and_its_own_entry(
    centre: Centre,
) -> None:
    with centre.record.make_uow() as uow:
        uow.register.append("something", {}, TEN)
        note(uow, Actor("li.na"), "looked", "finding:1", TEN)
        uow.commit()
        heads = [uow.register.head(), uow.register.head(chain=AUDIT_CHAIN)]
    centre.on(MONDAY)
    body = centre.newest().body_zh
    with centre.record.make_uow(read_only=True) as uow:
        entry = uow.register.by_key("digest:2026-11-23")
    assert entry is not None
    for seq, digest in [*((one.seq, one.hash) for one in heads), (entry.seq, entry.hash)]:
        assert f"#{seq} {digest}" in body
    assert verify_record(centre.record).faults == ()


def test_nothing_found_is_said_and_a_day_of_rest_is_silent(centre: Centre) -> None:
    centre.on(MONDAY)
    assert centre.newest().title_zh == "日报 2026-11-23:零报告"
    assert "零报告(未发现)" in centre.newest().body_zh
    assert centre.on(date(2026, 11, 28)) == "no workday, nothing checked"
    made(centre.record, 1, CheckResult("w-h1-1", result=Result.ON_POST),
         at=local(date(2026, 11, 29), "10:00"))  # fmt: skip
    assert centre.on(date(2026, 11, 29)) == "checks 1"
    assert len(centre.notices()) == 2


def test_it_is_there_once_whatever_ends_between(centre: Centre) -> None:
    class Ends(Exception):
        pass

    def dies(turn: Turn) -> str:
        def make_uow(*, read_only: bool = False) -> UnitOfWork:
            uow = centre.record.make_uow(read_only=read_only)
            uow.commit = fails  # type: ignore[method-assign]
            return uow

        def fails() -> None:
            raise Ends

        return centre.digest(replace(turn, make_uow=make_uow))

    with pytest.raises(Ends):
        centre.work(dies)()
    assert centre.notices() == []
    for _ in range(3):
        centre.tick()
        centre.clock.moment += timedelta(minutes=1)
    assert [one.key for one in centre.notices()] == ["digest:2026-11-23"]


def test_a_check_that_is_under_way_and_what_comes_after_is_told_the_next_day(
    centre: Centre,
) -> None:
    tuesday = MONDAY + timedelta(days=1)
    with centre.record.make_uow() as uow:
        check = put(uow, 1, local(MONDAY, "17:40"))
        uow.commit()
    centre.on(MONDAY)
    assert centre.newest().data["checks"]["under_way"] == [check.id]
    found(centre.record, "evening", "to_verify", local(MONDAY, "18:10"))
    with centre.record.make_uow() as uow:
        give_up(uow, check, NotDone.NOBODY_LOOKED, {"w-h1-1": ""}, local(MONDAY, "17:55"))
        uow.commit()
    made(centre.record, 2, CheckResult("w-h1-1", result=Result.ON_POST), at=local(tuesday, "09:30"))
    centre.on(tuesday)
    told = centre.newest().data
    assert (told["checks"]["planned"], told["checks"]["done"]) == (2, 1)
    assert told["findings"] == {"off_post": {"to_verify": 1}}


def test_zero_reports_come_on_the_first_workday_after_a_period_without_findings(
    centre: Centre,
) -> None:
    for day in (date(2026, 12, 30), date(2026, 12, 31)):
        centre.on(day)
    found(centre.record, "november", "confirmed", local(date(2026, 11, 5), "10:00"))
    found(centre.record, "december", "dismissed", local(date(2026, 12, 30), "10:00"))
    assert centre.on(date(2027, 1, 2)) == "no workday, nothing checked"
    centre.on(date(2027, 1, 4))
    centre.on(date(2027, 1, 5))
    zero = [one for one in centre.notices() if one.kind == "zero_report"]
    assert [one.title_zh for one in zero] == ["零报告 2026年12月"]
    assert "已排除、成立或豁免 1 条" in zero[0].body_zh
    for day in (date(2027, 6, 30), date(2027, 7, 1), date(2027, 7, 2)):
        centre.on(day)
    zero = [one for one in centre.notices() if one.kind == "zero_report"]
    assert [one.title_zh for one in zero[1:]] == ["零报告 2027年6月", "零报告 2027年上半年"]


def test_a_period_with_a_finding_that_may_still_stand_has_no_zero_report(centre: Centre) -> None:
    centre.on(date(2026, 11, 30))
    found(centre.record, "open", "to_verify", local(date(2026, 11, 30), "10:00"))
    centre.on(date(2026, 12, 1))
    assert not [one for one in centre.notices() if one.kind == "zero_report"]
