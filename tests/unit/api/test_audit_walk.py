"""Every endpoint of the application is called, and every call leaves its entry in the audit log."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.auth.endpoints import Endpoint
from api.auth.rule import Audit
from api.settings import Settings
from api.wiring_notify import make_postman
from api.zone_trial import ZoneTrial
from models.domain.access import GRANTS, Access, Permission, Role, Scope
from models.domain.audit import Deed, DeedQuery, deed_of
from models.domain.life import Stage
from models.domain.measures import Measure, Suggestion
from models.domain.notice import Audience, Notice, Severity
from models.domain.papers import Paper, PaperKind
from models.domain.presence import Presence
from models.domain.records import FindingRecord
from models.domain.rectify_json import suggestion_json
from models.storage.record import Record
from models.storage.verification import verify_record
from tests.checked_days import TUESDAY, committed, revealed
from tests.fakes_detectors import painted
from tests.fakes_duty import NOVEMBER, ROSTER_HEADS, sheet, two_units
from tests.fakes_web import MORNING, Web, add_account, lay, off_post, opened_parts
from tests.unit.api.audit_walk import ASKED, CHANGES, HELD, REPEATABLE, SUGGESTED, Change
from vision.detectors.scripted import ScriptedDetector

LOOPBACK = "127.0.0.0/8"
STREAMS = frozenset({"GET /api/v1/events"})
"""They do not end: what they begin with is enough."""

LAST_ROLES = (Role.REVIEWER, Role.APPROVER, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


@dataclass
class World:
    """An application with something of everything, and who calls it."""

    web: Web
    record: Record
    held: dict[str, str]
    callers: dict[Role | None, Web] = field(default_factory=dict)

    def caller(self, role: Role | None) -> Web:
        if role not in self.callers:
            self.callers[role] = self.web if role is None else self.web.as_(role, login=role.value)
        return self.callers[role]

    def newest(self) -> int:
        with self.record.make_uow(read_only=True) as uow:
            return uow.register.head(chain="audit").seq

    def deeds(self, after: int) -> list[Deed]:
        """What was entered since, what was only counted entered now."""
        self.web.parts.audit.flush()
        with self.record.make_uow(read_only=True) as uow:
            found = uow.register.deeds(DeedQuery(), limit=100)
        return [deed_of(entry) for entry in found if entry.seq > after]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = made_world(tmp_path)
    yield made
    made.record.close()


def made_world(folder: Path, more: Mapping[str, Any] | None = None) -> World:
    """Something of everything; `more` are settings."""
    values = two_units(folder) | {"notifications": {"hooks": {"allowed_networks": [LOOPBACK]}}}
    values |= more or {}
    parts, record = opened_parts(folder, values)
    notified(record, parts.settings)
    measured(record)
    for camera in parts.settings.cameras:
        lay(parts.shelf, parts.settings, camera, MORNING)
    for window in ("w01-1", "w01-2"):
        found = off_post(record, parts.settings, window, MORNING)
        confirmed(record, found.key)
    for window in ("w02-1", "w03-1", "w04-1"):
        kept(record, off_post(record, parts.settings, window, MORNING))
    revealed(record, parts.settings)
    committed(record, parts.settings, TUESDAY)
    add_account(parts, "signs.in", Access(frozenset({Role.OPERATOR}), Scope()))
    web = Web(create_app(parts, pages=False))
    web.app.state.zone_trial = ZoneTrial(lambda: ScriptedDetector(painted()), 0.1)
    parts.board.refresh()
    roster = web.as_(Role.REVIEWER).post("/api/v1/rosters", files=sheet(ROSTER_HEADS, *NOVEMBER))
    assert roster.status_code == 200
    known = {"sha256": found.evidence[0]} | answerable(record, found.key)
    return World(web, record, dict(HELD) | known)


def notified(record: Record, settings: Settings) -> None:
    """A notice that no channel took."""
    data: dict[str, Any] = {"kind": "unmanned", "hall": "h00", "window": "w01-1", "at_least_s": 900}
    place = Audience(hall_id="h00", unit_id="户籍")
    since = {"since": MORNING.isoformat()}
    with record.make_uow() as uow:
        uow.outbox.put(
            Notice("finding", "finding:1", Severity.SERIOUS, place, data | since), MORNING
        )
        uow.commit()
    make_postman(settings, record.make_uow).round(MORNING)


def measured(record: Record) -> None:
    """Windows whose people the detector finds less often than it is set to."""
    with record.make_uow() as uow:
        seen = Presence(tried=1000, found=850)
        uow.presences.save({("w03-1", "c03"): seen, ("w04-1", "c04"): seen})
        uow.commit()


def answerable(record: Record, key: str) -> dict[str, str]:
    """Findings that a unit can explain or appeal against, and a suggested measure."""
    numbers = {}
    with record.make_uow() as uow:
        row = uow.findings.by_key(key)
        assert row is not None
        for name in ("explained", "appealable", "also"):
            numbers[name] = str(uow.findings.add(replace(row, key=f"{key}:{name}", id=0)).id)
        held = Suggestion(SUGGESTED, "last-3", "户籍", "2026-10", Measure.TALK, "排名后3名")
        content = {**suggestion_json(held), "period_name": "2026年10月"}
        uow.papers.put(
            Paper(
                PaperKind.SUGGESTION,
                SUGGESTED,
                content,
                MORNING,
                "fu.he",
                "户籍",
                held.status.value,
            )
        )
        uow.commit()
    return numbers


def kept(record: Record, row: FindingRecord) -> None:
    """A finding that a person can decide on."""
    with record.make_uow() as uow:
        uow.findings.update(replace(row, details={**row.details, "finding": {"sources": []}}))
        uow.commit()


def confirmed(record: Record, key: str) -> None:
    """A finding as a person's confirmation leaves it, with somebody named."""
    with record.make_uow() as uow:
        row = uow.findings.by_key(key)
        assert row is not None
        later = MORNING + timedelta(seconds=1)
        said = {"finding": key, "to": "confirmed", "by": "fu.he", "person": "李四"}
        entry = uow.register.append("finding_confirmed", said, later, key=f"{key}:after")
        step = {"stage": "confirmed", "by": "fu.he", "at": later.isoformat(), "reason": ""}
        details = {**row.details, "finding": {"sources": []}, "life": [step]}
        uow.findings.update(
            replace(row, state=Stage.CONFIRMED.value, last_seq=entry.seq, details=details)
        )
        uow.commit()


