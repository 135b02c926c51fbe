"""Every list as a workbook: what the list holds, in the caller's scope, as text and real dates."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from openpyxl import load_workbook

from api.exporting import as_csv, as_xlsx
from api.lists import LISTINGS
from api.lists.listing import MOST_ROWS, Listing, check_count
from models.domain.access import GRANTS, Role
from models.domain.errors import InputError
from tests.fakes_duty import OTHERS, sheet
from tests.fakes_web import Web
from tests.unit.api.audit_walk import (
    APPEALED,
    BY_HAND,
    CAMPAIGN,
    CASE,
    HOOK,
    LEAVE,
    REPORTED,
    SEEN,
    STOP,
    TAKEN,
    TOKEN,
)
from tests.unit.api.test_audit_walk import World, made_world, role_for

PHONE: Final = {"window_id": "w01-1", "code": "B-PHONE"}
EVIL: Final = "=HYPERLINK(1)"
STAFF: Final = (f"{EVIL},户籍", "李四,户籍", "王五,户籍", "赵六,税务")
BEGIN: Final = ("=", "+", "-", "@", "\t", "\r")
ASKED: Final[dict[str, dict[str, str]]] = {
    "calendar": {"year": "2026"},
    "rosters/coverage": {"month": "2026-11", "hall_id": "h00"},
    "scores/units": {"period": "2026-10"},
    "cases/kpi": {"period": "2026-11"},
    "cases/items": {"period": "2026-11"},
}
EMPTY: Final = frozenset({"system", "clues", "cases/items"})
"""What nothing in this town fills."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Something of everything, much of it with text that looks like a formula."""
    world = made_world(tmp_path_factory.mktemp("exports"))
    reviewer, liaison = world.caller(Role.REVIEWER), world.web.as_(Role.LIAISON)
    made = [
        reviewer.post("/api/v1/staff", files=sheet("姓名,单位", *STAFF)),
        reviewer.post("/api/v1/leave", json=LEAVE | {"approver": EVIL}),
        reviewer.post("/api/v1/stops", json=STOP | {"approver": "@SUM(A1)"}),
        reviewer.post("/api/v1/behaviours", **SEEN | {"data": PHONE}),
        reviewer.post("/api/v1/rollcalls", json={"hall_ids": ["h00"]}),
        reviewer.post("/api/v1/campaigns", json=CAMPAIGN | {"name": "+专项"}),
        reviewer.post("/api/v1/cases", json=[CASE | {"task_name": "-1+1"}]),
        reviewer.post("/api/v1/circulars", json={"period": "2026-10"}),
        reviewer.post("/api/v1/rectifications", json=BY_HAND["json"] | {"matter": EVIL}),
        reviewer.post("/api/v1/measures/ledger", json=TAKEN | {"basis": EVIL}),
        liaison.post(f"/api/v1/findings/{world.held['explained']}/explanations", **REPORTED),
        liaison.post(f"/api/v1/findings/{world.held['appealable']}/appeals", **APPEALED),
        reviewer.post("/api/v1/tokens", json=TOKEN | {"name": EVIL}),
        world.web.as_(Role.SYSTEM_ADMIN).post("/api/v1/webhooks", json=HOOK),
    ]
    assert [one.text for one in made if not one.is_success] == []
    world.web.parts.board.refresh()
    yield world
    world.record.close()


def listed(web: Web, listing: Listing) -> list[Any]:
    """What the list itself gives, all pages; what it says in all where it says so."""
    asked = dict(ASKED.get(listing.path, {}))
    if listing.path == "checks/results":
        checks = web.get("/api/v1/checks", params={"limit": 500}).json()["items"]
        return [
            row for one in checks for row in web.get(f"/api/v1/checks/{one['id']}").json()["found"]
        ]
    if listing.path == "calendar":
        return list(web.get(f"/api/v1/calendar/{asked['year']}").json()["days"])
    told = web.get(f"/api/v1/{listing.path}", params=asked).json()
    if listing.path == "cases/kpi":
        return [*told["units"], told["total"]] if told["units"] else []
    if isinstance(told, list):
        return told
    rows = list(told["troubled"] if listing.path == "system" else told["items"])
    if "next_after" in told and told["next_after"] is not None:
        rows += [None] * (told["total"] - len(rows))
    return rows


