"""Behaviour, the register, settings and the description of the API, through the whole door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.app import create_app
from models.domain.access import Role
from models.storage.record import Record
from tests.fakes_duty import two_units
from tests.fakes_web import MORNING, Web, jpeg, lay, off_post, opened_parts, picture

SEEN = {"window_id": "w01-1", "code": "B-PHONE", "note": "低头看手机"}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Web, Record]]:
    values = two_units(tmp_path) | {"time_zone": "Asia/Shanghai"}
    parts, record = opened_parts(tmp_path, values)
    yield Web(create_app(parts, pages=False)), record
    record.close()


@pytest.fixture
def web(opened: tuple[Web, Record]) -> Web:
    return opened[0]


def still() -> dict[str, Any]:
    return {"picture": ("still.jpg", jpeg(picture(3)))}


def test_behaviour_is_registered_with_a_still_and_decided_once(web: Web) -> None:
    operator = web.as_(Role.OPERATOR, login="zhi.ban")
    bare = operator.post("/api/v1/behaviours", data=SEEN, files={"x": b""})
    assert bare.status_code == 422
    assert not list(web.parts.settings.evidence_path.rglob("*.jpg"))
    made = operator.post("/api/v1/behaviours", data=SEEN, files=still())
    assert (made.status_code, made.json()["state"], made.json()["by"]) == (
        201,
        "to_verify",
        "zhi.ban",
    )
    number = made.json()["id"]
    assert len(made.json()["evidence_sha256"]) == 1
    assert operator.post("/api/v1/behaviours", data=SEEN, files=still()).status_code == 422
    assert operator.post(f"/api/v1/behaviours/{number}/confirm").status_code == 200
    told = operator.get(f"/api/v1/behaviours/{number}").json()
    assert told["state"] == "confirmed"
    report = operator.get("/api/v1/behaviours/report?month=2026-11").json()
    assert [(one["code"], one["count"]) for one in report["counts"]] == [("B-PHONE", 1)]
    again = operator.post(f"/api/v1/behaviours/{number}/dismiss", json={"reason": "看错"})
    assert again.status_code == 409


def test_the_newest_picture_of_the_wall_may_be_the_still(web: Web) -> None:
    operator = web.as_(Role.OPERATOR)
    data = SEEN | {"live": "true"}
    body = [(name, (None, value)) for name, value in data.items()]
    none_yet = operator.post("/api/v1/behaviours", files=body)
    assert (none_yet.status_code, none_yet.json()["where"]) == (422, "live")
    lay(web.parts.shelf, web.parts.settings, "c01", MORNING)
    assert operator.post("/api/v1/behaviours", files=body).status_code == 201


def test_a_liaison_sees_behaviour_of_own_windows_and_changes_none(web: Web) -> None:
    operator = web.as_(Role.OPERATOR)
    liaison = web.as_(Role.LIAISON, units={"户籍"})
    numbers = {}
    for window in ("w01-1", "w02-1"):
        made = operator.post("/api/v1/behaviours", data=SEEN | {"window_id": window}, files=still())
        numbers[window] = made.json()["id"]
    own = liaison.get("/api/v1/behaviours").json()
    assert ([one["window_id"] for one in own["items"]], own["total"]) == (["w01-1"], 1)
    assert liaison.get(f"/api/v1/behaviours/{numbers['w02-1']}").status_code == 404
    tried = liaison.post(f"/api/v1/behaviours/{numbers['w01-1']}/dismiss", json={"reason": "无"})
    assert tried.status_code == 403
    first = operator.get("/api/v1/behaviours?limit=1").json()
    rest = operator.get(f"/api/v1/behaviours?limit=1&after={first['next_after']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [
        numbers["w02-1"],
        numbers["w01-1"],
    ]
    assert rest["next_after"] is None


def test_the_catalogue_grows_and_retires(web: Web) -> None:
    reviewer = web.as_(Role.REVIEWER)
    entry = {"code": "S-01", "name": "首问不负责", "group": "十个不准"}
    assert reviewer.post("/api/v1/behaviours/catalogue", json=entry).json()["basis"] == "manual"
    retired = reviewer.post("/api/v1/behaviours/catalogue", json=entry | {"retired": True})
    assert retired.json()["retired"]
    refused = reviewer.post("/api/v1/behaviours", data=SEEN | {"code": "S-01"}, files=still())
    assert refused.status_code == 422
    assert not list(web.parts.settings.evidence_path.rglob("*.jpg"))


def test_the_register_is_read_in_pages_names_masked_and_by_scope(
    web: Web, opened: tuple[Web, Record]
) -> None:
    record = opened[1]
    reviewer = web.as_(Role.REVIEWER)
    for window in ("w01-1", "w03-1"):
        off_post(record, web.parts.settings, window, MORNING)
    with record.make_uow() as uow:
        uow.register.append(
            "finding_confirmed", {"window": "w01-1", "by": "fu.he", "person": "李四"}, MORNING
        )
        uow.commit()
    page = reviewer.get("/api/v1/register?limit=2").json()
    assert ([one["seq"] for one in page["items"]], page["next_after"], page["total"]) == (
        [1, 2],
        2,
        3,
    )
    rest = reviewer.get("/api/v1/register?limit=2&after=2")
    assert rest.json()["next_after"] is None
    assert rest.json()["items"][0]["payload"]["person"] == "***"
    assert "李四" not in rest.text
    local = web.as_(Role.REVIEWER, halls={"h01"}).get("/api/v1/register").json()
    assert ([one["seq"] for one in local["items"]], local["total"]) == ([2], None)
    assert web.as_(Role.REVIEWER, halls={"h01"}).get("/api/v1/register/1").status_code == 404
    verdict = web.as_(Role.AUDITOR).get("/api/v1/register/verify").json()
    assert (verdict["verifies"], verdict["fault_count"]) == (True, 0)
    assert web.as_(Role.LIAISON).get("/api/v1/register").status_code == 403


def test_settings_are_told_without_their_secrets(web: Web) -> None:
    admin = web.as_(Role.SYSTEM_ADMIN)
    told = admin.get("/api/v1/settings")
    assert told.json()["settings_hash"] == web.parts.settings.settings_hash()
    assert "geheim" not in told.text
    schema = admin.get("/api/v1/settings/schema").json()
    assert "halls" in schema["properties"]
    assert web.as_(Role.REVIEWER).get("/api/v1/settings").status_code == 403


def test_every_shape_of_the_description_has_an_example_that_fits(web: Web) -> None:
    told = web.get("/api/v1/openapi.json").json()
    assert len(told["components"]["schemas"]) > 60
    for name, schema in told["components"]["schemas"].items():
        whole = {"$ref": f"#/components/schemas/{name}", "components": told["components"]}
        assert schema["examples"], name
        for example in schema["examples"]:
            jsonschema_rs.validate(whole, example)


def test_every_endpoint_tells_its_summary_permission_and_refusals(web: Web) -> None:
    told = web.get("/api/v1/openapi.json").json()
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert operation["tags"], (method, path)
            refusal = operation["responses"]["422"]["content"]
            assert list(refusal) == ["application/problem+json"], (method, path)
            assert operation["security"] == [] or operation["x-permission"]
