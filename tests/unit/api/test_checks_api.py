"""Spot checks over the API: lists, one check, the day so far, sheets, within a scope; S08, S27."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.app import create_app
from models.domain.access import Role
from models.domain.audit import AUDIT_CHAIN
from models.domain.check_result import Result
from models.domain.inspection import Check, CheckKind, NotDone
from models.domain.inspection_record import give_up
from models.storage.record import Record
from models.storage.verification import verify_record
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
from tests.fakes_web import MORNING, Web, jpeg, opened_parts, picture

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


def test_s08_a_roll_call_outside_hours_needs_a_reason_and_counts_in_no_rate(
    web: Web, record: Record
) -> None:
    web.parts.clock.moment = at("20:00")  # type: ignore[attr-defined]
    operator = web.as_(Role.OPERATOR, login="zhi.ban")
    refused = operator.post("/api/v1/rollcalls", json={"hall_ids": ["h00"]})
    assert refused.status_code == 422
    assert "理由" in refused.json()["detail_zh"]
    assert operator.post("/api/v1/rollcalls", json={}).status_code == 422
    told = operator.post("/api/v1/rollcalls", json={"hall_ids": ["h00"], "reason": "夜间巡查"})
    assert told.status_code == 201, told.text
    number = told.json()["halls"][0]["check_id"]
    check = operator.get(f"/api/v1/checks/{number}").json()
    assert (check["counted"], check["why"], check["by"]) == (False, "夜间巡查", "zhi.ban")
    (deed,) = deeds(record, "check_changed")
    assert (deed["who"], deed["said"]["halls"]) == ("zhi.ban", ["h00"])


def test_a_roll_call_of_all_is_of_ones_own_halls_and_tells_how_far_it_has_come(
    web: Web, record: Record
) -> None:
    own = web.as_(Role.OPERATOR, halls={"h00", "h01"})
    for halls in (["h02"], ["h00", "h02"], ["nowhere"]):
        assert own.post("/api/v1/rollcalls", json={"hall_ids": halls}).status_code == 404
    told = own.post("/api/v1/rollcalls", json={})
    assert told.status_code == 201, told.text
    call = told.json()
    assert [one["hall_id"] for one in call["halls"]] == ["h00", "h01"]
    assert (call["told"], call["over"]) == (0, False)
    assert own.post("/api/v1/rollcalls", json={}).status_code == 409, "a second click"
    with record.make_uow() as uow:
        check = uow.checks.get(call["halls"][0]["check_id"])
        assert check is not None
        found(uow, check, BOTH, Result.ON_POST, MORNING)
        uow.commit()
    address = f"/api/v1/rollcalls/{call['plan']}"
    now = own.get(address).json()
    assert (now["ended"], now["certain"], now["results"]) == (1, 3, {"on_post": 3})
    assert [
        one["hall_id"] for one in web.as_(Role.OPERATOR, halls={"h01"}).get(address).json()["halls"]
    ] == ["h01"]
    for stranger in (
        web.as_(Role.OPERATOR, halls={"h02"}),
        web.as_(Role.LIAISON),
        web.as_(Role.OPERATOR, units={MINE}),
    ):
        assert stranger.get(address).status_code == 404
    assert (
        web.as_(Role.OPERATOR, units={MINE})
        .post("/api/v1/rollcalls", json={"hall_ids": ["h00"]})
        .status_code
        == 404
    ), "a check is of a whole hall"
    assert own.get("/api/v1/rollcalls/random:2026-11-23").status_code == 404


def visit(*found: dict[str, Any], **changed: str) -> dict[str, str]:
    results = list(found) or [{"window_id": "w01-1", "result": "off_post", "picture": 1}]
    return {
        "hall_id": "h00",
        "kind": "secret_visit",
        "seen_at": "2026-11-23T09:20:00+08:00",
        "results": json.dumps(results),
    } | changed


def body(fields: dict[str, str], *numbers: int) -> list[tuple[str, Any]]:
    """A multipart body of fields and pictures."""
    pictures = [("pictures", (f"{n}.jpg", jpeg(picture(n)), "image/jpeg")) for n in numbers]
    return [*((name, (None, value)) for name, value in fields.items()), *pictures]


def test_a_visit_is_entered_with_its_masked_stills_and_the_register_names_them(
    web: Web, record: Record
) -> None:
    operator = web.as_(Role.OPERATOR, login="an.fang")
    sent = visit(
        {"window_id": "w01-1", "result": "off_post", "picture": 2, "reason": "工位无人"},
        {"window_id": "w01-2", "result": "on_post"},
        {"window_id": "w02-1", "result": "absent", "picture": 1},
        note="与市纪委同行",
    )
    answer = operator.post("/api/v1/visits", files=body(sent, 1, 2))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["kind_name"], told["state"], told["by"]) == ("暗访", "settled", "an.fang")
    assert (told["note"], told["counted"], told["results"]) == (
        "与市纪委同行",
        True,
        {"off_post": 1, "on_post": 1, "absent": 1},
    )
    first = told["found"][0]
    assert (first["result_name"], first["reason_text"]) == ("脱岗", "工位无人")
    (sha,) = first["evidence_sha256"]
    with record.make_uow(read_only=True) as uow:
        entry = uow.register.get(first["register_seq"])
        shot = uow.evidence.get(sha)
    assert entry is not None
    assert shot is not None
    assert entry.payload["evidence"][0]["sha256"] == sha
    assert (shot.window_id, shot.zone_version) == ("w01-1", 1), "masked by the window's zone"
    assert operator.get(f"/api/v1/evidence/{sha}.jpg").status_code == 200
    unit = web.as_(Role.LIAISON, units={OTHERS})
    assert unit.get(f"/api/v1/evidence/{sha}.jpg").status_code == 404
    own = unit.get(f"/api/v1/checks/{told['id']}").json()
    assert ([one["window_id"] for one in own["found"]], own["note"]) == (["w02-1"], "")
    assert verify_record(record).faults == ()
    (deed,) = deeds(record, "check_changed")
    assert (deed["target"], deed["said"]["pictures"]) == (f"check:{told['id']}", 2)


@pytest.mark.parametrize(
    ("sent", "pictures", "status"),
    [
        (visit(kind="daily"), (), 422),
        (visit(), (), 422),
        (visit({"window_id": "w01-1", "result": "on_post"}), (1,), 422),
        (visit({"window_id": "w01-1", "result": "not_done"}), (), 422),
        (visit({"window_id": "w01-1", "result": "on_post"}, results="[]"), (), 422),
        (visit({"window_id": "w01-1", "result": "on_post"}, results="no json"), (), 422),
        (visit(*[{"window_id": "w01-1", "result": "on_post"}] * 2), (), 422),
        (visit({"window_id": "w03-1", "result": "on_post"}), (), 422),
        (visit({"window_id": "nobody", "result": "on_post"}), (), 404),
        (visit(hall_id="nowhere"), (1,), 404),
        (visit(seen_at="2026-11-23T09:50:00+08:00"), (1,), 422),
        (visit(seen_at="2026-11-23T07:50:00+08:00"), (1,), 422),
    ],
)  # fmt: skip
def test_a_visit_that_is_not_right_changes_nothing(
    web: Web, record: Record, sent: dict[str, str], pictures: tuple[int, ...], status: int
) -> None:
    operator = web.as_(Role.OPERATOR)
    answer = operator.post("/api/v1/visits", files=body(sent, *pictures))
    assert answer.status_code == status, answer.text
    with record.make_uow(read_only=True) as uow:
        assert uow.checks.count() == 0
        assert uow.register.head().seq == 0
    assert deeds(record, "check_changed") == []


def test_a_visit_outside_hours_says_why_and_counts_in_no_rate(web: Web) -> None:
    operator = web.as_(Role.OPERATOR)
    early = visit(
        {"window_id": "w01-1", "result": "absent"},
        seen_at="2026-11-23T07:50:00+08:00",
        note="开门前暗访",
    )
    told = operator.post("/api/v1/visits", files=body(early))
    assert told.status_code == 201, told.text
    assert told.json()["counted"] is False
    day = operator.get("/api/v1/checks/summary", params={"day": "2026-11-23"}).json()
    assert (day["done"], day["not_counted"], day["planned"]) == (1, 1, 0)


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
