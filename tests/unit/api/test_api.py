from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.app import create_app
from api.wiring import WebParts
from models.domain.presence import Reason, State
from models.storage.record import Record
from tests.fakes_web import MORNING, StillClock, Web, lay, off_post, opened_parts, town
from tests.storage_fixtures import evidence_root


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[WebParts, Record]]:
    parts, record = opened_parts(tmp_path)
    yield parts, record
    record.close()


@pytest.fixture
def parts(opened: tuple[WebParts, Record]) -> WebParts:
    return opened[0]


@pytest.fixture
def record(opened: tuple[WebParts, Record]) -> Record:
    return opened[1]


@pytest.fixture
def web(parts: WebParts) -> Web:
    lay(parts.shelf, parts.settings, "c01", MORNING - timedelta(seconds=4))
    lay(parts.shelf, parts.settings, "c02", MORNING, state=State.ABSENT)
    lay(parts.shelf, parts.settings, "c03", MORNING, fault=Reason.COVERED)
    parts.board.refresh()
    return Web(create_app(parts, pages=False)).as_("operator")


def advance(parts: WebParts, **length: float) -> None:
    assert isinstance(parts.clock, StillClock)
    parts.clock.moment += timedelta(**length)
    parts.board.refresh()


def test_a_cameras_zones_are_told_to_who_may_see_its_picture(web: Web) -> None:
    told = web.get("/api/v1/cameras/c01/outlines").json()
    assert [one["window_id"] for one in told] == ["w01-1", "w01-2"]
    assert told[0]["polygon"] == [[0.1, 0.2], [0.45, 0.2], [0.45, 0.9], [0.1, 0.9]]
    assert web.get("/api/v1/cameras/nobody/outlines").status_code == 404
    elsewhere = Web(web.app).as_("operator", halls={"h01"})
    assert elsewhere.get("/api/v1/cameras/c01/outlines").status_code == 404
    assert elsewhere.get("/api/v1/cameras/c03/outlines").is_success


def test_cameras_tell_condition_and_age_of_their_picture(web: Web) -> None:
    told = {item["id"]: item for item in web.get("/api/v1/cameras").json()}
    assert list(told) == ["c01", "c02", "c03", "c04", "c05", "c06"]
    assert told["c01"]["frame_age_s"] == 4.0
    assert told["c01"]["taken_at"] == "2026-11-23T09:39:56+08:00"
    assert (told["c03"]["link"], told["c03"]["reason"]) == ("live", "covered")
    assert (told["c04"]["frame_age_s"], told["c04"]["reason"]) == (None, "not_yet_looked")
    assert "geheim" not in web.get("/api/v1/cameras").text
    assert web.get("/api/v1/cameras/c01").json() == told["c01"]


def test_windows_tell_state_and_reason(web: Web) -> None:
    told = {item["id"]: item for item in web.get("/api/v1/windows").json()}
    assert (told["w01-1"]["state"], told["w01-1"]["reason"]) == ("present", "seen")
    assert (told["w02-1"]["state"], told["w02-1"]["since"]) == (
        "absent",
        "2026-11-23T09:36:00+08:00",
    )
    assert (told["w03-1"]["state"], told["w03-1"]["reason"]) == ("unknown", "covered")
    assert (told["w04-1"]["state"], told["w04-1"]["reason"]) == ("unknown", "not_yet_looked")
    assert web.get("/api/v1/windows/w02-1").json()["cameras"] == ["c02"]


def test_a_window_nobody_reports_on_becomes_unknown_never_stays_empty(
    web: Web, parts: WebParts
) -> None:
    advance(parts, seconds=119)
    assert web.get("/api/v1/windows/w02-1").json()["state"] == "absent"
    advance(parts, seconds=2)
    told = web.get("/api/v1/windows/w02-1").json()
    assert (told["state"], told["reason"]) == ("unknown", "no_sample")
    assert web.get("/api/v1/cameras/c02").json()["frame_age_s"] == 121.0


