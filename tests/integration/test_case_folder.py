"""The drop folder on a real record: files are taken once, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest

from api.case_rules import FOLDER, entering, rules_of
from api.settings import Settings, load_settings
from api.workbook_guard import check_workbook
from models.domain.audit import AUDIT_CHAIN
from models.domain.errors import InputError, StorageError
from models.storage.record import Record
from scheduler.cases.folder import DropFolder
from scheduler.jobs.case_files import FolderTick
from tests.fakes_clock import StillClock
from tests.schedule_town import write_settings

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
HEADS = "办件编号,单位,受理时间,承诺时限,法定时限,申请人"
GOOD = f"{HEADS}\nB1,户籍,2026-11-02 09:30,10,20,王大锤\nB2,户籍,2026-11-20 09:30,10,20,李四\n"
BAD = f"{HEADS}\nB3,户籍,2026-13-02 09:30,十,20,王大锤\n"


@dataclass
class Drop:
    """A drop folder, its job, and steady seconds that the test moves."""

    settings: Settings
    record: Record
    folder: Path
    clock: StillClock = field(default_factory=lambda: StillClock(NOON))
    steady: float = 0.0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, most: int = 1024 * 1024) -> None:
        self.tick = FolderTick(
            DropFolder(self.folder, lambda: self.steady, most),
            check_workbook,
            rules_of(self.settings),
            entering(FOLDER),
            make_uow=self.record.make_uow,
            clock=self.clock,
        )

    def later(self, seconds: float = 6.0) -> str:
        """A tick after so many seconds."""
        self.steady += seconds
        return self.tick()

    def write(self, name: str, data: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode("gb18030"))
        return path

    def names(self, below: str = "") -> list[str]:
        folder = self.folder / below
        return sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.exists() else []

    def count(self) -> int:
        with self.record.make_uow(read_only=True) as uow:
            return uow.cases.count()

    def entries(self, kind: str) -> list[dict[str, Any]]:
        with self.record.make_uow(read_only=True) as uow:
            return [dict(one.payload) for one in uow.register.find(kind=kind)]


@pytest.fixture
def drop(record: Record, tmp_path: Path) -> Drop:
    folder = tmp_path / "投递"
    folder.mkdir()
    settings = load_settings(write_settings(tmp_path, supervision={"case_folder": str(folder)}))
    return Drop(settings, record, folder)


def test_a_file_is_taken_once_it_stands_still_and_only_once(drop: Drop) -> None:
    drop.write("办件.csv", GOOD)
    assert (drop.later(), drop.count()) == ("", 0), "seen for the first time"
    assert (drop.later(2), drop.count()) == ("", 0), "not long enough"
    assert (drop.later(), drop.count()) == ("taken 1", 2)
    assert drop.names() == []
    done, message = drop.names("done")
    assert (done, message) == (
        "20261123-040000-办件.csv",
        "20261123-040000-办件.csv.message.txt",
    )
    assert "新增 2 件" in (drop.folder / "done" / message).read_text("utf-8")
    (entry,) = drop.entries("cases_imported")
    assert (entry["kind"], entry["by"], entry["new"]) == ("folder", "case-folder", 2)
    with drop.record.make_uow(read_only=True) as uow:
        (deed,) = uow.register.entries(chain=AUDIT_CHAIN)
    assert (deed.payload["who"], deed.payload["said"]["new"]) == ("job:case-folder", 2)
    drop.write("又一次.csv", GOOD)
    drop.later()
    assert drop.later() == "taken 1"
    assert len(drop.entries("cases_imported")) == 1
    again = [name for name in drop.names("done") if "又一次.csv.message" in name]
    assert "未重复导入" in (drop.folder / "done" / again[0]).read_text("utf-8")


def test_a_file_that_is_being_written_is_not_taken(drop: Drop) -> None:
    path = drop.write("办件.csv", GOOD[:60])
    drop.later()
    for length in (90, 120, len(GOOD)):
        path.write_bytes(GOOD[:length].encode("gb18030"))
        assert (drop.later(), drop.count()) == ("", 0)
    assert (drop.later(), drop.count()) == ("taken 1", 2)


def test_a_file_that_changes_while_it_is_read_is_left(drop: Drop) -> None:
    path = drop.write("办件.csv", GOOD)
    drop.later()
    real = Path.read_bytes

    def growing(self: Path) -> bytes:
        data = real(self)
        if self == path:
            path.write_bytes(data + "B9,户籍,2026-11-20,10,20,\n".encode("gb18030"))
        return data

    with patch.object(Path, "read_bytes", growing):
        assert (drop.later(), drop.count()) == ("", 0)
    drop.later()
    assert (drop.later(), drop.count()) == ("taken 1", 3)


def test_a_bad_file_is_refused_with_its_errors_beside_it_and_writes_nothing(drop: Drop) -> None:
    drop.write("坏.csv", BAD)
    drop.write("好.csv", GOOD)
    drop.later()
    assert drop.later() == "taken 1, refused 1"
    _, message = drop.names("refused")
    told = (drop.folder / "refused" / message).read_text("utf-8")
    assert "坏.csv:2 C2: E202" in told
    assert "坏.csv:2 D2: E205" in told
    assert drop.count() == 2
    assert [one["files"][0]["name"] for one in drop.entries("cases_imported")] == ["好.csv"]


def test_what_is_no_case_file_stays_and_dangerous_ones_are_refused(drop: Drop) -> None:
    for name in (".办件.csv", "~$办件.xlsx", "办件.csv.part", "说明.docx"):
        drop.write(name, GOOD)
    (drop.folder / "link.csv").symlink_to(drop.folder / "说明.docx")
    drop.write("炸弹.xlsx", b"PK\x03\x04" + b"\0" * 100)
    drop.write("大.csv", "x" * (2 * 1024 * 1024))
    drop.later()
    assert drop.later() == "refused 2"
    assert len(drop.names()) == 5
    assert drop.count() == 0


def test_a_workbook_is_taken_like_a_csv(drop: Drop) -> None:
    book = openpyxl.Workbook()
    for line in GOOD.splitlines():
        book.worksheets[0].append(line.split(","))
    book.save(drop.folder / "办件.xlsx")
    drop.later()
    assert (drop.later(), drop.count()) == ("taken 1", 2)


def test_a_process_that_ends_between_the_record_and_the_move_takes_nothing_twice(
    drop: Drop,
) -> None:
    drop.write("办件.csv", GOOD)
    drop.later()
    with patch.object(DropFolder, "move", side_effect=SystemExit), pytest.raises(SystemExit):
        drop.later()
    assert (drop.count(), drop.names()) == (2, ["办件.csv"])
    drop.restart()
    drop.later()
    assert drop.later() == "taken 1"
    assert (len(drop.entries("cases_imported")), drop.names()) == (1, [])


def test_a_record_that_is_away_leaves_the_file_for_later(drop: Drop) -> None:
    drop.write("办件.csv", GOOD)
    drop.later()
    away = StorageError("-", "away")
    with (
        patch.object(type(drop.record.make_uow), "__call__", side_effect=away),
        pytest.raises(StorageError),
    ):
        drop.later()
    assert drop.names() == ["办件.csv"]
    assert drop.later() == "taken 1"


def test_a_folder_that_cannot_be_used_is_told(drop: Drop) -> None:
    drop.folder = drop.write("a.csv", GOOD)
    drop.restart()
    with pytest.raises(InputError, match="drop folder"):
        drop.later()