def role_for(permissions: Collection[Permission]) -> Role | None:
    if not permissions:
        return None
    return next(role for role in (*LAST_ROLES, *Role) if GRANTS[role].issuperset(permissions))


def address(endpoint: Endpoint, held: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda part: held[part[1]], endpoint.path)


def begun(web: Web, path: str) -> int:
    """The status of a stream that is asked for and left again."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        while not statuses:  # leaves when it has begun
            await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    request = httpx.Request("GET", f"http://127.0.0.1{path}", headers=web.headers)
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
    }
    asyncio.run(asyncio.wait_for(web.app(scope, receive, send), 30))
    return statuses[0]


def program(world: World) -> Web:
    """A program with a token of the system administrator's."""
    expires = (MORNING + timedelta(days=9)).isoformat()
    body = {"name": "vias", "permissions": ["send_clues"], "expires_at": expires}
    made = world.caller(Role.SYSTEM_ADMIN).post("/api/v1/tokens", json=body)
    return world.web.by_token(made.json()["secret"])


def asked(world: World, endpoint: Endpoint, change: Change | None) -> str:
    """Ask once; gives what is wrong, empty where all is well."""
    role = change.role if change else role_for(endpoint.rule.permissions)
    caller = world.caller(role)
    who = role.value if role else ""
    if change and change.program:
        caller = program(world)
    if change and change.once:
        who = f"once-{world.newest()}"
        caller = world.web.as_(role or Role.OPERATOR, login=who)
    known = defaultdict(lambda: "1", world.held)
    for name, text in (change.held if change else {}).items():
        known[name] = text.format_map(known)
    path = address(endpoint, known)
    before = world.newest()
    world.web.parts.board.refresh()  # no loop does; health would tell that
    if endpoint.name in STREAMS:
        status, body = begun(caller, path), ""
    else:
        sent = change.sent if change else ASKED.get(endpoint.name, {})
        answer = caller.ask(endpoint.name.split()[0], path, **sent)
        status, body = answer.status_code, answer.text[:300]
        if change and change.keeps and answer.is_success:
            told = answer.json()
            world.held[change.keeps] = name_of(told.get("token", told))
    if (
        status >= 400
        and "{path:path}" not in endpoint.path
        and status != (change and change.status)
    ):
        return f"{endpoint.name} {path}: {status} {body}"
    deeds = world.deeds(before)
    if any(entered(endpoint, deed, who, change) for deed in deeds):
        return ""
    return f"{endpoint.name}: {who!r} not in {[(d.who, d.action, d.said) for d in deeds]}"