@pytest.mark.parametrize("name", ["thumbnail", "latest"])
def test_a_picture_is_sent_once_and_then_only_when_it_changed(
    web: Web, parts: WebParts, name: str
) -> None:
    address = f"/api/v1/cameras/c01/{name}.jpg"
    first = web.get(address)
    assert first.headers["content-type"] == "image/jpeg"
    assert first.content.startswith(b"\xff\xd8")
    etag = first.headers["etag"]
    again = web.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    lay(parts.shelf, parts.settings, "c01", MORNING, shade=40)
    assert web.get(address, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/cameras/c99/latest.jpg",
        "/api/v1/cameras/c04/thumbnail.jpg",
        "/api/v1/cameras/..%2f..%2fetc%2fpasswd/latest.jpg",
        "/api/v1/cameras/c99",
        "/api/v1/windows/w99",
        "/api/v1/findings/99",
        "/api/v1/findings/99999999999999999999999999",
        f"/api/v1/evidence/{'0' * 64}.jpg",
        "/api/v1/evidence/..%2f..%2fonpost.db.jpg",
        "/api/v1/nothing",
    ],
)
def test_what_is_not_there_is_a_problem_in_both_languages(web: Web, address: str) -> None:
    answer = web.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == 404
    assert "不存在" in told["detail_zh"]
    assert "there is no" in told["detail_en"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "after=-1", "since=today", "since=2026-11-23T08:00:00", "x=1"]
)
def test_a_bad_question_is_refused_as_a_problem(web: Web, query: str) -> None:
    answer = web.get(f"/api/v1/findings?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail_zh"]


def test_findings_come_newest_first_and_page_by_page(
    web: Web, parts: WebParts, record: Record
) -> None:
    for number, window in enumerate(("w01-1", "w02-1", "w03-1")):
        off_post(record, parts.settings, window, MORNING + timedelta(minutes=number))
    page = web.get("/api/v1/findings", params={"limit": 2}).json()
    assert [item["window_id"] for item in page["items"]] == ["w03-1", "w02-1"]
    assert page["total"] == 3
    rest = web.get("/api/v1/findings", params={"limit": 2, "after": page["next_after"]}).json()
    assert [item["window_id"] for item in rest["items"]] == ["w01-1"]
    assert rest["next_after"] is None
    some = web.get("/api/v1/findings", params={"window_id": "w02-1", "kind": "off_post"}).json()
    assert [item["window_id"] for item in some["items"]] == ["w02-1"]
    late = web.get("/api/v1/findings", params={"since": "2026-11-23T12:00:00+08:00"}).json()
    assert [item["ended"] for item in late["items"]] == []


def test_a_finding_has_all_that_speaks_for_it(web: Web, parts: WebParts, record: Record) -> None:
    finding = off_post(record, parts.settings, "w01-1", MORNING)
    told = web.get(f"/api/v1/findings/{finding.id}").json()
    assert told["started_at"] == "2026-11-23T09:24:00+08:00"
    assert told["until_at_least"] == "2026-11-23T09:40:00+08:00"
    assert (told["expected"], told["observed"]) == ("present", "absent")
    assert [item["moment"] for item in told["pictures"]] == ["before", "at"]
    assert told["register_entry"]["seq"] == 1
    assert len(told["register_entry"]["hash"]) == 64
    assert told["thresholds"]["off_post"] == {"minutes": 15.0, "operator": ">="}
    assert [item["state"] for item in told["day"]] == ["unknown", "present", "absent"]
    assert (
        "市政务服务中心“1-1号窗口”2026-11-23 09:24:00 起至少到 09:40:00" in told["sentence"]["zh"]
    )
    assert "roster version 3: post A is on duty." in told["sentence"]["en"]


def test_evidence_whose_file_changed_is_never_shown(
    web: Web, parts: WebParts, record: Record
) -> None:
    finding = off_post(record, parts.settings, "w01-1", MORNING)
    sha256 = finding.evidence[1]
    address = f"/api/v1/evidence/{sha256}.jpg"
    answer = web.get(address)
    assert answer.content.startswith(b"\xff\xd8")
    assert "no-store" in answer.headers["cache-control"]
    file = next(evidence_root(record).rglob(f"{sha256}.jpg"))
    file.chmod(0o600)
    file.write_bytes(b"changed")
    assert web.get(address).status_code == 503
    file.unlink()
    assert web.get(address).status_code == 503


