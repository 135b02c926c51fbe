"""The watch takes what was registered or corrected while it runs, and leaves a trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.duty_desk import DutyDesk
from api.duty_record import in_force, take_files
from api.hours import open_now
from api.settings import Settings, load_settings
from api.wiring_watch import DutyNews
from models.domain.duty_rows import DutyKind
from models.domain.hall import Window
from models.domain.presence import Evidence, Look, PresenceProfile
from models.domain.records import EvidenceKind, EvidencePicture
from models.storage.record import Record, open_record
from tests.acceptance.town import MONDAY, Town, at
from vision.camera_desk import Examined
from vision.entries import Proof
from vision.frame import Frame
from vision.record_keeper import RecordKeeper
from vision.watch_room import WatchRoom

HEAD = "日期,窗口,单位,姓名,岗位,开始,结束"
SHIFT = "2026-11-23,W12,公安局,甲,A,08:30,12:00"


def photograph(window: Window) -> list[EvidencePicture]:
    name = "ab" * 32
    place = f"2026/11/23/{name}.jpg"
    return [
        EvidencePicture(name, place, 9, at("09:11"), "cam", window.id, EvidenceKind.AT, 1, 2, 2)
    ]


class Watch:
    """The watch without cameras: looks are shown to it, rounds are kept."""

    def __init__(self, town: Town, record: Record) -> None:
        settings = town.settings
        ruled = in_force(settings, record.make_uow)
        self.record = record
        self.desk = DutyDesk(settings, ruled.duty, ruled.calendar)
        self.room = WatchRoom(self.desk.windows.values(), {"W12": PresenceProfile()})
        self.keeper = RecordKeeper(
            self.room,
            judge=self.desk.judge,
            day_start=self.desk.window_day_start,
            duty=self.desk.duty,
            photograph=photograph,
            make_uow=record.make_uow,
            proof=Proof("m" * 64, "yolov8s", "s" * 64),
        )
        self.news = DutyNews(settings, record, self.desk, self.keeper, ruled.mark)

    def show(self, first: str, last: str, people: int) -> None:
        here = at(first)
        while here <= at(last):
            look = Evidence(here, Look.LOOKED, people, 0.8 if people else 0.0)
            frame = Frame("cam", np.zeros((2, 2, 3), np.uint8), here)
            self.room.take("cam", Examined(frame, {"W12": look}), b"jpeg")
            self.round(here)
            here += timedelta(minutes=1)

    def round(self, now: datetime) -> bool:
        new = self.news.take()
        self.keeper.keep(now)
        return new

    @property
    def entries(self) -> list[str]:
        with self.record.make_uow(read_only=True) as uow:
            kinds = [entry.kind for entry in uow.register.entries()]
            return [kind for kind in kinds if kind.startswith("finding")]

    @property
    def rows(self) -> list[tuple[str, str]]:
        with self.record.make_uow(read_only=True) as uow:
            rows = sorted(uow.findings.list(), key=lambda row: row.id)
            return [(row.kind, row.state) for row in rows]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[tuple[Town, Watch]]:
    town = Town(tmp_path)
    town.roster(f"{SHIFT},")
    record = open_record(tmp_path / "data")
    watch = Watch(town, record)
    watch.show("09:00", "09:10", people=1)
    watch.show("09:11", "09:40", people=0)
    assert watch.rows == [("off_post", "to_verify")]
    yield town, watch
    record.close()


def test_leave_that_is_registered_late_excuses_at_the_next_round(
    watch: tuple[Town, Watch],
) -> None:
    town, watching = watch
    times = ("--from", "2026-11-23 09:00", "--to", "2026-11-23 10:30")
    town.good("leave", "add", "甲", "--kind", "外出", *times, now="11-23 09:41")
    assert watching.round(at("09:41"))
    assert watching.entries == ["finding_opened", "finding_excused", "finding_opened"]
    assert watching.rows == [("off_post", "excused"), ("unmanned", "to_verify")]


def test_a_power_cut_exempts_at_the_next_round(watch: tuple[Town, Watch]) -> None:
    town, watching = watch
    cut = ("--kind", "停电", "--from", "2026-11-23 09:00", "--to", "2026-11-23 10:00")
    town.good("stop", "add", "--hall", "main", *cut, "--approver", "主任", now="11-23 09:41")
    watching.round(at("09:41"))
    assert watching.entries == ["finding_opened", "finding_exempted"]
    assert watching.rows == [("off_post", "exempted")]


def test_a_corrected_roster_withdraws_with_its_version(watch: tuple[Town, Watch]) -> None:
    town, watching = watch
    town.roster("2026-11-23,W12,公安局,甲,A,09:45,12:00,")
    watching.round(at("09:41"))
    assert watching.entries == ["finding_opened", "finding_withdrawn"]
    with watching.record.make_uow(read_only=True) as uow:
        (entry,) = uow.register.find(kind="finding_withdrawn")
    assert entry.payload["reference"] == watching.desk.duty.roster.version


def test_a_day_that_is_declared_off_withdraws_what_it_holds(watch: tuple[Town, Watch]) -> None:
    town, watching = watch
    town.good("calendar", "override", MONDAY.isoformat(), "--rest", "--reason", "大厅搬迁")
    watching.round(at("09:41"))
    assert watching.entries == ["finding_opened", "finding_withdrawn"]


def test_a_round_without_news_reads_two_numbers_and_nothing_else(
    watch: tuple[Town, Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the roster was read again")

    monkeypatch.setattr("api.wiring_watch.in_force", never)
    assert watch[1].round(at("09:41")) is False


def test_a_file_that_is_being_written_does_not_stop_the_rounds(
    watch: tuple[Town, Watch], tmp_path: Path
) -> None:
    town, watching = watch
    settings = town.settings
    (tmp_path / "shifts.csv").write_text("half a li", "utf-8")
    named = settings.model_copy(
        update={"roster": settings.roster.model_copy(update={"shifts": "shifts.csv"})}
    )
    watching.news.settings = named
    town.roster("2026-11-23,W12,公安局,甲,A,09:45,12:00,")
    assert watching.round(at("09:41")), "the record alone is asked while the watch runs"


def test_the_wall_takes_what_was_imported_without_a_new_start(
    watch: tuple[Town, Watch],
) -> None:
    town, watching = watch
    is_open = open_now(town.settings, watching.record.make_uow)
    assert is_open("W12", at("09:00"))
    town.good("calendar", "override", MONDAY.isoformat(), "--rest", "--reason", "大厅搬迁")
    assert is_open("W12", at("09:00:20")), "it looks again once in a while"
    assert not is_open("W12", at("09:01"))


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[tuple[Settings, Record]]:
    """An installation whose settings name a roster file."""
    town = Town(tmp_path)
    town.write("shifts.csv", f"{HEAD}\n{SHIFT}\n")
    file = town.file
    text = file.read_text("utf-8")
    file.write_text(text[:-1] + ', "roster": {"shifts": "shifts.csv"}}', "utf-8")
    record = open_record(tmp_path / "data")
    yield load_settings(file), record
    record.close()


def on_duty(settings: Settings, record: Record, clock: str = "09:00") -> list[str]:
    roster = in_force(settings, record.make_uow).duty.roster
    return [one.person_id for one in roster.at("W12", at(clock)).shifts]


def test_a_file_of_the_settings_is_taken_once_and_again_when_it_changes(
    filed: tuple[Settings, Record], tmp_path: Path
) -> None:
    settings, record = filed
    assert on_duty(settings, record) == ["公安局/甲"], "before it is taken it rules already"
    assert take_files(settings, record.make_uow, at("08:00")) == ["shifts.csv"]
    assert take_files(settings, record.make_uow, at("08:01")) == []
    changed = SHIFT.replace("甲", "乙")
    (tmp_path / "shifts.csv").write_text(f"{HEAD}\n{changed}\n", "utf-8")
    assert on_duty(settings, record) == ["公安局/乙"]
    assert take_files(settings, record.make_uow, at("08:02")) == ["shifts.csv"]
    assert on_duty(settings, record) == ["公安局/乙"]
    with record.make_uow(read_only=True) as uow:
        assert [one.number for one in uow.rosters.list()] == [2, 1]


def test_what_was_imported_after_the_file_was_taken_stands_at_the_next_start(
    filed: tuple[Settings, Record], tmp_path: Path
) -> None:
    settings, record = filed
    take_files(settings, record.make_uow, at("08:00"))
    Town(tmp_path).roster(SHIFT.replace("甲", "丙") + ",", name="correction.csv")
    assert take_files(settings, record.make_uow, at("08:10")) == []
    assert on_duty(settings, record) == ["公安局/丙"]


def test_a_row_that_leaves_the_file_leaves_the_roster(
    filed: tuple[Settings, Record], tmp_path: Path
) -> None:
    settings, record = filed
    take_files(settings, record.make_uow, at("08:00"))
    other = SHIFT.replace("11-23", "11-24")
    (tmp_path / "shifts.csv").write_text(f"{HEAD}\n{other}\n", "utf-8")
    take_files(settings, record.make_uow, at("08:10"))
    assert on_duty(settings, record) == []


def test_a_file_never_changes_a_published_month(
    filed: tuple[Settings, Record], tmp_path: Path
) -> None:
    settings, record = filed
    take_files(settings, record.make_uow, at("08:00"))
    with record.make_uow() as uow:
        uow.duty.put(DutyKind.PUBLISHED, "2026-11", {"number": "3号"}, at=at("08:05"), by="甲")
        uow.commit()
    changed = SHIFT.replace("甲", "乙")
    (tmp_path / "shifts.csv").write_text(f"{HEAD}\n{changed}\n", "utf-8")
    take_files(settings, record.make_uow, at("08:10"))
    assert on_duty(settings, record) == ["公安局/甲"]
