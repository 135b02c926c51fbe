"""Roll-calls and visits over the API, within a scope, with their stills; S08."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from models.domain.access import Role
from models.domain.audit import AUDIT_CHAIN
from models.domain.check_result import Result
from models.storage.record import Record
from models.storage.verification import verify_record
from tests.checked_days import at, found
from tests.fakes_duty import MINE, OTHERS, two_units
from tests.fakes_web import MORNING, Web, jpeg, opened_parts, picture

BOTH = {"w01-1": MINE, "w01-2": MINE, "w02-1": OTHERS}


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


def deeds(record: Record, action: str) -> list[dict[str, Any]]:
    with record.make_uow(read_only=True) as uow:
        entries = uow.register.find(kind=action, chain=AUDIT_CHAIN, limit=1000)
    return [dict(one.payload) for one in entries]


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


ON_POST = {"window_id": "w01-1", "result": "on_post"}
WRONG: list[tuple[dict[str, str], tuple[int, ...], int]] = [
    (visit(kind="daily"), (1,), 422),
    (visit(), (), 422),
    (visit(ON_POST), (1,), 422),
    (visit({"window_id": "w01-1", "result": "not_done"}), (), 422),
    (visit(results="[]"), (), 422),
    (visit(results="no json"), (), 422),
    (visit(ON_POST, ON_POST), (), 422),
    (visit({"window_id": "w03-1", "result": "on_post"}), (), 422),
    (visit({"window_id": "nobody", "result": "on_post"}), (), 404),
    (visit(hall_id="nowhere"), (1,), 404),
    (visit(seen_at="2026-11-23T09:50:00+08:00"), (1,), 422),
    (visit(seen_at="2026-11-23T07:50:00+08:00"), (1,), 422),
]


def test_a_visit_that_is_not_right_changes_nothing(web: Web, record: Record) -> None:
    for sent, pictures, status in WRONG:
        operator = web.as_(Role.OPERATOR)
        answer = operator.post("/api/v1/visits", files=body(sent, *pictures))
        assert answer.status_code == status, (sent, answer.text)
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
