"""Plans, nonces, verification and campaigns over the API, through the whole door; S29."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.inspection_plans import SettingsPlans
from models.domain.access import GRANTS, Permission, Role
from models.domain.audit import AUDIT_CHAIN
from models.domain.commitment import commitment_of
from models.domain.inspection import Check, CheckKind
from models.storage.record import Record
from tests.checked_days import (
    FRIDAY,
    MONDAY,
    NONCE,
    TUESDAY,
    at,
    carried_out,
    committed,
    planned,
    revealed,
)
from tests.fakes_duty import MINE, two_units
from tests.fakes_web import Web, opened_parts

SATURDAY = date(2026, 11, 28)
TOLD = [role for role in Role if Permission.VERIFY_CHECKS in GRANTS[role]]
CAMPAIGN = {
    "id": "slack",
    "name": "慵懒散专项治理",
    "first": "2026-11-24",
    "last": "2026-12-04",
    "halls": ["h00"],
    "times": ["09:45"],
    "random": 1,
    "leads": ["市纪委", "政务中心"],
}


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


def changes(record: Record) -> list[dict[str, Any]]:
    with record.make_uow(read_only=True) as uow:
        entries = uow.register.find(kind="check_changed", chain=AUDIT_CHAIN, limit=100)
    return [dict(one.payload) for one in entries]


@pytest.mark.parametrize("hour", ["07:00", "17:59"])
def test_before_its_reveal_a_plan_is_told_to_nobody(web: Web, record: Record, hour: str) -> None:
    settings = web.parts.settings
    plan = committed(record, settings, MONDAY, nonce=NONCE)
    web.parts.clock.moment = at(hour)  # type: ignore[attr-defined]
    carried_out(record, settings, plan, until=at(hour))
    for role in Role:
        caller = web.as_(role)
        for address in ("2026-11-23/checks", "2026-11-23/verify", "2026-11-24/checks"):
            assert caller.get(f"/api/v1/plans/{address}").status_code == 403, (role, address)
    told = web.as_(Role.SUPERVISOR).get("/api/v1/plans/2026-11-23").json()
    assert (told["commitment"], told["nonce"], told["nonce_by"]) == (
        plan.commitment,
        NONCE,
        "ji.jian",
    )
    assert (told["revealed"], told["seed"], told["inputs"]) == (False, "", "")


def test_after_its_reveal_a_plan_is_told_and_anybody_can_compute_its_commitment(
    web: Web, record: Record
) -> None:
    plan = revealed(record, web.parts.settings)
    whole = planned(web.parts.settings, plan)
    for role in TOLD:
        told = web.as_(role).get("/api/v1/plans/2026-11-20/checks").json()
        assert len(told["checks"]) == len(whole), role
    assert [one["due_at"] for one in told["checks"]] == [
        one.due_at.astimezone(at("08:00").tzinfo).isoformat() for one in whole
    ]
    said = web.as_(Role.AUDITOR).get("/api/v1/plans/2026-11-20").json()
    assert said["revealed"] is True
    assert commitment_of(bytes.fromhex(said["seed"]), FRIDAY, said["inputs"]) == said["commitment"]
    own = web.as_(Role.OPERATOR, halls={"h01"}).get("/api/v1/plans/2026-11-20/checks").json()
    assert {one["hall_id"] for one in own["checks"]} == {"h01"}
    assert web.as_(Role.AUDITOR).get("/api/v1/plans/2026-11-19").status_code == 404
    assert web.as_(Role.AUDITOR).get("/api/v1/plans/2026-11-19/checks").status_code == 404
    assert web.as_(Role.AUDITOR).get("/api/v1/plans/tomorrow").status_code == 422


def test_a_day_verifies_and_one_check_too_many_shows(web: Web, record: Record) -> None:
    plan = revealed(record, web.parts.settings)
    auditor = web.as_(Role.AUDITOR)
    good = auditor.get("/api/v1/plans/2026-11-20/verify").json()
    assert (good["verifies"], good["differences"]) == (True, [])
    assert good["planned"] == len(planned(web.parts.settings, plan))
    due = at("10:10", FRIDAY)
    with record.make_uow() as uow:
        uow.checks.put_check(Check("random:2026-11-20", "h00", 9, CheckKind.RANDOM, due, due))
        uow.commit()
    bad = auditor.get("/api/v1/plans/2026-11-20/verify").json()
    assert bad["verifies"] is False
    assert "extra" in [one["what"] for one in bad["differences"]]


def test_only_the_discipline_inspection_gives_a_nonce_once_and_before_opening(
    web: Web, record: Record
) -> None:
    committed(record, web.parts.settings, MONDAY)
    committed(record, web.parts.settings, TUESDAY)
    supervisor = web.as_(Role.SUPERVISOR, login="ji.wei")
    given = {"json": {"nonce": "3 1 6 6 2 5"}}
    for role in set(Role) - {Role.SUPERVISOR}:
        assert web.as_(role).post("/api/v1/plans/2026-11-24/nonce", **given).status_code == 403
    assert supervisor.post("/api/v1/plans/2026-11-23/nonce", **given).status_code == 409, "open"
    assert supervisor.post("/api/v1/plans/2026-11-25/nonce", **given).status_code == 404
    for wrong in ("short", "x" * 129, "       1        "):
        sent = {"json": {"nonce": wrong}}
        assert supervisor.post("/api/v1/plans/2026-11-24/nonce", **sent).status_code == 422
    told = supervisor.post("/api/v1/plans/2026-11-24/nonce", **given)
    assert told.status_code == 200, told.text
    assert (told.json()["nonce"], told.json()["nonce_by"]) == ("3 1 6 6 2 5", "ji.wei")
    assert supervisor.post("/api/v1/plans/2026-11-24/nonce", **given).status_code == 409, "once"
    (deed,) = changes(record)
    assert (deed["who"], deed["target"]) == ("ji.wei", "plan:2026-11-24")


def test_each_change_of_a_campaign_is_a_version_that_holds_from_the_next_day_on(
    web: Web, record: Record
) -> None:
    reviewer = web.as_(Role.REVIEWER, login="fu.he")
    made = reviewer.post("/api/v1/campaigns", json=CAMPAIGN)
    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.json()["kind"], made.json()["by"]) == (1, "joint", "fu.he")
    later = CAMPAIGN | {"times": ["10:15", "15:00"], "reason": "加密"}
    assert reviewer.post("/api/v1/campaigns", json=later).json()["version"] == 2
    why = {"json": {"reason": "已结束"}}
    ended = reviewer.post("/api/v1/campaigns/slack/withdraw", **why)
    assert (ended.status_code, ended.json()["withdrawn"]) == (200, True)
    told = web.as_(Role.OPERATOR).get("/api/v1/campaigns/slack").json()
    assert [one["version"] for one in told["versions"]] == [1, 2, 3]
    assert told["versions"][1]["times"] == ["10:15", "15:00"]
    listed = web.as_(Role.OPERATOR).get("/api/v1/campaigns").json()
    assert (listed["total"], listed["items"][0]["version"]) == (1, 3)
    assert [one["target"] for one in changes(record)] == ["campaign:slack"] * 3
    for wrong in (
        {"first": "2026-11-23"},
        {"halls": ["nowhere"]},
        {"times": [], "random": 0},
        {"times": ["9:45"]},
        {"id": "a:b"},
        {"last": "2026-11-01"},
    ):
        refused = reviewer.post("/api/v1/campaigns", json=CAMPAIGN | {"id": "new"} | wrong)
        assert refused.status_code == 422, (wrong, refused.text)
    assert reviewer.post("/api/v1/campaigns/new/withdraw", **why).status_code == 404


def test_a_campaign_is_of_the_halls_of_whoever_makes_and_sees_it(web: Web) -> None:
    own = web.as_(Role.REVIEWER, halls={"h00"})
    for halls in (["h01"], ["h00", "h01"], []):
        sent = CAMPAIGN | {"halls": halls}
        assert own.post("/api/v1/campaigns", json=sent).status_code == 404, halls
    assert own.post("/api/v1/campaigns", json=CAMPAIGN).status_code == 201
    whole = web.as_(Role.REVIEWER)
    assert whole.post("/api/v1/campaigns", json=CAMPAIGN | {"halls": ["h00", "h01"]}).is_success
    assert whole.post("/api/v1/campaigns", json=CAMPAIGN | {"id": "all", "halls": []}).is_success
    assert own.get("/api/v1/campaigns/slack").json()["halls"] == ["h00"], "its own alone"
    assert own.post("/api/v1/campaigns", json=CAMPAIGN).status_code == 404, "it reaches further"
    for name in ("slack", "all"):
        withdrawn = own.post(f"/api/v1/campaigns/{name}/withdraw", json={"reason": "已结束"})
        assert withdrawn.status_code == 404
    assert web.as_(Role.OPERATOR, units={MINE}).get("/api/v1/campaigns").json()["total"] == 0
    elsewhere = web.as_(Role.OPERATOR, halls={"h02"}).get("/api/v1/campaigns").json()
    assert [one["id"] for one in elsewhere["items"]] == ["all"]
    assert web.as_(Role.LIAISON).get("/api/v1/campaigns").status_code == 403, "what is to come"


def test_s29_a_change_of_the_calendar_moves_days_to_come_and_no_committed_one(
    web: Web, record: Record
) -> None:
    settings = web.parts.settings
    plan = committed(record, settings, TUESDAY)
    plans = SettingsPlans(settings)
    with record.make_uow(read_only=True) as uow:
        assert plans.inputs(uow, SATURDAY).opens_at is None
    reviewer = web.as_(Role.REVIEWER)
    for day, worked in ((SATURDAY, True), (TUESDAY, False)):
        sent = {"date": day.isoformat(), "worked": worked, "reason": "延时服务"}
        assert reviewer.post("/api/v1/calendar/overrides", json=sent).status_code == 201
    with record.make_uow(read_only=True) as uow:
        assert plans.inputs(uow, SATURDAY).opens_at is not None
        assert plans.inputs(uow, TUESDAY).opens_at is None
    told = reviewer.get("/api/v1/plans/2026-11-24").json()
    assert told["commitment"] == plan.commitment
    assert web.parts.clock.now() + timedelta(days=1) > plan.committed_at
