"""`onpost rectify`, `appeal`, `measure` as typed, on one record from notice to ledger."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.auth.audit import Actor
from api.reports.rectify_issue import Asked, issue
from models.storage.verification import verify_record
from tests.acceptance.town import Done, onpost
from tests.fakes_web import jpeg, picture, town
from tests.reported_month import Month, at, month

pytestmark = pytest.mark.fonts

DAY = date(2026, 11, 25)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[tuple[Month, Path]]:
    """A month with a finding, and a settings file of the same record."""
    with month(tmp_path, halls=(1, 0, 0), units=("户籍",)) as made:
        values = town(tmp_path, main=1, branches=0, townships=0)
        anchor = {"kind": "simulated", "start": at(date(2026, 11, 26), "10:00").isoformat()}
        file = tmp_path / "onpost.yaml"
        file.write_text(json.dumps(values | {"clock": anchor}, ensure_ascii=False), "utf-8")
        yield made, file


def good(file: Path, *words: str | Path) -> Done:
    done = onpost(*words, "--settings", file)
    assert done.code == 0, done.out + done.err
    return done


def test_a_notice_goes_its_way_by_commands(centre: tuple[Month, Path]) -> None:
    made, file = centre
    found = made.found("w01-1", DAY, "09:00", kind="unmanned", label="空岗")
    (proposed,) = good(file, "rectify", "proposals").lines
    assert proposed["finding"] == found.id
    issued = good(
        file, "rectify", "issue", "--matter", "空岗", "--finding", str(found.id), "--by", "fu.he"
    )
    assert "监整〔2026〕1号 户籍 2026-12-03 已下发" in issued.out
    key = "监整-2026-1"
    good(file, "rectify", "claim", key, "--by", "hu.ji")
    still = file.parent / "still.jpg"
    still.write_bytes(jpeg(picture(1)))
    program = file.parent / "run.exe"
    program.write_bytes(b"MZ")
    report = ("rectify", "report", key, "--text", "已整改", "--by", "hu.ji", "--file")
    assert onpost(*report, program, "--settings", file).code == 2
    good(file, *report, still)
    good(file, "rectify", "return", key, "--reason", "不全", "--by", "fu.he", "--days", "3")
    good(file, *report, still)
    assert "监销〔2026〕1号" in good(file, "rectify", "accept", key, "--by", "fu.he").out
    (row,) = good(file, "rectify", "list").lines
    assert (row["state"], row["rounds"], row["overdue"]) == ("closed", 2, False)
    assert verify_record(made.record, audit=True).faults == ()


def test_notices_issued_at_once_leave_no_gap_and_no_double(centre: tuple[Month, Path]) -> None:
    made, _ = centre
    numbers: list[str] = []
    failures: list[BaseException] = []

    def give(matter: str) -> None:
        try:
            asked = Asked(matter, "户籍", basis="现场督查")
            numbers.append(issue(made.desk, asked, Actor("fu.he")).key)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=give, args=(matter,)) for matter in "甲乙丙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert failures == []
    assert sorted(numbers) == ["监整-2026-1", "监整-2026-2", "监整-2026-3"]


def test_an_appeal_is_let_in_and_decided_by_commands(centre: tuple[Month, Path]) -> None:
    made, file = centre
    found = made.found("w01-1", DAY, "09:00")
    number = str(found.id)
    filed = good(file, "appeal", "file", number, "--grounds", "停电", "--by", "hu.ji")
    key = f"appeal-{number}-1"
    assert key in filed.out
    decide = ("appeal", "decide", key, "--uphold", "--reason", "证据充分", "--by")
    assert onpost(*decide, "wang", "--settings", file).code == 2  # who confirmed it
    assert "维持" in good(file, *decide, "fu.he").out
    again = ("appeal", "file", number, "--grounds", "再申诉", "--by", "hu.ji")
    assert onpost(*again, "--settings", file).code == 2
    good(file, "appeal", "allow", number, "--reason", "新证据", "--by", "zhao")
    good(file, *again)
    granted = good(
        file,
        "appeal",
        "decide",
        f"appeal-{number}-2",
        "--grant",
        "--reason",
        "属实",
        "--by",
        "zhao",
    )
    assert "成立 / granted 2026-11" in granted.out
    assert [one["state"] for one in good(file, "appeal", "list").lines] == ["granted", "upheld"]


def test_the_ledger_is_kept_by_commands(centre: tuple[Month, Path]) -> None:
    _, file = centre
    assert "0 条新建议" in good(file, "measure", "suggest", "2026-10", "--by", "fu.he").out
    enter = (
        "measure",
        "enter",
        "--case",
        "1",
        "--subject",
        "户籍",
        "--basis",
        "通报",
        "--by",
        "li",
    )
    good(file, *enter, "--measure", "talk", "--at", "2026-11-20 09:00")
    good(file, *enter, "--measure", "admonition", "--at", "2026-11-20 10:00")
    assert "共1,其中约谈1、诫勉谈话1" in good(file, "measure", "ledger", "2026-11").out
    assert good(file, "measure", "ledger", "2026-10").out == ""
    late = onpost(*enter, "--measure", "talk", "--at", "2027-01-01 09:00", "--settings", file)
    assert late.code == 2
