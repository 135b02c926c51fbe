"""The very first command of an installation, before anything made its record."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.storage.record import record_exists
from tests.acceptance.town import Town

ROSTER = (
    "日期,窗口,单位,姓名,岗位,开始,结束\n"
    "2026-11-24,W12,公安局,甲,A,08:30,12:00\n"
    "2026-11-24,W12,公安局,甲,A,14:30,17:30\n"
)


def test_a_roster_is_imported_into_a_database_that_holds_nothing_yet(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONPOST_DATABASE", database_url)
    town, file = Town(tmp_path), tmp_path / "班表.csv"
    file.write_text(ROSTER, "utf-8")
    data = tmp_path / "data"
    assert not record_exists(data, database_url)
    tried = town.run("roster", "import", file, "--dry-run")
    assert (tried.code, tried.err) == (0, "")
    assert "未写入任何内容" in tried.out
    assert not record_exists(data, database_url)
    assert not (data / "keys").exists()
    wrong = tmp_path / "错.csv"
    wrong.write_text(ROSTER.replace("W12", "W99"), "utf-8")
    assert town.run("roster", "import", wrong).code == 2
    assert not record_exists(data, database_url)
    done = town.run("roster", "import", file)
    assert (done.code, done.err) == (0, "")
    assert "排班第 1 版" in done.out
    assert record_exists(data, database_url)
    again = town.run("roster", "import", file)
    assert "没有变化" in again.out


def test_a_record_whose_key_is_gone_is_still_told(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONPOST_DATABASE", database_url)
    town, file = Town(tmp_path), tmp_path / "班表.csv"
    file.write_text(ROSTER, "utf-8")
    assert town.run("roster", "import", file).code == 0
    (tmp_path / "data" / "keys" / "register.pem").unlink()
    done = town.run("roster", "import", file)
    assert done.code != 0
    assert "key" in done.err
