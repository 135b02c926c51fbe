"""Cases over the API: a scope's own alone, masked, paged, imported whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from models.domain.access import Role
from tests.fakes_duty import MINE, OTHERS, sheet, two_units
from tests.fakes_web import Web, opened_parts

HEADS = "办件编号,单位,事项名称,受理时间,承诺时限,法定时限,补正次数,申请人,办结时间"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    parts, record = opened_parts(tmp_path, two_units(tmp_path))
    yield Web(create_app(parts, pages=False))
    record.close()


@pytest.fixture
def reviewer(web: Web) -> Web:
    return web.as_(Role.REVIEWER, login="fu.he")


def case(number: str, unit: str = MINE, **more: Any) -> dict[str, Any]:
    return {
        "project_no": number,
        "unit": unit,
        "accepted_at": "2026-11-02T09:30:00+08:00",
        "promise_days": 10,
        "applicant": "王大锤",
    } | more


def put(web: Web, *cases: dict[str, Any]) -> dict[str, Any]:
    answer = web.post("/api/v1/cases", json=list(cases))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def head(web: Web) -> int:
    with web.parts.make_uow(read_only=True) as uow:
        return uow.register.head().seq


def test_a_list_is_taken_and_told_with_deadlines_and_cards(reviewer: Web) -> None:
    special = {"first": "2026-11-05", "last": "2026-11-12", "name": "听证"}
    done = put(reviewer, case("B1", suspensions=[special]), case("B2"))
    assert (done["written"], done["new"], done["changed"], done["same"]) == (True, 2, 0, 0)
    assert done["cards"] == {"reminder": 2, "yellow": 2, "red": 1, "serious": 0}
    told = reviewer.get("/api/v1/cases/B1").json()
    assert told["due_at"] == "2026-11-24T17:30:00+08:00"
    assert (told["applicant"], told["cards"]) == ("王**", ["reminder", "yellow"])
    assert [one["name"] for one in told["history"]] == ["提示", "黄牌"]
    assert "大锤" not in reviewer.get("/api/v1/cases").text
    assert put(reviewer, case("B2"))["same"] == 1


def test_lists_are_paged_and_narrowed(reviewer: Web) -> None:
    closed = {"ended_at": "2026-11-04T10:00:00+08:00", "ending": "closed"}
    put(reviewer, *(case(f"B{n:02}", **(closed if n % 2 else {})) for n in range(20)))
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = reviewer.get("/api/v1/cases", params={"limit": 7, "after": after}).json()
        assert page["total"] == 20
        seen += [one["project_no"] for one in page["items"]]
        after = page["next_after"]
    assert seen == [f"B{n:02}" for n in range(20)]
    red = reviewer.get("/api/v1/cases", params={"open_only": True, "signal": "red"}).json()
    assert red["total"] == len(red["items"]) == 10
    assert reviewer.get("/api/v1/cases", params={"unit": OTHERS}).json()["total"] == 0
    assert reviewer.get("/api/v1/cases", params={"after": "nonsense"}).status_code == 422
    assert reviewer.get("/api/v1/cases", params={"signal": "blue"}).status_code == 422


def test_a_liaison_sees_the_own_units_cases_and_figures_alone(web: Web, reviewer: Web) -> None:
    put(reviewer, case("B1"), case("B2", OTHERS), case("B3", OTHERS, statutory_days=12))
    liaison = web.as_(Role.LIAISON, login="li.na", units={MINE})
    assert [one["project_no"] for one in liaison.get("/api/v1/cases").json()["items"]] == ["B1"]
    assert liaison.get("/api/v1/cases", params={"unit": OTHERS}).json()["total"] == 0
    assert liaison.get("/api/v1/cases/B1").status_code == 200
    assert liaison.get("/api/v1/cases/B2").status_code == 404
    figures = liaison.get("/api/v1/cases/kpi", params={"period": "2026-11"}).json()
    assert [one["unit"] for one in figures["units"]] == [MINE]
    assert figures["total"]["accepted"] == 1
    assert liaison.get("/api/v1/cases/items").json()["total"] == 0
    assert reviewer.get("/api/v1/cases/items").json()["total"] == 1
    assert liaison.post("/api/v1/cases", json=[case("B9")]).status_code == 403


def test_halls_of_an_account_are_the_units_that_have_windows_there(web: Web, reviewer: Web) -> None:
    put(reviewer, case("B1"), case("B2", OTHERS))
    other = web.as_(Role.REVIEWER, login="other.hall", halls={"h02"})
    assert [one["project_no"] for one in other.get("/api/v1/cases").json()["items"]] == ["B2"]
    assert other.post("/api/v1/cases", json=[case("B3")]).status_code == 403
    assert other.post("/api/v1/cases", json=[case("B1", OTHERS)]).status_code == 403
    assert put(other, case("B3", OTHERS))["new"] == 1


def test_figures_have_formulas_and_a_row_for_every_unit(reviewer: Web) -> None:
    told = reviewer.get("/api/v1/cases/kpi").json()
    assert (told["period"], told["name"]) == ("2026-11", "2026年11月")
    assert [one["unit"] for one in told["units"]] == [MINE, OTHERS]
    assert {one["closing_rate"]["text"] for one in told["units"]} == {"—"}
    assert told["formulas"][0] == "期初在办+受理-办结-退回/撤销=期末在办"
    assert reviewer.get("/api/v1/cases/kpi", params={"period": "2026-W60"}).status_code == 422
    assert reviewer.get("/api/v1/cases/kpi", params={"period": "9999-12"}).status_code == 422


def test_files_are_looked_at_without_a_trace_and_imported_together(reviewer: Web) -> None:
    rows = ("B1,户籍,落户,2026-11-02,14,20,2,王大锤,", "B2,税务,发票,2026-11-02,5,,0,,2026-11-04")
    before = head(reviewer)
    told = reviewer.post("/api/v1/cases/preview", files=sheet(HEADS, *rows)).json()
    assert (told["written"], told["new"], told["register_seq"]) == (False, 2, None)
    assert head(reviewer) == before
    assert reviewer.get("/api/v1/cases").json()["total"] == 0
    told = reviewer.post("/api/v1/cases/import", files=sheet(HEADS, *rows)).json()
    assert (told["written"], told["new"], len(told["files"][0]["sha256"])) == (True, 2, 64)
    assert reviewer.get(f"/api/v1/register/{told['register_seq']}").json()["kind"] == (
        "cases_imported"
    )
    clues = reviewer.get("/api/v1/cases/items", params={"limit": 1}).json()
    assert (clues["total"], clues["items"][0]["kind"]) == (2, "asked_twice")
    second = reviewer.get("/api/v1/cases/items", params={"after": clues["next_after"]}).json()
    assert [one["longest_days"] for one in second["items"]] == [13]


def test_a_bad_file_is_told_by_row_and_column_and_changes_nothing(reviewer: Web) -> None:
    before = head(reviewer)
    rows = ("B1,户籍,落户,2026-11-02,14,20,2,,", "B2,户籍,落户,2026-13-02,十,20,,,")
    for path in ("preview", "import"):
        answer = reviewer.post(f"/api/v1/cases/{path}", files=sheet(HEADS, *rows, name="办件.csv"))
        assert answer.status_code == 422
        told = [(one["code"], one["cell"]) for one in answer.json()["problems"]]
        assert told == [("E202", "D3"), ("E205", "E3")]
    assert head(reviewer) == before
    assert reviewer.get("/api/v1/cases").json()["total"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"promise_days": -1},
        {"ended_at": "2026-11-04T10:00:00+08:00"},
        {"ended_at": "2026-10-04T10:00:00+08:00", "ending": "closed"},
        {"suspensions": [{"first": "2026-11-05", "last": "2026-11-01"}]},
        {"accepted_at": "2026-11-02T09:30:00"},
        {"case_type": "急件"},
        {"phone": "13800000000"},
        {"project_no": "a\u0000b"},
    ],
)
def test_one_bad_case_of_a_list_refuses_all(reviewer: Web, wrong: dict[str, Any]) -> None:
    answer = reviewer.post("/api/v1/cases", json=[case("B1"), case("B2") | wrong])
    assert answer.status_code == 422
    assert reviewer.get("/api/v1/cases").json()["total"] == 0
