"""Naming a person outside the centre: asked by one, agreed to by another, told by one endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from api.app import create_app
from api.decisions import decide
from api.settings.domain import windows_of
from models.domain.access import Role
from models.domain.audit import AUDIT_CHAIN, DeedQuery, deed_of
from models.domain.duty import Duty
from models.domain.life import Stage
from models.domain.people import Person
from models.storage.record import Record
from models.storage.verification import verify_record
from tests.fakes_web import MORNING, Web, off_post, opened_parts

NAME = "张三"


class OnePerson:
    """A roster that holds one person to account."""

    @staticmethod
    def named(*_: object) -> Person:
        return Person("p1", NAME)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    parts, record = opened_parts(tmp_path)
    finding = off_post(record, parts.settings, "w02-1", MORNING)
    assert finding.id == 1
    with record.make_uow() as uow:
        uow.findings.update(replace(finding, details={**finding.details, "finding": finding.key}))
        uow.commit()
    yield Web(create_app(parts, pages=False))
    check(record)
    record.close()


def check(record: Record) -> None:
    """Both chains stand, and the name stands in one entry of the register alone."""
    assert verify_record(record).faults == verify_record(record, audit=True).faults == ()
    with record.make_uow(read_only=True) as uow:
        assert NAME not in "".join(one.body for one in uow.register.entries(chain=AUDIT_CHAIN))
        naming = [one.kind for one in uow.register.entries() if NAME in one.body]
        assert naming in ([], ["finding_confirmed"])


def decided(web: Web, to: Stage, reason: str = "") -> None:
    parts = web.parts
    with parts.make_uow() as uow:
        decide(
            uow,
            1,
            to,
            by="wang.wei",
            reason=reason,
            now=parts.clock.now(),
            duty=cast("Duty", OnePerson()),
            windows=windows_of(parts.settings),
        )
        uow.commit()


ADDRESS = "/api/v1/findings/1/naming"


def ask(web: Web, reason: str = "月度通报") -> Any:
    return web.post(ADDRESS, json={"reason": reason})


def deeds(web: Web, action: str) -> list[tuple[str, str]]:
    with web.parts.make_uow(read_only=True) as uow:
        found = [deed_of(entry) for entry in uow.register.deeds(DeedQuery(action=action))]
    return [(deed.who, deed.target) for deed in found]


def test_a_name_needs_one_who_asks_and_another_who_agrees(web: Web) -> None:
    decided(web, Stage.CONFIRMED)
    liaison = web.as_(Role.LIAISON, login="li.na")
    assert liaison.get(ADDRESS).json() == {"finding_id": 1, "name": "—", "requests": []}
    asked = ask(web.as_(Role.SUPERVISOR, login="sun"))
    assert (asked.status_code, asked.json()["name"]) == (201, "—")
    assert liaison.get(ADDRESS).json()["name"] == "—"
    approver = web.as_(Role.APPROVER, login="zhao")
    (waiting,) = approver.get("/api/v1/naming").json()["items"]
    assert (waiting["finding_id"], waiting["asked_by"]) == (1, "sun")
    answered = approver.post(f"{ADDRESS}/approve", json={"reason": "同意"}).json()
    assert [one["state"] for one in answered["requests"]] == ["approved"]
    assert approver.get("/api/v1/naming").json()["items"] == []
    assert deeds(web, "name_shown") == []
    assert liaison.get(ADDRESS).json() == {"finding_id": 1, "name": NAME, "requests": []}
    assert deeds(web, "name_shown") == [("li.na", "finding:1")]
    assert deeds(web, "naming_asked") == [("sun", "finding:1")]
    assert deeds(web, "naming_approved") == [("zhao", "finding:1")]


def test_nobody_agrees_to_what_they_asked_themselves(web: Web) -> None:
    decided(web, Stage.CONFIRMED)
    approver = web.as_(Role.APPROVER)
    ask(approver)
    refused = approver.post(f"{ADDRESS}/approve", json={})
    assert (refused.status_code, "另一名审批人" in refused.json()["detail_zh"]) == (422, True)
    assert approver.get("/api/v1/naming").json()["total"] == 1
    assert web.as_(Role.LIAISON).get(ADDRESS).json()["name"] == "—"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.LIAISON, Role.SYSTEM_ADMIN, Role.AUDITOR])
def test_who_may_neither_ask_nor_agree_is_refused(web: Web, role: Role) -> None:
    decided(web, Stage.CONFIRMED)
    other = web.as_(role)
    assert ask(other).status_code == 403
    for answer in ("approve", "refuse"):
        assert other.post(f"{ADDRESS}/{answer}", json={}).status_code == 403


def test_a_reviewer_asks_but_does_not_agree(web: Web) -> None:
    decided(web, Stage.CONFIRMED)
    ask(web.as_(Role.REVIEWER))
    assert web.as_(Role.REVIEWER).post(f"{ADDRESS}/approve", json={}).status_code == 403


def test_before_the_confirmation_and_after_it_is_taken_back_there_is_no_name(web: Web) -> None:
    reviewer, approver = web.as_(Role.REVIEWER), web.as_(Role.APPROVER)
    assert ask(reviewer).status_code == 409
    decided(web, Stage.CONFIRMED)
    assert reviewer.get(ADDRESS).json()["name"] == NAME
    assert ask(reviewer).status_code == 201
    assert approver.post(f"{ADDRESS}/approve", json={}).status_code == 200
    decided(web, Stage.EXCUSED, "情况说明成立")
    assert reviewer.get(ADDRESS).json()["name"] == "—"
    assert web.as_(Role.LIAISON).get(ADDRESS).json()["name"] == "—"


def test_one_answer_is_taken_and_a_refusal_may_be_asked_again(web: Web) -> None:
    decided(web, Stage.CONFIRMED)
    reviewer, approver = web.as_(Role.REVIEWER), web.as_(Role.APPROVER)
    assert ask(reviewer, " ").status_code == 422
    assert ask(reviewer).status_code == 201
    assert ask(reviewer).status_code == 409
    assert approver.post(f"{ADDRESS}/refuse", json={"reason": "证据不足"}).status_code == 200
    assert approver.post(f"{ADDRESS}/approve", json={}).status_code == 409
    assert web.as_(Role.LIAISON).get(ADDRESS).json()["name"] == "—"
    again = ask(reviewer).json()["requests"]
    assert [(one["state"], one["answer"]) for one in again] == [
        ("refused", "证据不足"),
        ("asked", ""),
    ]


def test_another_unit_is_told_that_there_is_no_such_finding(web: Web) -> None:
    decided(web, Stage.CONFIRMED)
    other = web.as_(Role.LIAISON, units={"税务"})
    assert other.get(ADDRESS).status_code == 404
    reviewer = web.as_(Role.REVIEWER, halls={"h01"})
    assert ask(reviewer).status_code == 404
    approver = web.as_(Role.APPROVER, halls={"h01"})
    ask(web.as_(Role.REVIEWER))
    assert approver.get("/api/v1/naming").json()["items"] == []
    assert approver.post(f"{ADDRESS}/approve", json={}).status_code == 404


def test_no_other_endpoint_tells_the_name(web: Web) -> None:
    decided(web, Stage.CONFIRMED)
    reviewer = web.as_(Role.REVIEWER)
    for address in ("findings", "findings/1", "wall", "alerts", "register"):
        told = reviewer.get(f"/api/v1/{address}")
        assert NAME not in json.dumps(told.json(), ensure_ascii=False)