def test_alerts_stand_until_they_are_over(web: Web, parts: WebParts, record: Record) -> None:
    assert web.get("/api/v1/alerts").json() == []
    finding = off_post(record, parts.settings, "w01-1", MORNING)
    parts.board.refresh()
    (alert,) = web.get("/api/v1/alerts?standing=true").json()
    assert (alert["window"], alert["finding_id"]) == ("1-1号窗口", finding.id)
    with record.make_uow() as uow:
        uow.alerts.clear("w01-1", "away", MORNING)
        uow.commit()
    parts.board.refresh()
    assert web.get("/api/v1/alerts?standing=true").json() == []
    assert web.get("/api/v1/alerts").json()[0]["cleared_at"] == "2026-11-23T09:40:00+08:00"


def test_the_wall_is_one_piece_and_304_while_nothing_changed(
    web: Web, parts: WebParts, record: Record
) -> None:
    first = web.get("/api/v1/wall")
    told = first.json()
    assert len(told["cameras"]) == 6
    assert told["counts"] == {"present": 2, "absent": 1, "unknown": 6, "closed": 0}
    assert told["cameras"][0]["v"] == web.get("/api/v1/cameras/c01").json()["thumbnail_etag"][:12]
    advance(parts, seconds=1)
    same = web.get("/api/v1/wall", headers={"If-None-Match": first.headers["etag"]})
    assert same.status_code == 304
    assert same.headers["onpost-now"] == "2026-11-23T01:40:01+00:00"
    off_post(record, parts.settings, "w01-1", MORNING)
    parts.board.refresh()
    news = web.get("/api/v1/wall", headers={"If-None-Match": first.headers["etag"]})
    assert (news.status_code, news.json()["standing"]) == (200, 1)
    assert news.json()["findings"][0]["window"] == "1-1号窗口"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 5, 0, tzinfo=UTC),  # 13:00 in Shanghai, between the sessions
        datetime(2026, 11, 22, 1, 40, tzinfo=UTC),  # a Sunday
        datetime(2026, 10, 1, 1, 40, tzinfo=UTC),  # a Thursday, National Day
    ],
)
def test_outside_working_hours_nothing_on_the_wall_is_called_empty(
    web: Web, parts: WebParts, moment: datetime
) -> None:
    assert isinstance(parts.clock, StillClock)
    parts.clock.moment = moment
    lay(parts.shelf, parts.settings, "c01", parts.clock.moment)
    lay(parts.shelf, parts.settings, "c02", parts.clock.moment, state=State.ABSENT)
    parts.board.refresh()
    counts = web.get("/api/v1/wall").json()["counts"]
    assert counts == {"present": 2, "absent": 0, "unknown": 0, "closed": 7}


def test_a_sunday_that_is_worked_shows_empty_windows(web: Web, parts: WebParts) -> None:
    assert isinstance(parts.clock, StillClock)
    parts.clock.moment = datetime(2026, 9, 20, 1, 40, tzinfo=UTC)
    lay(parts.shelf, parts.settings, "c02", parts.clock.moment, state=State.ABSENT)
    parts.board.refresh()
    assert web.get("/api/v1/wall").json()["counts"]["absent"] == 1


def test_health_tells_what_does_not_work(web: Web, parts: WebParts, record: Record) -> None:
    assert web.get("/healthz").json()["status"] == "degraded"
    heard(parts)
    assert web.get("/healthz").json()["status"] == "degraded"
    with record.make_uow() as uow:
        uow.jobs.take("a schedule", None, parts.clock.now())
        uow.commit()
    parts.board.refresh()
    told = web.get("/healthz")
    assert (told.status_code, told.json()["status"]) == (200, "ok")
    assert "onpost_schedule_heartbeat_age_seconds 0." in web.get("/metrics").text
    assert told.json()["cameras_live"] == 3
    record.make_uow.engine.dispose()
    database = Path(str(record.make_uow.engine.url.database))
    database.unlink()
    database.mkdir()
    parts.board.refresh()
    broken = web.get("/healthz")
    assert (broken.status_code, broken.json()["database"]) == (503, False)
    assert web.get("/api/v1/wall").json()["record_fault"]
    assert web.get("/api/v1/findings").status_code == 503


