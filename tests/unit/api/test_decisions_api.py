"""Decisions, exports, clues, webhooks and notifications over the API."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from openpyxl import load_workbook

from api.app import create_app
from api.exporting import as_csv, as_xlsx
from api.notify.signing import verify
from api.wiring import WebParts
from api.wiring_notify import make_postman
from models.domain.access import Permission, Role
from models.domain.audit import AUDIT_CHAIN
from models.domain.notice import Audience, Notice, Severity
from models.domain.records import FindingRecord
from models.storage.record import Record
from tests.fakes_web import MORNING, Web, jpeg, off_post, opened_parts, picture, town
from tests.servers.receiver import Receiver, receiver

NOTED = {"allowed_networks": ["127.0.0.0/8"], "timeout_s": 5}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[WebParts, Record]]:
    parts, record = opened_parts(tmp_path, town(tmp_path) | {"notifications": {"hooks": NOTED}})
    yield parts, record
    record.close()


@pytest.fixture
def record(opened: tuple[WebParts, Record]) -> Record:
    return opened[1]


@pytest.fixture
def web(opened: tuple[WebParts, Record]) -> Web:
    return Web(create_app(opened[0], pages=False))


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


def found(web: Web, record: Record, window: str = "w01-1") -> FindingRecord:
    row = off_post(record, web.parts.settings, window, MORNING)
    row = replace(row, details={**row.details, "finding": {"sources": []}})
    with record.make_uow() as uow:
        uow.findings.update(row)
        uow.commit()
    return row


def deeds(record: Record) -> list[tuple[str, str, str]]:
    with record.make_uow(read_only=True) as uow:
        entries = uow.register.entries(chain=AUDIT_CHAIN)
    return [(one.kind, one.payload["target"], one.payload["outcome"]) for one in entries]


def kinds(record: Record) -> list[str]:
    with record.make_uow(read_only=True) as uow:
        return [one.kind for one in uow.register.entries()]


def test_s12_a_dismissal_needs_a_reason_and_stays_in_the_register_with_it(
    web: Web, record: Record
) -> None:
    row, operator = found(web, record), web.as_("operator", login="li.na")
    address = f"/api/v1/findings/{row.id}/dismiss"
    for body in ({}, {"reason": ""}, {"reason": "   "}, {"reason": "x" * 501}):
        assert operator.post(address, json=body).status_code == 422
    assert kinds(record) == ["finding_opened"]
    answer = operator.post(address, json={"reason": "群众遮挡"})
    assert (answer.status_code, answer.json()["state"]) == (200, "dismissed")
    with record.make_uow(read_only=True) as uow:
        entry = uow.register.entries()[-1]
    assert entry.kind == "finding_dismissed"
    assert (entry.payload["by"], entry.payload["reason"]) == ("li.na", "群众遮挡")
    assert ("finding_decided", f"finding:{row.id}", "done") in deeds(record)


def test_a_confirmed_finding_is_not_dismissed_and_the_answer_names_nobody(
    web: Web, record: Record
) -> None:
    row, operator = found(web, record), web.as_("operator")
    answer = operator.post(f"/api/v1/findings/{row.id}/confirm", json={})
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")
    assert "person" not in answer.json()
    answer = operator.post(f"/api/v1/findings/{row.id}/dismiss", json={"reason": "误报"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("by_header", [True, False])
def test_of_two_who_decide_at_once_the_second_is_told_to_look_again(
    web: Web, record: Record, by_header: bool
) -> None:
    row = found(web, record)
    first, second = web.as_("operator"), web.as_("reviewer")
    seen = str(row.last_seq)
    assert first.post(f"/api/v1/findings/{row.id}/confirm", json={}).status_code == 200
    sent: dict[str, Any] = {"json": {"reason": "外出办事"}}
    if by_header:
        sent["headers"] = {"If-Match": f'"{seen}"'}
    else:
        sent["json"]["expected_seq"] = int(seen)
    answer = second.post(f"/api/v1/findings/{row.id}/excuse", **sent)
    assert answer.status_code == 409
    assert "confirmed" in answer.json()["detail_en"]
    assert kinds(record) == ["finding_opened", "finding_confirmed"]


def test_an_if_match_that_says_something_else_is_refused(web: Web, record: Record) -> None:
    row, operator = found(web, record), web.as_("operator")
    address = f"/api/v1/findings/{row.id}/confirm"
    for header, body in (("abc", {}), ('"7"', {"expected_seq": 1})):
        answer = operator.post(address, json=body, headers={"If-Match": header})
        assert answer.status_code == 422


def test_a_dismissal_is_taken_back_by_who_may_reverse_it(web: Web, record: Record) -> None:
    row, operator, reviewer = found(web, record), web.as_("operator"), web.as_("reviewer")
    operator.post(f"/api/v1/findings/{row.id}/dismiss", json={"reason": "遮挡"})
    again = {"reason": "复看录像,确无人"}
    assert operator.post(f"/api/v1/findings/{row.id}/reopen", json=again).status_code == 403
    answer = reviewer.post(f"/api/v1/findings/{row.id}/reopen", json=again)
    assert (answer.status_code, answer.json()["state"]) == (200, "to_verify")


def test_who_may_not_decide_is_refused_and_nothing_changes(web: Web, record: Record) -> None:
    row = found(web, record)
    for role in ("liaison", "approver", "supervisor", "system_admin", "auditor"):
        answer = web.as_(role).post(f"/api/v1/findings/{row.id}/confirm", json={})
        assert answer.status_code == 403
    assert kinds(record) == ["finding_opened"]


def test_what_is_outside_the_scope_is_not_there(web: Web, record: Record) -> None:
    row = found(web, record, "w01-1")
    other = web.as_("operator", halls={"h01"})
    for number in (row.id, 999, 0, -1, 2**40):
        answer = other.post(f"/api/v1/findings/{number}/confirm", json={})
        assert answer.status_code == 404
    assert kinds(record) == ["finding_opened"]


EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a\x01b", '=HYPERLINK("http://x","y")')


def test_no_cell_of_an_export_is_a_formula() -> None:
    head, rows = ("名称", "数"), [(text, 1.5) for text in EVIL]
    sheet = load_workbook(io.BytesIO(as_xlsx("表", head, rows, [("by", "=x")]))).worksheets
    cells = [row[0] for row in sheet[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells][:2] == ["=1+1", "+1"]
    assert sheet[1]["B1"].data_type == "s"
    read = list(csv.reader(io.StringIO(as_csv(head, rows).decode("utf-8-sig"))))
    assert all(not row[0].startswith(("=", "+", "-", "@", "\t")) for row in read)
    assert [row[1] for row in read[1:]] == ["1.5"] * len(EVIL)


def test_an_export_holds_the_list_of_the_scope_and_is_entered_each_time(
    web: Web, record: Record
) -> None:
    for window in ("w01-1", "w02-1", "w03-1"):
        found(web, record, window)
    reviewer = web.as_("reviewer", halls={"h00"})
    listed = reviewer.get("/api/v1/findings").json()
    answer = reviewer.get("/api/v1/findings/export.xlsx")
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [one["id"] for one in listed["items"]]
    assert len(rows) == listed["total"] == 2
    told = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert told["行数 rows"] == "2"
    answer = reviewer.get("/api/v1/findings/export.csv", params={"window_id": "w02-1"})
    read = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[1] for row in read[1:]] == ["脱岗"]
    names = [kind for kind, target, _ in deeds(record) if "export" in kind + target]
    assert len(names) == 2
    assert web.as_("operator").get("/api/v1/findings/export.csv").status_code == 403


def program(web: Web, *, halls: set[str] | None = None, login: str = "vias") -> Web:
    """A program with a token that may send clues and nothing else."""
    web.as_("system_admin", halls=halls, login=login)
    person = web.signed_in(login)
    answer = person.post(
        "/api/v1/tokens",
        json={
            "name": "analytics",
            "permissions": [Permission.SEND_CLUES],
            "expires_at": (MORNING + timedelta(days=30)).isoformat(),
        },
    )
    assert answer.status_code == 201, answer.text
    return web.by_token(answer.json()["secret"])


def clue(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "source": "vias-1",
        "external_id": f"evt-{number}",
        "kind": "empty",
        "window_id": "w01-1",
        "at": (MORNING - timedelta(minutes=3)).isoformat(),
        "people": 0,
        "score": 0.9,
        "model": "ROI",
        "model_version": "3",
    } | more


def test_a_clue_is_kept_once_and_is_no_finding(web: Web, record: Record) -> None:
    sender = program(web)
    first = sender.post("/api/v1/clues", json=clue())
    assert first.status_code == 201, first.text
    again = sender.post("/api/v1/clues", json=clue(people=4))
    assert (again.status_code, again.json()) == (200, first.json())
    assert kinds(record) == ["clue_received"]
    operator = web.as_("operator")
    assert operator.get("/api/v1/findings").json()["total"] == 0
    listed = operator.get("/api/v1/clues").json()
    assert (listed["total"], listed["items"]) == (1, [first.json()])
    assert ("hook_received", f"clue:{first.json()['id']}", "done") in deeds(record)


BAD_CLUES: list[dict[str, Any]] = [
    {"at": "2026-11-23T09:00:00"},
    {"at": (MORNING + timedelta(minutes=2)).isoformat()},
    {"at": (MORNING - timedelta(days=2)).isoformat()},
    {"window_id": "w99"},
    {"window_id": ""},
    {"window_id": "", "camera_id": "c01", "polygon": [[0, 0], [0.01, 0], [0.01, 0.01]]},
    {"window_id": "", "camera_id": "c01", "polygon": [[0, 0], [2, 0], [0.01, 0.01]]},
    {"window_id": "", "camera_id": "c01", "polygon": [[0, 0], [1, 1], [0, 1], [1, 0]]},
    {"polygon": [[0, 0], [1, 0], [1, 1]], "camera_id": "c01"},
    {"kind": "guilty"},
    {"score": 2},
    {"people": -1},
    {"source": ""},
    {"external_id": "a\x00b"},
    {"picture": "not base64!", "camera_id": "c01"},
    {"picture": base64.b64encode(b"GIF89a....").decode(), "camera_id": "c01"},
    {"picture": base64.b64encode(jpeg(picture(1))[:900]).decode(), "camera_id": "c01"},
    {"picture": base64.b64encode(jpeg(picture(1))).decode()},
    {"picture": base64.b64encode(jpeg(picture(1))).decode(), "camera_id": "c02"},
    {"more": 1},
]


def test_a_bad_clue_changes_nothing(web: Web, record: Record) -> None:
    sender = program(web)
    for more in BAD_CLUES:
        answer = sender.post("/api/v1/clues", json=clue(**more))
        assert answer.status_code == 422, (more, answer.text)
    assert kinds(record) == []


def test_a_clue_by_polygon_is_of_the_window_it_lies_in(web: Web) -> None:
    place = [[0.6, 0.3], [0.8, 0.3], [0.8, 0.8], [0.6, 0.8]]
    answer = program(web).post(
        "/api/v1/clues", json=clue(window_id="", camera_id="c01", polygon=place)
    )
    assert answer.json()["window_id"] == "w01-2"


def test_a_clue_of_a_window_outside_the_scope_is_refused(web: Web, record: Record) -> None:
    sender = program(web, halls={"h01"})
    assert sender.post("/api/v1/clues", json=clue()).status_code == 404
    assert kinds(record) == []


def test_nobody_sends_a_clue_by_signing_in(web: Web) -> None:
    assert web.as_("operator").post("/api/v1/clues", json=clue()).status_code == 403


def test_a_phone_is_a_clue_for_a_person_with_its_masked_picture(web: Web, record: Record) -> None:
    sent = jpeg(np.random.default_rng(7).integers(0, 255, (360, 640, 3), dtype=np.uint8))
    answer = program(web).post(
        "/api/v1/clues",
        json=clue(kind="phone", camera_id="c01", picture=base64.b64encode(sent).decode()),
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    with record.make_uow(read_only=True) as uow:
        row = uow.findings.get(told["finding_id"])
        shot = uow.evidence.get(told["evidence_sha256"])
    assert row is not None and shot is not None
    assert (row.state, row.kind, row.evidence) == ("clue", "B-PHONE", (shot.sha256,))
    assert shot.masked
    kept = cv2.imdecode(np.frombuffer(record.evidence.read(shot.path), np.uint8), 1)
    assert kept is not None
    assert kept[:, 400:].std() < 40 < kept[100:300, 100:250].std()


def test_a_body_that_is_too_long_is_refused(web: Web, record: Record) -> None:
    answer = program(web).post("/api/v1/clues", json=clue(picture="A" * 3_000_000))
    assert answer.status_code == 413
    assert kinds(record) == []


def hook(web: Web, there: Receiver, **more: Any) -> dict[str, Any]:
    answer = web.post("/api/v1/webhooks", json={"url": f"{there.url}/in"} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_webhook_s_secret_is_told_once_and_is_stored_nowhere(
    web: Web, record: Record, there: Receiver
) -> None:
    admin = web.as_("system_admin")
    made = hook(admin, there)
    assert made["secret"].startswith("whsec_")
    listed = admin.get("/api/v1/webhooks")
    assert listed.json()["total"] == 1
    assert made["secret"] not in listed.text
    files = [path for path in web.parts.settings.data_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if made["secret"].encode() in path.read_bytes()]


def test_a_test_message_is_signed_with_that_secret(web: Web, there: Receiver) -> None:
    admin = web.as_("system_admin")
    made = hook(admin, there)
    answer = admin.post(f"/api/v1/webhooks/{made['id']}/test")
    assert answer.json() == {"delivered": True, "error": ""}
    (one,) = there.posted
    verify(made["secret"], one.headers, one.body, float(one.headers["webhook-timestamp"]))
    there.status = 500
    assert admin.post(f"/api/v1/webhooks/{made['id']}/test").json()["delivered"] is False


BAD_HOOKS: list[dict[str, Any]] = [
    {"url": "http://169.254.169.254/latest/meta-data"},
    {"url": "http://10.0.0.1/"},
    {"url": "http://[::1]/"},
    {"url": "ftp://example.org/"},
    {"url": "http://nowhere.invalid/"},
    {"url": "http://127.0.0.1/", "topics": ["everything"]},
    {"url": ""},
    {},
]


def test_an_address_that_leads_inside_is_refused(web: Web) -> None:
    admin = web.as_("system_admin")
    for body in BAD_HOOKS:
        assert admin.post("/api/v1/webhooks", json=body).status_code == 422, body
    assert admin.get("/api/v1/webhooks").json()["total"] == 0


def test_a_webhook_is_stopped_goes_on_and_is_removed(
    web: Web, record: Record, there: Receiver
) -> None:
    admin = web.as_("system_admin")
    made = hook(admin, there, topics=["finding"])
    postman = make_postman(web.parts.settings, record.make_uow)
    address = f"/api/v1/webhooks/{made['id']}"
    assert admin.post(f"{address}/disable").json()["enabled"] is False
    found(web, record)
    assert postman.round(MORNING).sent == 0
    assert admin.post(f"{address}/enable").json()["enabled"] is True
    assert postman.round(MORNING).sent == 1
    assert admin.delete(address).status_code == 204
    assert admin.delete(address).status_code == 404
    assert len(there.posted) == 1


def test_only_an_administrator_makes_webhooks(web: Web, there: Receiver) -> None:
    for role in ("operator", "reviewer", "approver", "security_admin", "auditor", "liaison"):
        answer = web.as_(role).post("/api/v1/webhooks", json={"url": there.url})
        assert answer.status_code == 403


def test_the_outbox_is_listed_within_the_scope_and_tried_again(web: Web, record: Record) -> None:
    with record.make_uow() as uow:
        for number, hall in enumerate(("h00", "h01"), 1):
            place = Audience(hall_id=hall, unit_id="户籍")
            data = {"kind": "unmanned", "hall": hall, "window": "w01-1", "at_least_s": 900}
            data["since"] = MORNING.isoformat()
            uow.outbox.put(
                Notice("finding", f"finding:{number}", Severity.SERIOUS, place, data), MORNING
            )
        uow.commit()
    make_postman(web.parts.settings, record.make_uow).round(MORNING)
    listed = web.as_("operator", halls={"h00"}).get("/api/v1/notifications").json()
    assert (listed["total"], len(listed["items"])) == (1, 1)
    (one,) = listed["items"]
    assert (one["state"], one["deliveries"]) == ("no_channel", [])
    assert one["title_zh"] == "空岗(待核实):市政务服务中心 1-1号窗口"
    admin = web.as_("system_admin")
    page = admin.get("/api/v1/notifications", params={"limit": 1}).json()
    rest = admin.get("/api/v1/notifications", params={"after": page["next_after"]}).json()
    assert [page["total"], len(rest["items"]), rest["next_after"]] == [2, 1, None]
    assert "1-1号窗口" not in str(page) + str(rest)  # an administrator sees no findings
    assert admin.get("/api/v1/notifications", params={"state": "dead"}).json()["total"] == 0
    again = admin.post(f"/api/v1/notifications/{one['id']}/retry")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    assert admin.post(f"/api/v1/notifications/{one['id']}/retry").status_code == 409
    assert admin.post("/api/v1/notifications/99/retry").status_code == 404


def test_a_test_notification_waits_in_the_outbox_and_names_a_known_channel(web: Web) -> None:
    admin = web.as_("system_admin")
    answer = admin.post("/api/v1/notifications/test", json={})
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    answer = admin.post("/api/v1/notifications/test", json={"channel": "nope"})
    assert answer.status_code == 404
    assert web.as_(Role.OPERATOR).post("/api/v1/notifications/test", json={}).status_code == 403
