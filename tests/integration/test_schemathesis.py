"""The whole API asked as its description says, and otherwise: no error of the server's, answers as
described, and after every refused call the record is as before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import api.app
from api.auth.rate import Limits
from models.domain.access import GRANTS, Permission, Role
from models.domain.records import FindingQuery
from models.storage.record import Record
from tests.checked_days import TUESDAY, committed, revealed
from tests.fakes_duty import NOVEMBER, ROSTER_HEADS, sheet, two_units
from tests.fakes_web import MORNING, Web, jpeg, lay, off_post, opened_parts, picture
from tests.record_digest import CALLERS_OWN, record_digest
from tests.unit.api.audit_walk import APPEALED, BY_HAND, CAMPAIGN, REPORTED, TAKEN
from tests.unit.api.test_audit_walk import confirmed

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]

EXAMPLES = 10
ADDRESS = "http://127.0.0.1"
ENDLESS = {"GET /api/v1/events"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ONE_BY_ONE = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Web, Record]]:
    ticks = itertools.count(step=1000)
    monkeypatch.setattr(api.app, "Limits", lambda _: Limits(lambda: float(next(ticks))))
    parts, record = opened_parts(tmp_path, two_units(tmp_path))
    for camera in parts.settings.cameras:
        lay(parts.shelf, parts.settings, camera, MORNING)
    off_post(record, parts.settings, "w01-1", MORNING)
    revealed(record, parts.settings)
    committed(record, parts.settings, TUESDAY)
    parts.board.refresh()
    yield Web(api.app.create_app(parts, pages=False)), record
    record.close()


def known(web: Web, record: Record) -> dict[str, Any]:
    """Ids of things that are there, so that calls get past the door of 404."""
    reviewer = web.as_(Role.REVIEWER)
    reviewer.post("/api/v1/rosters", files=sheet(ROSTER_HEADS, *NOVEMBER))
    moment = {"start": "2026-11-24T08:30:00+08:00", "end": "2026-11-24T12:00:00+08:00"}
    leave = {"person": "户籍/李四", "kind": "事假", "approver": "赵主任"} | moment
    stop = {"kind": "停电", "window_id": "w01-1", "approver": "主任"} | moment
    seen = {"window_id": "w01-1", "code": "B-PHONE"}
    day = {"date": "2026-11-28", "worked": True, "reason": "延时"}
    answers = {
        "notice_id": reviewer.post("/api/v1/leave", json=leave),
        "stop_id": reviewer.post("/api/v1/stops", json=stop),
        "override_id": reviewer.post("/api/v1/calendar/overrides", json=day),
        "behaviour_id": reviewer.post(
            "/api/v1/behaviours", data=seen, files={"picture": ("a.jpg", jpeg(picture(1)))}
        ),
    }
    assert [one.status_code for one in answers.values()] == [201] * 4
    call = reviewer.post("/api/v1/rollcalls", json={"hall_ids": ["h00"]}).json()
    assert reviewer.post("/api/v1/campaigns", json=CAMPAIGN).status_code == 201
    with record.make_uow(read_only=True) as uow:
        finding = uow.findings.list()[-1]
    return (
        {name: one.json()["id"] for name, one in answers.items()}
        | answered(web, record)
        | {
            "finding_id": finding.id,
            "sha256": finding.evidence[0],
            "camera_id": "c01",
            "window_id": "w01-1",
            "hall_id": "h00",
            "number": 1,
            "seq": 1,
            "year": 2026,
            "layout": "A",
            "check_id": 1,
            "plan": call["plan"],
            "campaign_id": CAMPAIGN["id"],
            "day": "2026-11-20",
            "form": "json",
        }
    )


def answered(web: Web, record: Record) -> dict[str, Any]:
    """A notice, a measure, an explanation and an appeal of the unit whose finding there is."""
    reviewer, unit = web.as_(Role.REVIEWER), web.as_(Role.LIAISON)
    with record.make_uow(read_only=True) as uow:
        finding = uow.findings.list(FindingQuery(kind="off_post"))[-1]
    path = f"/api/v1/findings/{finding.id}"
    explained = unit.post(f"{path}/explanations", **REPORTED)
    confirmed(record, finding.key)
    answers = {
        "rectification_id": reviewer.post("/api/v1/rectifications", **BY_HAND),
        "measure_id": reviewer.post("/api/v1/measures/ledger", json=TAKEN),
        "explanation_id": explained,
        "appeal_id": unit.post(f"{path}/appeals", **APPEALED),
    }
    assert [one.status_code for one in answers.values()] == [201] * 4
    return {name: one.json()["id"] for name, one in answers.items()}


def told_without_keys(web: Web) -> dict[str, Any]:
    """The description without how to sign in: every call is made by an account that may."""
    told: dict[str, Any] = web.get("/api/v1/openapi.json").json()
    del told["components"]["securitySchemes"]
    for operation in (one for methods in told["paths"].values() for one in methods.values()):
        operation.pop("security", None)
    return told


def role_for(operation: Operation) -> Role:
    """A role that may; a reviewer where anybody may."""
    wanted = {Permission(one) for one in operation.definition.raw.get("x-permission", "").split()}
    roles = [role for role in GRANTS if wanted and wanted <= GRANTS[role]]
    return Role.REVIEWER if not roles or Role.REVIEWER in roles else roles[0]


def cases(operation: Operation, ids: dict[str, Any]) -> Any:
    """Calls as described and otherwise, about anything and about what is there."""
    named = {one.name: ids[one.name] for one in operation.path_parameters.items if one.name in ids}
    good, bad = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
    found = [operation.as_strategy(generation_mode=good)]
    if named:
        found.append(operation.as_strategy(generation_mode=good, path_parameters=named))
    if operation.body or operation.query or operation.path_parameters:
        found.append(operation.as_strategy(generation_mode=bad))
    return st.one_of(found)


def tried(web: Web, record: Record, operation: Operation, ids: Any) -> int:
    """Call one endpoint by many cases; gives how many calls were refused."""
    caller = web.as_(role_for(operation))
    count = 0

    @ONE_BY_ONE
    @given(case=cases(operation, ids))
    def check(case: schemathesis.Case[Any]) -> None:
        nonlocal count
        before = record_digest(record, without=CALLERS_OWN)
        response = case.call(app=web.app, base_url=ADDRESS, headers=caller.headers)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            count += 1
            after = record_digest(record, without=CALLERS_OWN)
            assert after == before, f"{case.as_curl_command()} left something behind"

    check()
    return count


EXPORT = "/export.xlsx"
EXPORTS = {f"GET /api/v1/{name}{EXPORT}" for name in ("findings", "checks/results", "calendar")}
"""Tried among the exports, which are one code for every list (tests/unit/api/test_exports.py)."""


@pytest.mark.slow
@pytest.mark.fonts
@pytest.mark.timeout(300)
def test_no_call_breaks_the_server_or_leaves_a_trace_when_refused(
    opened: tuple[Web, Record],
) -> None:
    web, record = opened
    schema = schemathesis.openapi.from_dict(told_without_keys(web))
    ids = known(web, record)
    refused: dict[str, int] = {}
    broken: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        alike = operation.label.endswith(EXPORT) and operation.label not in EXPORTS
        if operation.label in ENDLESS or alike:
            continue
        try:
            refused[operation.label] = tried(web, record, operation, ids)
        except (AssertionError, BaseExceptionGroup) as error:
            broken.append(f"{operation.label}: {_told(error)}")
    assert not broken, "\n\n".join(broken)
    assert len(refused) > 60
    assert sum(refused.values()) > 100


def _told(error: BaseException) -> str:
    inside = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return "; ".join(map(_told, inside)) or str(error)
