"""Rosters, leave, stops, calendar and a window's day over the API, through the whole door."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.app import create_app
from models.domain.access import Role
from models.domain.audit import AUDIT_CHAIN
from models.storage.record import Record
from tests.fakes_duty import LEAVE_HEADS, NOVEMBER, ROSTER_HEADS, sheet, two_units
from tests.fakes_web import MORNING, Web, off_post, opened_parts


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


@pytest.fixture
def centre(web: Web) -> Web:
    """A reviewer, with the November roster imported."""
    found = web.as_(Role.REVIEWER, login="fu.he")
    assert found.post("/api/v1/rosters", files=sheet(ROSTER_HEADS, *NOVEMBER)).status_code == 200
    return found


@pytest.fixture
def liaison(centre: Web) -> Web:
    return centre.as_(Role.LIAISON, units={"户籍"}, login="lian.luo")


def leave(**changed: Any) -> dict[str, Any]:
    return {
        "person": "户籍/李四",
        "kind": "事假",
        "start": "2026-11-24T08:30:00+08:00",
        "end": "2026-11-24T12:00:00+08:00",
        "approver": "赵主任",
    } | changed


def counters(record: Record) -> tuple[int, int, int]:
    with record.make_uow(read_only=True) as uow:
        return uow.rosters.counter(), uow.duty.counter(), uow.register.head().seq


def deeds(record: Record, action: str) -> list[dict[str, Any]]:
    with record.make_uow(read_only=True) as uow:
        found = uow.register.find(kind=action, chain=AUDIT_CHAIN, limit=1000)
    return [dict(one.payload) for one in found]


def test_an_import_is_previewed_without_a_trace_and_then_written_whole(
    web: Web, record: Record
) -> None:
    reviewer = web.as_(Role.REVIEWER, login="fu.he")
    files = sheet(ROSTER_HEADS, *NOVEMBER)
    before = counters(record)
    told = reviewer.post("/api/v1/rosters/preview", files=files).json()
    assert (told["written"], told["added"], told["version"]) == (False, 4, 0)
    assert counters(record) == before
    done = reviewer.post("/api/v1/rosters", files=files).json()
    assert (done["written"], done["added"], done["version"]) == (True, 4, 1)
    versions = reviewer.get("/api/v1/rosters").json()
    assert [one["by"] for one in versions["items"]] == ["fu.he"]
    again = reviewer.post("/api/v1/rosters", files=files).json()
    assert (again["written"], again["version"]) == (False, 0)
    entries = deeds(record, "duty_changed")
    assert [one["who"] for one in entries] == ["fu.he", "fu.he"]
    assert entries[0]["target"] == "roster:1"


def test_everything_wrong_in_a_file_is_listed_with_its_place(centre: Web, record: Record) -> None:
    before = counters(record)
    files = sheet(
        ROSTER_HEADS,
        "2026-11-31,08:30-12:00,w01-1,户籍,李四,A",
        "2026-11-26,08:30-12:00,w99,户籍,李四,A",
        name="../../坏.csv",
    )
    answer = centre.post("/api/v1/rosters", files=files)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    blocking = [one for one in answer.json()["problems"] if one["blocking"]]
    assert [one["code"] for one in blocking] == ["E103", "E108"]
    assert (blocking[0]["file"], blocking[0]["cell"]) == ("坏.csv", "A2")
    assert "2026-11-23" in blocking[0]["zh"]
    assert counters(record) == before


def test_a_past_month_takes_a_correction_only(centre: Web) -> None:
    row = "2026-10-20,08:30-12:00,w01-1,户籍,李四,A"
    first = centre.post("/api/v1/rosters", files=sheet(ROSTER_HEADS, row))
    assert first.status_code == 200  # no roster of October yet
    other = sheet(ROSTER_HEADS, row.replace("李四", "王五"))
    refused = centre.post("/api/v1/rosters", files=other)
    assert [one["code"] for one in refused.json()["problems"] if one["blocking"]] == ["E123"]
    why = {"correction": "当日换班"}
    assert centre.post("/api/v1/rosters", files=other, data=why).json()["version"] == 3


def test_a_month_is_told_as_a_grid_of_what_one_sees(centre: Web, liaison: Web) -> None:
    address = "/api/v1/rosters/current?month=2026-11&hall_id=h00"
    every = centre.get(address).json()
    assert [one["window_id"] for one in every["items"]] == ["w01-1", "w01-2", "w02-1"]
    assert len(every["days"]) == 30
    cell = every["items"][2]["days"]
    assert [(one["date"], one["rows"][0]["person"]) for one in cell] == [
        ("2026-11-24", "赵敏"),
        ("2026-11-25", "赵敏"),
    ]
    own = liaison.get(address)
    assert [one["window_id"] for one in own.json()["items"]] == ["w01-1", "w01-2"]
    assert "赵敏" not in own.text
    first = centre.get(address + "&limit=2").json()
    rest = centre.get(f"{address}&limit=2&after={first['next_after']}").json()
    assert [one["window_id"] for one in rest["items"]] == ["w02-1"]
    assert (rest["total"], rest["next_after"]) == (3, None)


def test_a_version_is_told_by_rows_of_what_one_sees(centre: Web, liaison: Web) -> None:
    assert centre.get("/api/v1/rosters/1").json()["total"] == 4
    own = liaison.get("/api/v1/rosters/1").json()
    assert {one["person"] for one in own["items"]} == {"李四", "王五"}
    assert own["shifts"] == 2
    assert liaison.get("/api/v1/rosters/1?window_id=w02-1").status_code == 404
    assert centre.get("/api/v1/rosters/2").status_code == 404


def test_an_export_is_entered_and_can_be_imported_again(centre: Web, record: Record) -> None:
    answer = centre.get("/api/v1/rosters/export?month=2026-11")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content))["班次"].values)
    assert len(rows) == 5
    files = {"file": ("导出.xlsx", answer.content)}
    assert centre.post("/api/v1/rosters/preview", files=files).json()["added"] == 0
    assert any("/rosters/export" in str(one) for one in deeds(record, "read"))


def test_gaps_are_told_before_they_happen(centre: Web) -> None:
    told = centre.get("/api/v1/rosters/coverage?month=2026-11&hall_id=h00").json()
    assert told["rostered_s"] == 4 * 3.5 * 3600
    assert {one["trouble"] for one in told["items"]} == {"no_roster"}


def test_a_liaison_registers_leave_of_own_people_only(
    centre: Web, liaison: Web, record: Record
) -> None:
    made = liaison.post("/api/v1/leave", json=leave(cover="王五"))
    assert made.status_code == 201
    assert (made.json()["cover_id"], made.json()["counts"]) == ("户籍/王五", True)
    before = counters(record)
    assert liaison.post("/api/v1/leave", json=leave(person="税务/赵敏")).status_code == 422
    assert "税务" not in liaison.post("/api/v1/leave", json=leave(person="赵敏")).text
    assert counters(record) == before
    centre.post("/api/v1/leave", json=leave(person="税务/赵敏"))
    assert [one["person"] for one in liaison.get("/api/v1/leave").json()["items"]] == ["李四"]
    every = centre.get("/api/v1/leave?month=2026-11").json()
    assert every["total"] == 2
    strange = next(one["id"] for one in every["items"] if one["person"] == "赵敏")
    for tried in (
        liaison.get(f"/api/v1/leave/{strange}"),
        liaison.post(f"/api/v1/leave/{strange}/withdraw", json={"reason": "误登"}),
        liaison.post(f"/api/v1/leave/{strange}/back", json={}),
    ):
        assert tried.status_code == 404


def test_leave_is_corrected_cut_short_and_withdrawn_with_its_history(
    liaison: Web, record: Record
) -> None:
    number = liaison.post("/api/v1/leave", json=leave()).json()["id"]
    early = {"at": "2026-11-24T10:00:00+08:00"}
    back = liaison.post(f"/api/v1/leave/{number}/back", json=early).json()
    assert back["back_at"] == "2026-11-24T10:00:00+08:00"
    late = {"at": "2026-11-25T10:00:00+08:00"}
    assert liaison.post(f"/api/v1/leave/{number}/back", json=late).status_code == 422
    assert liaison.post(f"/api/v1/leave/{number}/withdraw", json={"reason": " "}).status_code == 422
    gone = liaison.post(f"/api/v1/leave/{number}/withdraw", json={"reason": "误登"}).json()
    assert gone["by"] == "lian.luo"
    told = liaison.get(f"/api/v1/leave/{number}").json()
    assert (told["standing"], [one["reason"] for one in told["history"]]) == (
        False,
        ["", "销假", "误登"],
    )
    assert liaison.get("/api/v1/leave").json()["total"] == 0
    assert [one["said"].get("change") for one in deeds(record, "duty_changed")][1:] == [
        None,
        "back",
        "withdrawn",
    ]


def test_a_cover_who_is_away_is_refused(liaison: Web) -> None:
    liaison.post("/api/v1/leave", json=leave(person="户籍/王五"))
    refused = liaison.post("/api/v1/leave", json=leave(cover="王五")).json()
    assert (refused["code"], refused["where"]) == ("E118", "cover")


def test_a_liaison_imports_a_leave_book_of_own_people_and_no_roster(
    liaison: Web, record: Record
) -> None:
    row = "李四,户籍,事假,2026-11-24 08:30,2026-11-24 12:00,2026-11-23 09:00,2026-11-23 09:00"
    done = liaison.post("/api/v1/leave/import", files=sheet(LEAVE_HEADS, row))
    assert (done.status_code, len(done.json()["notices"])) == (200, 1)
    before = counters(record)
    strange = row.replace("李四,户籍", "赵敏,税务")
    assert (
        liaison.post("/api/v1/leave/import", files=sheet(LEAVE_HEADS, strange)).status_code == 404
    )
    roster = sheet(ROSTER_HEADS, "2026-11-27,08:30-12:00,w01-1,户籍,李四,A")
    assert liaison.post("/api/v1/leave/import", files=roster).status_code == 422
    assert liaison.post("/api/v1/rosters", files=roster).status_code == 403
    assert counters(record) == before


def test_a_stop_holds_for_a_hall_and_is_taken_back(centre: Web, liaison: Web) -> None:
    stop = {
        "kind": "停电",
        "start": "2026-11-23T09:00:00+08:00",
        "end": "2026-11-23T10:00:00+08:00",
        "hall_id": "h00",
        "approver": "值班主任",
    }
    made = centre.post("/api/v1/stops", json=stop)
    assert (made.status_code, made.json()["kind"]) == (201, "power_cut")
    number = made.json()["id"]
    assert liaison.get("/api/v1/stops").json()["total"] == 1
    assert liaison.post("/api/v1/stops", json=stop).status_code == 403
    day = liaison.get("/api/v1/windows/w01-1/day").json()
    assert "exempt" in {one["status"] for one in day["expected"]}
    both = stop | {"window_id": "w01-1"}
    assert centre.post("/api/v1/stops", json=both).status_code == 422
    assert centre.post("/api/v1/stops", json=stop | {"hall_id": "h99"}).status_code == 404
    why = {"reason": "未停电"}
    assert centre.post(f"/api/v1/stops/{number}/withdraw", json=why).status_code == 200
    assert centre.post(f"/api/v1/stops/{number}/withdraw", json=why).status_code == 404
    assert centre.get("/api/v1/stops").json()["total"] == 0


def test_who_sees_one_hall_changes_that_hall_only(centre: Web) -> None:
    local = centre.as_(Role.REVIEWER, halls={"h01"})
    day = {"date": "2026-11-28", "worked": True, "reason": "周末延时"}
    assert local.post("/api/v1/calendar/overrides", json=day).status_code == 404
    assert (
        local.post("/api/v1/calendar/overrides", json=day | {"hall_id": "h00"}).status_code == 404
    )
    made = local.post("/api/v1/calendar/overrides", json=day | {"hall_id": "h01"})
    assert (made.status_code, made.json()["id"]) == (201, "h01@2026-11-28")
    assert [one["id"] for one in local.get("/api/v1/halls").json()["items"]] == ["h01"]
    assert local.get("/api/v1/halls/h00").status_code == 404
    roster = sheet(ROSTER_HEADS, "2026-11-27,08:30-12:00,w01-1,户籍,李四,A")
    assert local.post("/api/v1/rosters", files=roster).status_code == 404


def test_a_calendar_year_is_told_imported_and_overridden(centre: Web) -> None:
    before = centre.get("/api/v1/calendar/2027").json()
    assert (before["official"], bool(before["notice_zh"])) == (False, True)
    plan = b'{"year": 2027, "days": [{"name": "-", "date": "2027-01-01", "isOffDay": true}]}'
    done = centre.post("/api/v1/calendar", files={"file": ("2027.json", plan)})
    assert done.json() == {"year": 2027, "days_off": 1, "make_up_days": 0}
    assert centre.get("/api/v1/calendar/2027").json()["official"]
    for bad in (b"[" * 100_000, b'{"year": ' + b"9" * 5000 + b', "days": []}', b"\xff\xfe\x00"):
        refused = centre.post("/api/v1/calendar", files={"file": ("2027.json", bad)})
        assert refused.status_code == 422
    day = {"date": "2026-11-28", "worked": True, "reason": "延时服务", "hall_id": "h00"}
    number = centre.post("/api/v1/calendar/overrides", json=day).json()["id"]
    told = centre.get("/api/v1/calendar/2026?hall_id=h00").json()["days"]
    assert ("2026-11-28", "override") in {(one["date"], one["status"]) for one in told}
    assert "2026-11-28" not in centre.get("/api/v1/calendar/2026?hall_id=h01").text
    why = {"reason": "取消"}
    address = f"/api/v1/calendar/overrides/{number}/withdraw"
    assert centre.post(address, json=why).status_code == 200
    assert "2026-11-28" not in centre.get("/api/v1/calendar/2026?hall_id=h00").text


def test_a_window_day_tells_what_was_expected_and_seen(
    centre: Web, liaison: Web, record: Record
) -> None:
    off_post(record, centre.parts.settings, "w01-1", MORNING)
    told = centre.get("/api/v1/windows/w01-1/day?date=2026-11-23").json()
    assert [one["label"] for one in told["findings"]] == ["脱岗"]
    assert [one["state"] for one in told["spans"]] == ["unknown", "present", "absent"]
    assert told["sessions"][0]["start"] == "2026-11-23T08:30:00+08:00"
    assert told["thresholds"]["off_post"] == ">=15 min"
    coming = centre.get("/api/v1/windows/w01-1/day?date=2026-11-24")
    assert coming.json()["expected"][0]["posts"] == ["w01-1/A"]
    assert "李四" not in coming.text
    assert liaison.get("/api/v1/windows/w02-1/day").status_code == 404
    asked = "/api/v1/windows/w01-1/expected?at=2026-11-24T09:00:00%2B08:00"
    assert "李四" in liaison.get(asked).json()["zh"]


def test_staff_lists_come_in_by_file_and_are_seen_by_unit(centre: Web, liaison: Web) -> None:
    files = sheet("姓名,单位", "李四,户籍", "赵敏,税务", name="人员.csv")
    done = centre.post("/api/v1/staff", files=files)
    assert done.json() == {"people": 2, "units": 2, "changed": 2}
    assert centre.get("/api/v1/staff").json()["total"] == 2
    own = liaison.get("/api/v1/staff")
    assert [one["name"] for one in own.json()["items"]] == ["李四"]
    assert liaison.get("/api/v1/staff?unit_id=税务").status_code == 404
    assert [one["id"] for one in liaison.get("/api/v1/units").json()["items"]] == ["户籍"]
    assert [one["id"] for one in liaison.get("/api/v1/halls").json()["items"]] == ["h00"]
    assert liaison.get("/api/v1/halls/h00").json()["windows"] == ["w01-1", "w01-2"]


@pytest.mark.parametrize(
    "moment",
    ["2026-11-24T08:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon"],
)
def test_a_moment_needs_an_offset_and_a_year_that_is_meant(liaison: Web, moment: str) -> None:
    answer = liaison.post("/api/v1/leave", json=leave(start=moment))
    assert answer.status_code == 422
    assert "start" in answer.json()["detail_zh"]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzFd", "%F0%9F%98%80", "W10gICA"])
def test_a_cursor_that_is_none_is_refused(centre: Web, cursor: str) -> None:
    answer = centre.get(f"/api/v1/leave?after={cursor}")
    assert (answer.status_code, answer.json().get("where", "after")) in {
        (422, "after"),
        (200, "after"),  # an empty list is where a list begins
    }


def test_templates_of_every_layout_can_be_had(liaison: Web) -> None:
    for letter in "ABCDEF":
        answer = liaison.get(f"/api/v1/rosters/templates/{letter}.xlsx?month=2026-11")
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames
    assert liaison.get("/api/v1/rosters/templates/Z.xlsx").status_code == 422
