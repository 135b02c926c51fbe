"""Zones over the API: shown, tried with a detector, saved as versions, refused with both languages;
addresses tested; what the system says of itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.facts import MEASURED
from api.zone_trial import ZoneTrial
from models.domain.access import Role
from models.domain.errors import WeightsError
from models.domain.geometry import Box
from models.storage.record import Record
from tests.architecture.source import ROOT
from tests.fakes_detectors import hall, painted, stand
from tests.fakes_web import MORNING, OTHER, SQUARE, Web, jpeg, lay, opened_parts, town
from tests.servers.pictures import serving
from vision.detectors.scripted import ScriptedDetector
from vision.frame_shelf import ShelfMeta, thumbnail_of
from vision.ports import Detection, Size, Thing

WIDER = [[0.05, 0.1], [0.5, 0.1], [0.5, 0.95], [0.05, 0.95]]
BOW = [[0.1, 0.2], [0.45, 0.9], [0.45, 0.2], [0.1, 0.9]]
AT = "/api/v1/cameras/c01/zones"
HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Web, Record]]:
    values = town(tmp_path) | {"web": {"camera_networks": ["127.0.0.0/8"]}}
    parts, record = opened_parts(tmp_path, values)
    for camera in parts.settings.cameras:
        lay(parts.shelf, parts.settings, camera, MORNING)
    parts.board.refresh()
    yield Web(create_app(parts, pages=False)), record
    record.close()


def zone(window: str = "w01-1", polygon: Any = WIDER, **more: Any) -> dict[str, Any]:
    return {"window_id": window, "polygon": polygon, "based_on": 1} | more


def test_a_saved_zone_is_the_next_version_with_who_and_when(house: tuple[Web, Record]) -> None:
    admin = house[0].as_(Role.SYSTEM_ADMIN, login="sys")
    before = admin.get(AT).json()
    assert [(one["version"], one["drawn"]) for one in before["zones"]] == [(1, False)] * 2
    saved = admin.put(AT, json={"zones": [zone(required=2, seats=3, coverage="partial")]})
    assert saved.status_code == 200, saved.text
    first = saved.json()["zones"][0]
    assert saved.json()["changed"] == ["w01-1"]
    assert (first["version"], first["drawn"], first["coverage"]) == (2, True, "partial")
    assert (first["required"], first["seats"], first["polygon"]) == (2, 3, WIDER)
    told = admin.get(f"{AT}/versions").json()["items"]
    mine = [(one["version"], one["by"]) for one in told if one["window_id"] == "w01-1"]
    assert mine == [(2, "sys"), (1, "settings")]
    listed = admin.get("/api/v1/zones", params={"limit": 1}).json()
    assert (listed["items"][0]["drawn"], listed["items"][0]["windows"]) == (1, 2)
    assert listed["next_after"]


def test_what_cannot_be_is_refused_in_both_languages_and_changes_nothing(
    house: tuple[Web, Record],
) -> None:
    admin = house[0].as_(Role.SYSTEM_ADMIN)
    crossed = admin.put(AT, json={"zones": [zone(), zone("w01-2", BOW)]})
    assert crossed.status_code == 422
    assert "相交" in crossed.json()["detail_zh"]
    assert "cross" in crossed.json()["detail_en"]
    assert crossed.json()["where"] == "w01-2"
    assert admin.put(AT, json={"zones": [zone("w02-1")]}).status_code == 422
    assert admin.put(AT, json={"zones": [zone(based_on=7)]}).status_code == 409
    assert [one["version"] for one in admin.get(AT).json()["zones"]] == [1, 1]


def test_a_try_shows_whom_each_window_counts_and_who_counts_for_none(
    house: tuple[Web, Record],
) -> None:
    web = house[0]
    image = hall()
    for box in (Box(0.15, 0.3, 0.3, 0.85), Box(0.46, 0.1, 0.53, 0.5)):
        image = stand(image, box)
    web.parts.shelf.put(
        "c01", jpeg(image), thumbnail_of(image), ShelfMeta("c01", MORNING, MORNING, "live")
    )

    def whole(picture: Any, size: Size) -> list[Detection]:
        assert size in Size
        boxes = (Box(0.15, 0.3, 0.3, 0.85), Box(0.46, 0.1, 0.53, 0.5))
        return [Detection(Thing.PERSON, box, 0.9) for box in boxes] if size is Size.FRAME else []

    web.app.state.zone_trial = ZoneTrial(lambda: ScriptedDetector(whole), 0.1)
    body = {"zones": [zone("w01-1", SQUARE), zone("w01-2", OTHER)]}
    tried = web.as_(Role.SYSTEM_ADMIN).post(f"{AT}/try", json=body).json()
    assert [one["window_id"] for one in tried["boxes"]] == ["w01-1", None]
    assert [(one["window_id"], one["people"], one["staffed"]) for one in tried["windows"]] == [
        ("w01-1", 1, True),
        ("w01-2", 0, False),
    ]


def test_a_try_says_so_where_weights_are_missing_or_somebody_else_tries(
    house: tuple[Web, Record],
) -> None:
    web = house[0]
    admin = web.as_(Role.SYSTEM_ADMIN)

    def missing() -> ScriptedDetector:
        raise WeightsError("缺少权重。", "weights are missing.")

    web.app.state.zone_trial = ZoneTrial(missing, 0.1)
    answer = admin.post(f"{AT}/try", json={"zones": [zone()]})
    assert (answer.status_code, answer.json()["detail_zh"]) == (503, "缺少权重。")
    busy: list[int] = []

    def opened() -> ScriptedDetector:
        busy.append(admin.post(f"{AT}/try", json={"zones": [zone()]}).status_code)
        return ScriptedDetector(painted())

    trial = web.app.state.zone_trial = ZoneTrial(opened, 0.1)
    image = hall()
    trial.look(image, {}, {})
    assert busy == [429]


def test_evidence_of_people_names_and_is_masked_by_the_drawn_version(
    house: tuple[Web, Record],
) -> None:
    web, record = house
    web.as_(Role.SYSTEM_ADMIN).put(AT, json={"zones": [zone()]})
    sent = {"picture": ("still.jpg", jpeg(hall()), "image/jpeg")}
    body = {"window_id": "w01-1", "code": "B-PHONE"}
    answer = web.as_(Role.REVIEWER).post("/api/v1/behaviours", data=body, files=sent)
    assert answer.status_code == 201, answer.text
    with record.make_uow(read_only=True) as uow:
        (shot,) = uow.evidence.of_window("w01-1", MORNING - HOUR, MORNING + HOUR)
    assert shot.zone_version == 2


def test_only_who_sets_up_cameras_draws(house: tuple[Web, Record]) -> None:
    for role in (Role.OPERATOR, Role.AUDITOR, Role.SECURITY_ADMIN, Role.LIAISON):
        assert house[0].as_(role).get(AT).status_code == 403
    elsewhere = house[0].as_(Role.SYSTEM_ADMIN, halls={"h01"})
    assert elsewhere.get(AT).status_code == 404
    assert elsewhere.put(AT, json={"zones": [zone()]}).status_code == 404


@pytest.mark.parametrize("source", ["file:///etc/passwd", "/etc/passwd", "ftp://h/x", "rtsp://"])
def test_only_addresses_on_a_network_are_tested(house: tuple[Web, Record], source: str) -> None:
    answer = house[0].as_(Role.SYSTEM_ADMIN).post("/api/v1/cameras/test", json={"source": source})
    assert answer.status_code == 422
    assert "/etc" not in answer.text


def test_a_test_that_fails_says_why_without_the_password(house: tuple[Web, Record]) -> None:
    source = "http://viewer:geheim@127.0.0.1:9/x.jpg"
    answer = house[0].as_(Role.SYSTEM_ADMIN).post("/api/v1/cameras/test", json={"source": source})
    assert answer.status_code == 200
    assert answer.json()["works"] is False
    assert answer.json()["error_zh"]
    assert "geheim" not in answer.text


def test_a_test_that_works_shows_size_and_picture(house: tuple[Web, Record]) -> None:
    with serving(lambda: MORNING) as source:
        admin = house[0].as_(Role.SYSTEM_ADMIN)
        told = admin.post("/api/v1/cameras/test", json={"source": source}).json()
    assert (told["works"], told["kind"]) == (True, "snapshot")
    assert (told["width"], told["height"], told["pictures_per_s"]) == (640, 360, None)
    assert base64.b64decode(told["preview"]).startswith(b"\xff\xd8")


def test_the_system_tells_what_does_not_work(house: tuple[Web, Record]) -> None:
    told = house[0].as_(Role.SYSTEM_ADMIN).get("/api/v1/system").json()
    processes = {one["name"]: one["alive"] for one in told["processes"]}
    assert processes == {"watch": False, "schedule": False, "serve": True}
    assert told["camera_links"] == {"live": told["cameras"]}
    assert told["settings_in_watch"] is None
    assert all(0 < one["free"] <= one["total"] for one in told["disks"])


def test_everybody_signed_in_may_read_what_is_recorded(house: tuple[Web, Record]) -> None:
    for role in Role:
        told = house[0].as_(role).get("/api/v1/about").json()
        assert {"name": "off_post", "operator": ">=", "minutes": 15.0} in told["thresholds"]
        assert told["retention"]["closed_months"] > 0
    assert house[0].get("/api/v1/about").status_code == 401


def test_the_figures_are_those_of_the_measurements() -> None:
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert [one.value for one in MEASURED if one.value not in page] == []