def table(web: Web, listing: Listing, **more: str) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    """Head and rows of an export, looked at cell by cell."""
    asked = ASKED.get(listing.path, {}) | more
    answer = web.get(f"/api/v1/{listing.path}/export.xlsx", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    book = load_workbook(io.BytesIO(answer.content))
    first = book.worksheets[0]
    assert first.freeze_panes == "A2"
    cells = [cell for row in first.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    for cell in cells:
        assert not isinstance(cell.value, str) or cell.quotePrefix is cell.value.startswith(BEGIN)
    told = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    head, *rows = first.iter_rows(values_only=True)
    assert told["行数 rows"] == str(len(rows))
    return head, rows


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.path)
def test_a_list_s_export_is_the_list_of_the_scope(town: World, listing: Listing) -> None:
    role = role_for((listing.see, listing.export))
    assert role is not None
    caller = town.caller(role)
    before, count = town.newest(), len(listed(caller, listing))
    head, rows = table(caller, listing)
    (deed,) = [one for one in town.deeds(before) if "export.xlsx" in one.target]
    endpoint = f"GET /api/v1/{listing.path}/export.xlsx"
    assert (deed.who, deed.said["endpoint"]) == (role.value, endpoint)
    assert len(rows) == count + (listing.path == "audit")  # its own entry is one more
    assert (len(rows) > 0) is (listing.path not in EMPTY)
    assert list(head) == listing.head("zh")
    assert list(table(caller, listing, language="en")[0]) == listing.head("en")
    if GRANTS[Role.LIAISON].issuperset({listing.see, listing.export}):
        other = town.web.as_(Role.LIAISON, units={OTHERS})
        seen = table(other, listing)[1]
        assert len(seen) == len(listed(other, listing))
        units = [place for place, name in enumerate(head) if name == "单位"]
        assert {row[place] for row in seen for place in units} <= {OTHERS, None, "合计"}


def test_text_like_a_formula_stays_text_and_moments_are_dates(town: World) -> None:
    by_path = {one.path: one for one in LISTINGS}
    reviewer = town.caller(Role.REVIEWER)
    for path, evil in (("leave", EVIL), ("stops", "@SUM(A1)"), ("cases", "-1+1"), ("staff", EVIL)):
        _, rows = table(reviewer, by_path[path])
        assert any(evil in row for row in rows), path
    head, rows = table(reviewer, by_path["findings"])
    begun = [row[head.index("起")] for row in rows]
    assert all(isinstance(one, datetime) for one in begun)
    assert "2026-11-23T09:24:00" in {one.isoformat() for one in begun}  # by the hall's clock
    head, rows = table(reviewer, by_path["rectifications"])
    assert isinstance(rows[0][head.index("限期")], datetime)


def test_no_export_is_had_by_who_may_not_export_or_not_see_the_list(town: World) -> None:
    operator, admin = town.caller(Role.OPERATOR), town.caller(Role.SYSTEM_ADMIN)
    for listing in LISTINGS:
        address = f"/api/v1/{listing.path}/export.xlsx"
        assert operator.get(address, params=ASKED.get(listing.path)).status_code == 403
        if listing.see not in GRANTS[Role.SYSTEM_ADMIN]:
            assert admin.get(address, params=ASKED.get(listing.path)).status_code == 403
    assert admin.get("/api/v1/rosters/export").status_code == 403


def test_what_the_list_does_not_know_its_export_does_not_know(town: World) -> None:
    reviewer = town.caller(Role.REVIEWER)
    for wrong in ({"after": "1"}, {"limit": "5"}, {"unknown": "x"}, {"language": "fr"}):
        answer = reviewer.get("/api/v1/findings/export.xlsx", params=wrong)
        assert answer.status_code == 422, wrong


def test_an_export_of_more_than_it_holds_is_refused_before_anything_is_read() -> None:
    check_count(MOST_ROWS)
    with pytest.raises(InputError, match="20000"):
        check_count(MOST_ROWS + 1)


def test_a_roster_s_workbook_holds_no_formula_either(town: World) -> None:
    answer = town.caller(Role.REVIEWER).get("/api/v1/rosters/export", params={"month": "2026-11"})
    book = load_workbook(io.BytesIO(answer.content))
    kinds = {cell.data_type for one in book.worksheets for row in one.iter_rows() for cell in row}
    assert "f" not in kinds


def test_what_no_workbook_can_hold_is_written_as_text_or_left_out() -> None:
    rows = [(date(1850, 1, 1), datetime(2026, 11, 23, 9, tzinfo=UTC), "a\x0b\ud800b", 1.5, None)]
    book = load_workbook(io.BytesIO(as_xlsx("a", ("1", "2", "3", "4", "5"), rows, ())))
    day, moment, *rest = [cell.value for cell in book.worksheets[0][2]]
    assert (day, rest) == ("1850-01-01", ["ab", 1.5, None])
    assert isinstance(moment, datetime)
    assert moment.isoformat() == "2026-11-23T09:00:00"
    assert b"2026-11-23T09:00:00+00:00" in as_csv(("1",), [rows[0][1:2]])
