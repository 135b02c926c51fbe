"""S26: a unit's liaison signs in, sees that unit alone, and the audit log tells it all."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.domain.audit import AUDIT_CHAIN
from models.domain.records import FindingRecord
from tests.acceptance.town import Done, onpost
from tests.fakes_duty import MINE, OTHERS, two_units
from tests.fakes_web import MORNING, Served, off_post, served
from tests.storage_fixtures import attack, evidence_root

LATER = "Harbour-8-lantern"


@dataclass
class Centre:
    """A served town of two units with a finding of each, and its settings file."""

    running: Served
    file: Path
    mine: FindingRecord
    others: FindingRecord

    def command(self, *words: str | Path) -> Done:
        return onpost(*words, "--settings", self.file)

    def account(self, login: str, *more: str) -> str:
        """Add an account; gives its one-time password."""
        done = self.command("user", "add", login, *more)
        assert done.code == 0, done.err
        (password,) = re.findall(r"\b(?:[A-Za-z0-9]{4}-){3}[A-Za-z0-9]{4}\b", done.out)
        return str(password)

    def client(self) -> httpx.Client:
        origin = {"Origin": self.running.address}
        return httpx.Client(base_url=self.running.address, headers=origin, timeout=30)

    @contextmanager
    def signed_in(self, login: str, *more: str) -> Iterator[httpx.Client]:
        """A new account's first sign-in, with the change of its password."""
        password = self.account(login, *more)
        with self.client() as client:
            answer = client.post("/api/v1/session", json={"login": login, "password": password})
            assert answer.json()["must_change_password"], answer.text
            assert client.get("/api/v1/findings").json()["code"] == "PASSWORD_DUE"
            change = {"old": password, "new": LATER}
            assert client.post("/api/v1/session/password", json=change).status_code == 200
            yield client

    def entered(self, **wanted: str) -> list[dict[str, Any]]:
        """Audit entries with these fields, oldest first, once there are any."""
        deadline = time.monotonic() + 90
        while True:
            with self.running.record.make_uow(read_only=True) as uow:
                entries = uow.register.entries(limit=9999, chain=AUDIT_CHAIN)
            told = [{"action": one.kind, **one.payload} for one in entries]
            found = [one for one in told if wanted.items() <= one.items()]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.2)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("s26")
    with served(folder, two_units(folder) | {"web": {"demo": False}}) as running:
        mine = off_post(running.record, running.settings, "w01-1", MORNING)
        earlier = MORNING - timedelta(minutes=7)
        others = off_post(running.record, running.settings, "w02-1", earlier)
        with running.record.make_uow() as uow:
            uow.findings.update(replace(others, unit_id=OTHERS))
            uow.commit()
        yield Centre(running, folder / "onpost.yaml", mine, others)


@pytest.fixture(scope="module")
def liaison(centre: Centre) -> Iterator[httpx.Client]:
    with centre.signed_in("li.na", "--role", "liaison", "--unit", MINE, "--name", "李娜") as client:
        yield client


@pytest.fixture(scope="module")
def auditor(centre: Centre) -> Iterator[httpx.Client]:
    with centre.signed_in("shen.ji", "--role", "auditor") as client:
        yield client


def test_nobody_gets_in_without_an_account(centre: Centre) -> None:
    with centre.client() as stranger:
        for path in ("/api/v1/findings", f"/api/v1/evidence/{centre.mine.evidence[0]}.jpg"):
            assert stranger.get(path).status_code == 401
        typed = {"login": "li.na", "password": "wrong-Password-1"}
        assert stranger.post("/api/v1/session", json=typed).status_code == 401
    assert centre.entered(action="refused", outcome="refused", who="")
    failed = centre.entered(action="sign_in_refused")
    assert failed
    assert "wrong-Password-1" not in json.dumps(failed)


def test_the_liaison_sees_the_own_units_rows_alone(centre: Centre, liaison: httpx.Client) -> None:
    told = liaison.get("/api/v1/findings").json()
    assert (told["total"], [one["id"] for one in told["items"]]) == (1, [centre.mine.id])
    assert {one["unit"] for one in told["items"]} == {MINE}
    for path in ("alerts", "units", "halls/h00", "behaviours", "leave", "staff"):
        answer = liaison.get(f"/api/v1/{path}")
        assert answer.status_code == 200, path
        assert OTHERS not in answer.text, path
        assert "w02-1" not in answer.text, path