def name_of(told: Mapping[str, Any]) -> str:
    """The id of what an answer tells; a roll-call's is its plan."""
    return str(told["id"] if "id" in told else told["plan"])


def entered(endpoint: Endpoint, deed: Deed, who: str, change: Change | None) -> bool:
    """Whether an entry is of this call."""
    if change:
        outcome = "refused" if change.status else "done"
        wanted = (change.who or who, change.action, outcome)
        return (deed.who, deed.action, deed.outcome) == wanted
    told = endpoint.name in deed.said.get("calls", {}) or deed.said.get("endpoint") == endpoint.name
    return deed.who == who and told


def test_every_endpoint_leaves_its_entry(world: World) -> None:
    endpoints = {one.name: one for one in world.web.app.state.endpoints}
    changing = {name for name, one in endpoints.items() if one.rule.audit is Audit.CHANGE}
    unknown = changing - set(CHANGES)
    assert unknown == set(), "say in tests/unit/api/audit_walk.py how to call them"
    wrong = []
    for name, changes in CHANGES.items():
        for change in changes if name in changing else ():
            wrong.append(asked(world, endpoints[name], change))
    for name, endpoint in endpoints.items():
        if name not in changing:
            wrong.append(asked(world, endpoint, None))
    assert "\n".join(one for one in wrong if one) == ""
    assert verify_record(world.record, audit=True).faults == ()
    assert verify_record(world.record).faults == ()


def test_a_change_that_is_refused_leaves_a_refusal_and_no_deed(world: World) -> None:
    endpoints = {one.name: one for one in world.web.app.state.endpoints}
    wrong = []
    for number, (name, changes) in enumerate(CHANGES.items()):
        if number % 40 == 0:  # nobody changes so much in one breath; the limit would refuse it
            who = f"auditor-{number}"
            auditor = world.web.as_(Role.AUDITOR, login=who)
        endpoint = endpoints.get(name)
        if (
            endpoint is None
            or endpoint.rule.permission is None
            or Role.AUDITOR in roles_of(endpoint.rule.permission)
        ):
            continue
        before = world.newest()
        held = dict.fromkeys(re.findall(r"{(\w+)", endpoint.path), "1") | world.held
        answer = auditor.ask(name.split()[0], address(endpoint, held), **changes[0].sent)
        deeds = world.deeds(before)
        refused = [deed for deed in deeds if deed.action == "refused" and deed.who == who]
        done = [deed.action for deed in deeds if deed.outcome == "done"]
        if (answer.status_code, len(refused), done) != (403, 1, []):
            wrong.append((name, answer.status_code, deeds))
    assert wrong == []


def roles_of(permission: Permission) -> set[Role]:
    return {role for role, granted in GRANTS.items() if permission in granted}


@pytest.mark.parametrize("address", sorted(REPEATABLE))
def test_reads_that_are_counted_make_one_entry_however_many_they_are(
    world: World, address: str
) -> None:
    caller = world.caller(Role.OPERATOR)
    before = world.newest()
    for _ in range(5):
        assert caller.get(address).status_code == 200
    (deed,) = world.deeds(before)
    assert (deed.who, deed.said["count"]) == ("operator", 5)
