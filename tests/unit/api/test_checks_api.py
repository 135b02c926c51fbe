"""Spot checks over the API: lists, one check, the day so far, sheets, within a scope; S27."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from api.app import create_app
from models.domain.access import Role
from models.domain.audit import AUDIT_CHAIN
from models.domain.check_result import Result
from models.domain.inspection import Check, CheckKind, NotDone
from models.domain.inspection_record import give_up
from models.storage.record import Record
from tests.acceptance.town import Done, onpost
from tests.checked_days import (
    MONDAY,
    NONCE,
    at,
    carried_out,
    committed,
    found,
    planned,
)
from tests.fakes_duty import MINE, OTHERS, two_units
from tests.fakes_web import MORNING, Web, opened_parts

MINES = {"w01-1": MINE, "w01-2": MINE}
BOTH = MINES | {"w02-1": OTHERS}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Web, Record]]:
    parts, record = opened_parts(tmp_path, two_units(tmp_path))
    yield Web(create_app(parts, pages=False)), record
    record.close()


@pytest.fixture
def web(opened: tuple[Web, Record]) -> Web:
    return opened[0]


@pytest.fixture
def record(opened: tuple[Web, Record]) -> Record:
    return opened[1]


def put(record: Record, number: int, windows: dict[str, str], result: Result, **more: Any) -> int:
    """A daily check of h00 at 09:00 plus so many minutes, ended with one result."""
    due = at("09:00") + timedelta(minutes=number)
    check = Check("fixed:2026-11-23", "h00", number, CheckKind.DAILY, due, due, **more)
    with record.make_uow() as uow:
        ended = found(uow, uow.checks.put_check(check), windows, result, due)
        uow.commit()
    return ended.id


def started(record: Record, hall: str = "h00", number: int = 30) -> int:
    """A check that is due and that nobody has taken up yet."""
    due = at("09:35")
    check = Check("random:2026-11-23", hall, number, CheckKind.RANDOM, due, due)
    with record.make_uow() as uow:
        kept = uow.checks.put_check(check)
        uow.commit()
    return kept.id


def deeds(record: Record, action: str) -> list[dict[str, Any]]:
    with record.make_uow(read_only=True) as uow:
        entries = uow.register.find(kind=action, chain=AUDIT_CHAIN, limit=1000)
    return [dict(one.payload) for one in entries]


def test_checks_are_listed_newest_first_by_pages_and_by_filters(web: Web, record: Record) -> None:
    made = [put(record, number, BOTH, Result.ON_POST) for number in range(1, 6)]
    running = started(record)
    operator = web.as_(Role.OPERATOR)
    seen, after = [], ""
    while True:
        page = operator.get("/api/v1/checks", params={"limit": 4, "after": after}).json()
        seen += [one["id"] for one in page["items"]]
        assert page["total"] == 6
        if page["next_after"] is None:
            break
        after = page["next_after"]
    assert seen == [running, *reversed(made)]

    def ids(**asked: Any) -> list[int]:
        answer = operator.get("/api/v1/checks", params=asked)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert ids(kind="random") == ids(state="due") == ids(plan="random:2026-11-23") == [running]
    assert ids(day="2026-11-23", hall_id="h00") == seen
    assert ids(day="2026-11-24") == ids(hall_id="h01") == ids(campaign="slack") == []
    assert ids(since="2026-11-23T09:04:00+08:00", until="2026-11-23T09:05:00+08:00") == [made[3]]
    assert operator.get("/api/v1/checks", params={"kind": "secret"}).status_code == 422
    assert operator.get("/api/v1/checks", params={"after": "x"}).status_code == 422


def test_a_check_tells_what_it_found_at_each_window(web: Web, record: Record) -> None:
    number = put(record, 1, BOTH, Result.UNVERIFIABLE)
    told = web.as_(Role.OPERATOR).get(f"/api/v1/checks/{number}").json()
    assert (told["kind_name"], told["state_name"], told["windows"]) == ("日常检查", "已完成", 3)
    assert told["due_at"] == "2026-11-23T09:01:00+08:00"
    assert told["results"] == {"unverifiable": 3}
    assert [(one["window"], one["result_name"], one["reason_text"]) for one in told["found"]] == [
        ("1-1号窗口", "无法核查", "见到人员"),
        ("1-2号窗口", "无法核查", "见到人员"),
        ("2-1号窗口", "无法核查", "见到人员"),
    ]


def test_a_unit_sees_its_own_windows_of_a_check_and_nothing_of_others(
    web: Web, record: Record
) -> None:
    both, mine = put(record, 1, BOTH, Result.ON_POST), put(record, 2, MINES, Result.ON_POST)
    running = started(record)
    liaison = web.as_(Role.LIAISON, units={OTHERS})
    listed = liaison.get("/api/v1/checks").json()
    assert (listed["total"], [one["id"] for one in listed["items"]]) == (1, [both])
    assert listed["items"][0]["results"] == {"on_post": 1}
    told = liaison.get(f"/api/v1/checks/{both}").json()
    assert [one["unit"] for one in told["found"]] == [OTHERS]
    for other in (mine, running, 99, 2**40):
        assert liaison.get(f"/api/v1/checks/{other}").status_code == 404
    day = liaison.get("/api/v1/checks/summary", params={"day": "2026-11-23"}).json()
    assert (day["done"], day["planned"], day["results"]) == (1, 1, {"on_post": 1})
    elsewhere = web.as_(Role.OPERATOR, halls={"h02"})
    assert elsewhere.get("/api/v1/checks").json()["total"] == 0
    assert elsewhere.get(f"/api/v1/checks/{both}").status_code == 404


def test_the_day_so_far_counts_what_was_written_and_its_sums_balance(
    web: Web, record: Record
) -> None:
    settings = web.parts.settings
    plan = committed(record, settings, MONDAY, nonce=NONCE)
    made = carried_out(record, settings, plan, until=MORNING)
    put(record, 50, MINES, Result.OFF_POST)
    put(record, 51, MINES, Result.OFF_POST, details={"off_day": True})
    running = started(record)
    with record.make_uow() as uow:
        check = uow.checks.get(running)
        assert check is not None
        assert give_up(uow, check, NotDone.NOBODY_LOOKED, BOTH, at("09:39")) is not None
        uow.commit()
    started(record, number=31)
    told = web.as_(Role.OPERATOR).get("/api/v1/checks/summary", params={"day": "2026-11-23"})
    day = told.json()
    assert (day["done"], day["running"], day["not_done"]) == (len(made) + 2, 1, 1)
    assert day["not_counted"] == 1
    assert sum(one["done"] + one["running"] + one["not_done"] for one in day["kinds"]) == (
        len(made) + 4
    )
    assert day["results"]["off_post"] == 4
    assert day["planned"] == sum(day["results"].values()) - 2, "what is off hours is not counted"
    assert day["effective"] == day["planned"] - day["results"]["not_done"]
    assert len(planned(settings, plan)) > len(made)
    assert (
        not web.as_(Role.OPERATOR)
        .get("/api/v1/checks/summary", params={"day": "2026-11-24"})
        .json()["kinds"]
    )


def test_s27_a_late_check_tells_how_late_and_one_that_was_missed_tells_why(
    web: Web, record: Record
) -> None:
    late = put(record, 1, BOTH, Result.ON_POST, late_s=360.0)
    missed = started(record)
    with record.make_uow() as uow:
        check = uow.checks.get(missed)
        assert check is not None
        give_up(uow, check, NotDone.NOT_RUNNING, BOTH, at("09:50"))
        uow.commit()
    operator = web.as_(Role.OPERATOR)
    assert operator.get(f"/api/v1/checks/{late}").json()["late_s"] == 360.0
    told = operator.get(f"/api/v1/checks/{missed}").json()
    assert (told["state"], told["reason_text"]) == ("not_done", "到点时系统未运行")
    assert told["results"] == {"not_done": 3}


SHEETS = ("/api/v1/checks/sheet.{}?day=2026-11-23", "/api/v1/checks/1/sheet.{}")


@pytest.mark.parametrize("address", SHEETS)
def test_register_sheets_are_made_in_every_format_and_entered_each(
    web: Web, record: Record, address: str
) -> None:
    put(record, 1, BOTH, Result.OFF_POST)
    reviewer = web.as_(Role.REVIEWER, login="fu.he")
    begin = {"docx": b"PK", "pdf": b"%PDF", "xlsx": b"PK", "json": b"{"}
    for form, first in begin.items():
        answer = reviewer.get(address.format(form))
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(first)
        assert f".{form}" in answer.headers["content-disposition"]
    exports = [one for one in deeds(record, "read") if "sheet" in str(one["said"])]
    assert len(exports) == 4
    assert web.as_(Role.OPERATOR).get(address.format("json")).status_code == 403
    assert reviewer.get(address.format("odt")).status_code == 422


def test_a_sheet_balances_and_holds_only_what_the_caller_sees(web: Web, record: Record) -> None:
    put(record, 1, BOTH, Result.OFF_POST)
    put(record, 2, MINES, Result.ON_POST)
    address = "/api/v1/checks/sheet.xlsx?day=2026-11-23"

    def sheets(caller: Web) -> Any:
        return openpyxl.load_workbook(io.BytesIO(caller.get(address).content))

    whole = sheets(web.as_(Role.REVIEWER))
    assert whole.sheetnames == ["核查汇总表", "单位汇总表", "市政务服务中心"]
    lines = [row[:5] for row in whole["市政务服务中心"].iter_rows(min_row=3, values_only=True)]
    assert ("2026-11-23 09:01", "日常检查", "2-1号窗口", OTHERS, "脱岗") in lines
    head, *rows = list(whole["核查汇总表"].iter_rows(min_row=2, max_row=4, values_only=True))
    assert head[:3] == ("大厅", "计划", "有效")
    assert [sum(row[3:15]) for row in rows] == [row[1] for row in rows] == [5, 5]
    own = sheets(web.as_(Role.REVIEWER, units={OTHERS}))
    text = str([list(one.values) for one in own])
    assert "2-1号窗口" in text
    assert "1-1号窗口" not in text
    stranger = web.as_(Role.REVIEWER, halls={"h02"})
    assert stranger.get(f"{address}&hall_id=h00").status_code == 404
    assert stranger.get("/api/v1/checks/1/sheet.json").status_code == 404
    assert web.as_(Role.REVIEWER).get("/api/v1/checks/sheet.json").status_code == 422


def test_the_command_writes_the_same_sheet_and_is_entered(
    web: Web, record: Record, tmp_path: Path
) -> None:
    number = put(record, 1, BOTH, Result.OFF_POST)
    file = tmp_path / "onpost.yaml"
    file.write_text(yaml.safe_dump(two_units(tmp_path), allow_unicode=True), "utf-8")

    def sheet(*arguments: str) -> Done:
        return onpost("inspection", "sheet", *arguments, "--settings", str(file))

    whole, one = tmp_path / "day.json", tmp_path / "one.xlsx"
    assert sheet("--day", "2026-11-23", "--hall", "h00", "--out", str(whole)).code == 0
    assert sheet("--check", str(number), "--out", str(one)).code == 0
    told = json.loads(whole.read_text("utf-8"))
    assert told["title"] == "窗口在岗核查登记表"
    assert openpyxl.load_workbook(one).sheetnames[-1] == "市政务服务中心"
    assert [one["target"] for one in deeds(record, "exported")] == [
        "checks:2026-11-23",
        f"checks:{number}",
    ]
    for wrong in (
        ("--day", "2026-11-23", "--out", "sheet.odt"),
        ("--check", "99", "--out", "sheet.json"),
        ("--day", "2026-11-23", "--hall", "nowhere", "--out", "sheet.json"),
        ("--out", "sheet.json"),
    ):
        assert sheet(*wrong).code == 2
    assert len(deeds(record, "exported")) == 2
