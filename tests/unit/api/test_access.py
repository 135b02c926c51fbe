"""Who may call what: the table is what the door does, and no id opens what is another's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.access_matrix import as_csv
from api.app import create_app
from api.auth.endpoints import Endpoint
from models.domain.access import GRANTS, TOKEN_ONLY, Role
from models.storage.record import Record
from tests.architecture.source import ROOT
from tests.fakes_duty import MINE, NOVEMBER, OTHERS, ROSTER_HEADS, sheet, two_units
from tests.fakes_web import MORNING, Web, lay, off_post, opened_parts
from tests.unit.api.audit_walk import APPEALED, ASKED, CASE, CHANGES, ENTRY, REPORTED
from tests.unit.api.test_audit_walk import confirmed, name_of

STREAM = "GET /api/v1/events"
ENDS = frozenset({"DELETE /api/v1/session", "POST /sign-out"})

REASON: dict[str, Any] = {"json": {"reason": "核实"}}
NOBODYS = frozenset(
    {"year", "layout", "number", "language", "path", "day", "form", "variant", "period"}
)
"""Parts of addresses that are of no hall and no unit."""

ADMINISTERED = frozenset({"login", "token_id"})
"""Of accounts: tried in test_door.py."""


@dataclass
class Town:
    """Something of everything, all of 户籍 in hall h00."""

    web: Web
    record: Record
    held: dict[str, str] = field(default_factory=dict)

    def head(self) -> int:
        with self.record.make_uow(read_only=True) as uow:
            return uow.register.head().seq


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    parts, record = opened_parts(tmp_path, two_units(tmp_path))
    for camera in parts.settings.cameras:
        lay(parts.shelf, parts.settings, camera, MORNING)
    found = off_post(record, parts.settings, "w01-1", MORNING)
    parts.board.refresh()
    town = Town(Web(create_app(parts, pages=False)), record)
    town.held |= {
        "alert_id": "1",
        "finding_id": str(found.id),
        "sha256": found.evidence[0],
        "seq": "1",
    }
    town.held |= {"camera_id": "c01", "window_id": "w01-1", "hall_id": "h00", "form": "json"}
    town.held |= {"variant": "full", "period": "2026-10"}
    yield town
    record.close()


def test_the_door_does_what_the_committed_table_says(here: Town) -> None:
    table = (ROOT / "docs" / "access-matrix.csv").read_text("utf-8").splitlines()
    ours = as_csv(here.web.app.state.endpoints).splitlines()
    assert set(ours) <= set(table), "onpost access > docs/access-matrix.csv, then read the diff"
    callers: dict[Role | None, Web] = {None: here.web}
    callers |= {role: here.web.as_(role, login=role.value) for role in Role}
    wrong = []
    for endpoint in here.web.app.state.endpoints:
        for role, caller in callers.items():
            allowed = may(endpoint, role)
            if allowed and (endpoint.name == STREAM or endpoint.name in ENDS):
                continue
            path = re.sub(r"{\w+(:\w+)?}", "none", endpoint.path)
            answer = caller.ask(endpoint.name.split()[0], path)
            refused = answer.status_code in {401, 403}
            if refused is allowed and not allowed_alone(endpoint, role):
                wrong.append(f"{endpoint.name} {role}: {answer.status_code}")
    assert wrong == []


def may(endpoint: Endpoint, role: Role | None) -> bool:
    rule = endpoint.rule
    if rule.permission is None or rule.on_machine:
        return True
    return role is not None and set(rule.permissions) <= GRANTS[role] - TOKEN_ONLY


def allowed_alone(endpoint: Endpoint, role: Role | None) -> bool:
    """Signing in with nothing is refused by the handler, not by the door."""
    return role is None and "sign-in" in endpoint.path


def fill(town: Town) -> None:
    """Have a reviewer make one of everything that has an id."""
    reviewer = town.web.as_(Role.REVIEWER)
    assert reviewer.post("/api/v1/rosters", files=sheet(ROSTER_HEADS, *NOVEMBER)).is_success
    staff = sheet("姓名,单位", "李四,户籍", "王五,户籍")
    assert reviewer.post("/api/v1/staff", files=staff).is_success
    assert reviewer.post("/api/v1/behaviours/catalogue", json=ENTRY).is_success
    assert reviewer.post("/api/v1/cases", json=[CASE]).is_success
    town.held["project_no"] = str(CASE["project_no"])
    answered(town)
    for name, changes in CHANGES.items():
        kept = changes[0].keeps
        if kept and kept != "token_id" and changes[0].role is Role.REVIEWER:
            method, path = name.split()
            answer = reviewer.ask(method, path, **changes[0].sent)
            assert answer.is_success, (name, answer.text)
            town.held[kept] = name_of(answer.json())


def answered(town: Town) -> None:
    """What a unit says of its finding: explained, then, when it was confirmed, appealed."""
    unit, path = town.web.as_(Role.LIAISON), f"/api/v1/findings/{town.held['finding_id']}"
    told = unit.post(f"{path}/explanations", **REPORTED)
    assert told.is_success, told.text
    town.held["explanation_id"] = told.json()["id"]
    with town.record.make_uow(read_only=True) as uow:
        row = uow.findings.get(int(town.held["finding_id"]))
    assert row is not None
    confirmed(town.record, row.key)
    told = unit.post(f"{path}/appeals", **APPEALED)
    assert told.is_success, told.text
    town.held["appeal_id"] = told.json()["id"]


def test_no_id_of_another_unit_or_hall_opens_anything(here: Town) -> None:
    fill(here)
    head = here.head()
    strangers = {
        "a liaison of another unit": (Role.LIAISON, here.web.as_(Role.LIAISON, units={OTHERS})),
        "a reviewer of another hall": (Role.REVIEWER, here.web.as_(Role.REVIEWER, halls={"h02"})),
        "an operator of another unit": (Role.OPERATOR, here.web.as_(Role.OPERATOR, units={OTHERS})),
        "a supervisor of nowhere": (Role.SUPERVISOR, here.web.as_(Role.SUPERVISOR, halls=set())),
    }
    tried, wrong = 0, []
    for endpoint in here.web.app.state.endpoints:
        parts = set(re.findall(r"{(\w+)", endpoint.path))
        if not parts or parts & ADMINISTERED or parts <= NOBODYS:
            continue
        if any(may(endpoint, role) for role, _ in strangers.values()):
            known = set(here.held) | NOBODYS
            assert parts <= known, f"make something for {endpoint.path} in fill()"
        path = re.sub(r"{(\w+)}", lambda part: here.held.get(part[1], "1"), endpoint.path)
        for who, (role, stranger) in strangers.items():
            if parts <= {"hall_id", "stop_id"} and "unit" in who and endpoint.name[:3] == "GET":
                continue  # units sit in one hall, and its power cut is everybody's
            answer = stranger.ask(endpoint.name.split()[0], path, **sent_to(endpoint))
            tried += 1
            if answer.status_code != (404 if may(endpoint, role) else 403):
                wrong.append(f"{endpoint.name} by {who}: {answer.status_code} {answer.text[:200]}")
    assert "\n".join(wrong) == ""
    assert tried > 40
    assert here.head() == head


def sent_to(endpoint: Endpoint) -> dict[str, Any]:
    changes = CHANGES.get(endpoint.name)
    return dict(changes[0].sent if changes else ASKED.get(endpoint.name, REASON))


def test_lists_and_their_totals_are_of_ones_own_unit(here: Town) -> None:
    mine, other = (here.web.as_(Role.LIAISON, units={unit}) for unit in (MINE, OTHERS))
    assert mine.get("/api/v1/findings").json()["total"] == 1
    assert other.get("/api/v1/findings").json() | {"limit": 0} == {
        "items": [],
        "total": 0,
        "next_after": None,
        "limit": 0,
    }
    assert len(mine.get("/api/v1/alerts").json()) == 1
    assert other.get("/api/v1/alerts").json() == []
    sees = other.get("/api/v1/findings", params={"unit_id": MINE, "hall_id": "h00"})
    assert sees.json()["total"] == 0


def test_a_hall_has_a_wall_of_its_own_and_each_wall_its_own_etag(here: Town) -> None:
    everywhere = here.web.as_(Role.OPERATOR).get("/api/v1/wall")
    other = here.web.as_(Role.OPERATOR, halls={"h02"}).get("/api/v1/wall")
    own = here.web.as_(Role.OPERATOR, halls={"h00"}).get("/api/v1/wall")
    assert {camera["hall"] for camera in other.json()["cameras"]} == {"h02"}
    assert (other.json()["alerts"], other.json()["findings"]) == ([], [])
    assert other.json()["counts"] != everywhere.json()["counts"]
    assert len(own.json()["alerts"]) == len(own.json()["findings"]) == 1
    assert len({one.headers["etag"] for one in (everywhere, other, own)}) == 3
    assert here.web.as_(Role.LIAISON).get("/api/v1/wall").status_code == 403