def heard(parts: WebParts, metrics: str = "") -> None:
    parts.shelf.note_process("watch", {"real": time.time(), "metrics": metrics})
    parts.board.refresh()


def test_metrics_hold_cameras_windows_findings_and_the_watching_process_s_own(
    web: Web, parts: WebParts, record: Record
) -> None:
    off_post(record, parts.settings, "w02-1", MORNING)
    heard(parts, "# TYPE onpost_samples_missed_total counter\nonpost_samples_missed_total 3.0\n")
    lines = web.get("/metrics").text.splitlines()
    assert 'onpost_camera_frame_age_seconds{camera="c01"} 4.0' in lines
    assert 'onpost_camera_state{camera="c01",state="live"} 1.0' in lines
    assert 'onpost_camera_state{camera="c01",state="closed"} 0.0' in lines
    assert 'onpost_window_state{state="absent",window="w02-1"} 1.0' in lines
    assert 'onpost_window_state{state="present",window="w02-1"} 0.0' in lines
    assert 'onpost_findings_total{kind="off_post",verdict="to_verify"} 1.0' in lines
    assert "onpost_samples_missed_total 3.0" in lines
    assert "onpost_watching 1.0" in lines


def test_the_openapi_document_names_every_address(web: Web) -> None:
    paths = set(web.get("/api/v1/openapi.json").json()["paths"])
    assert paths >= {
        "/api/v1/cameras",
        "/api/v1/cameras/{camera_id}/latest.jpg",
        "/api/v1/cameras/{camera_id}/thumbnail.jpg",
        "/api/v1/windows",
        "/api/v1/findings",
        "/api/v1/findings/{finding_id}",
        "/api/v1/alerts",
        "/api/v1/evidence/{sha256}.jpg",
        "/api/v1/events",
        "/api/v1/healthz",
        "/api/v1/metrics",
        "/api/v1/wall",
    }


def test_a_foreign_host_name_is_refused(web: Web) -> None:
    assert web.get("/api/v1/cameras", headers={"Host": "evil.example"}).status_code == 400
    assert web.get("/api/v1/cameras", headers={"Host": "localhost:8300"}).status_code == 200


def test_a_board_without_news_tells_none_and_news_only_once(
    parts: WebParts, record: Record
) -> None:
    off_post(record, parts.settings, "w01-1", MORNING)
    assert parts.board.refresh() == []
    off_post(record, parts.settings, "w02-1", MORNING)
    (entry,) = parts.board.refresh()
    assert parts.board.refresh() == []
    with record.make_uow(read_only=True) as uow:
        (event,) = parts.teller.events([entry], uow)
    told = json.loads(event.model_dump_json())
    assert (told["type"], told["window_id"], told["state"]) == ("new", "w02-1", "to_verify")
    assert (told["expected"], told["observed"], told["reason"]) == ("present", "absent", "empty")
    assert len(told["evidence_sha256"]) == 2
    assert told["at"] == "2026-11-23T09:40:00+08:00"
    assert (told["before"], told["after"]["window_id"]) == (None, "w02-1")
    assert (told["hall_id"], told["unit"]) == ("h00", "户籍")


def test_a_town_of_82_cameras_makes_a_small_wall(tmp_path: Path) -> None:
    parts, record = opened_parts(tmp_path, town(tmp_path, main=30, branches=7, townships=31))
    for camera in parts.settings.cameras:
        lay(parts.shelf, parts.settings, camera, MORNING)
    parts.board.refresh()
    body, _ = parts.wall.of(parts.board.sight)
    record.close()
    assert len(json.loads(body)["cameras"]) == 82
    assert len(body) < 40_000