def test_what_is_another_units_is_not_there(centre: Centre, liaison: httpx.Client) -> None:
    other = centre.others
    paths = [
        f"/api/v1/findings/{other.id}",
        f"/api/v1/findings/{other.id}/naming",
        f"/api/v1/evidence/{other.evidence[0]}.jpg",
        f"/api/v1/evidence/{other.evidence[1]}.jpg",
        "/api/v1/windows/w02-1/day",
        "/api/v1/findings/999",
    ]
    assert {path: liaison.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    for path in ("wall", "register", "audit", "accounts", "settings", "cameras"):
        assert liaison.get(f"/api/v1/{path}").status_code == 403, path
    refused = centre.entered(action="refused", who="li.na")
    assert {one["said"]["status"] for one in refused} >= {403, 404}
    assert f"/api/v1/findings/{other.id}" in {one["target"] for one in refused}


def test_every_view_of_evidence_is_marked_and_entered(
    centre: Centre, liaison: httpx.Client
) -> None:
    for sha256 in centre.mine.evidence:
        answer = liaison.get(f"/api/v1/evidence/{sha256}.jpg")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
        stored = next(evidence_root(centre.running.record).rglob(f"{sha256}.jpg"))
        assert answer.content != stored.read_bytes()
    views = centre.entered(action="evidence_viewed", who="li.na")
    assert [one["target"] for one in views] == [f"evidence:{one}" for one in centre.mine.evidence]
    assert {tuple(one["said"]["findings"]) for one in views} == {(centre.mine.id,)}
    assert all(one["means"].startswith("session:") and one["address"] for one in views)


def test_an_export_is_entered_before_it_is_given(centre: Centre) -> None:
    with centre.signed_in("fu.he", "--role", "reviewer") as reviewer:
        assert reviewer.get("/api/v1/rosters/export?month=2026-11").status_code == 200
    (entry,) = centre.entered(action="read", who="fu.he", target="/api/v1/rosters/export")
    assert entry["said"]["query"] == {"month": "2026-11"}


def test_the_auditor_reads_it_and_that_is_entered_too(
    centre: Centre, liaison: httpx.Client, auditor: httpx.Client
) -> None:
    first = liaison.get(f"/api/v1/evidence/{centre.mine.evidence[0]}.jpg")
    assert first.status_code == 200
    told = auditor.get("/api/v1/audit?who=li.na&action=evidence_viewed").json()
    assert told["total"] >= 1
    assert {one["who"] for one in told["items"]} == {"li.na"}
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        page = auditor.get(f"/api/v1/audit?limit=7&after={after}").json()
        seen += [one["seq"] for one in page["items"]]
        after = page["next_after"]
    assert seen == sorted(set(seen), reverse=True)
    assert centre.entered(action="read", who="shen.ji", target="/api/v1/audit")
    checked = auditor.get("/api/v1/audit/verify").json()
    assert (checked["whole"], checked["faults"]) == (True, [])
    lines = auditor.get("/api/v1/audit/export").text.splitlines()
    assert json.loads(lines[-1])["head"]["seq"] == json.loads(lines[-2])["seq"]
    assert centre.entered(action="audit_exported", who="shen.ji")
    assert auditor.get("/api/v1/findings").status_code == 403


def test_the_log_can_only_grow_and_a_change_is_found(centre: Centre, liaison: httpx.Client) -> None:
    assert liaison.get("/api/v1/findings").status_code == 200
    done = centre.command("audit", "verify")
    assert (done.code, "审计日志校验通过" in done.out) == (0, True), done.out
    engine = centre.running.record.make_uow.engine
    attack(
        engine,
        "UPDATE register_entries SET body = replace(body, 'li.na', 'na.li') "
        "WHERE chain = 'audit' AND kind = 'sign_in' AND body LIKE '%li.na%'",
    )
    done = centre.command("audit", "verify")
    assert (done.code, "审计日志校验不通过" in done.out) == (1, True)
    assert centre.command("register", "verify").code == 0


def test_what_was_only_counted_is_entered_when_the_server_stops(
    centre: Centre, liaison: httpx.Client
) -> None:
    assert liaison.get("/api/v1/findings").status_code == 200
    centre.running.process.terminate()
    assert centre.running.process.wait(60) is not None
    (*_, last) = centre.entered(action="read", who="li.na")
    assert last["said"]["calls"]["GET /api/v1/findings"] >= 1
