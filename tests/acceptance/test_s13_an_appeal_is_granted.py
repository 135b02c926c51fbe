"""S13: an appeal against what a circular says, in time and late, granted and upheld."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.reports.circular_paper import find
from api.reports.circulars import draft, move, submit
from api.reports.gather import gather
from api.reports.issuing import documents_of, issue, verify
from api.reports.papers import under_appeal
from models.domain.access import Role
from models.domain.circular import CircularState
from models.domain.life import Stage
from models.domain.records import FindingRecord
from models.storage.verification import verify_record
from scheduler.circulars.tables import CORRECTIONS
from tests.fakes_web import Web, jpeg, picture
from tests.reported_month import DRAFTER, SIGNER, Month, at, form, month, web_of, workdays

pytestmark = pytest.mark.fonts

DAY = date(2026, 11, 25)
ISSUE = date(2026, 12, 3)
STILL = {"file": ("停电通知.jpg", jpeg(picture(1)), "image/jpeg")}
WHY = {"reason": "当日停电属实"}


@dataclass
class Centre:
    """Circular 3 of November, issued on 2026-12-03, with finding F of one unit."""

    month: Month
    web: Web
    finding: FindingRecord
    circular: str
    unit: Web

    def clock(self, day: date, clock: str = "10:00") -> None:
        self.month.clock.moment = at(day, clock)

    @property
    def path(self) -> str:
        return f"/api/v1/findings/{self.finding.id}/appeals"

    def stage(self) -> Stage:
        with self.month.record.make_uow(read_only=True) as uow:
            row = uow.findings.get(self.finding.id)
        assert row is not None
        return Stage(row.state)

    def filed(self, **more: Any) -> Any:
        answer = self.unit.post(self.path, data={"grounds": "当日停电,已报备"}, files=STILL)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def decided(self, key: str, what: str, login: str = "", status: int = 200) -> Any:
        who = self.web.signed_in(login) if login else self.web.as_(Role.APPROVER)
        answer = who.post(f"/api/v1/appeals/{key}/{what}", json=WHY)
        assert answer.status_code == status, answer.text
        return answer.json()

    def hashes(self) -> dict[str, str]:
        with self.month.record.make_uow(read_only=True) as uow:
            files = uow.papers.files(self.circular)
        folder = self.month.settings.data_path / "documents"
        return {file.name: sha256((folder / file.path).read_bytes()).hexdigest() for file in files}


def signed(town: Month, period: str, despite: str = "") -> str:
    key = draft(town.desk, period, DRAFTER).key
    submit(town.desk, key, DRAFTER, despite=despite)
    move(town.desk, key, CircularState.SIGNED, SIGNER)
    return str(issue(town.desk, key, SIGNER).number)


def opened(town: Month, found: FindingRecord, circular: str) -> Centre:
    web = Web(create_app(web_of(town), pages=False))
    web.as_(Role.REVIEWER, login="wang")  # who confirmed F
    unit = web.as_(Role.LIAISON, units={found.unit_id}, login="hu.ji")
    return Centre(town, web, found, circular, unit)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """The same with a weekly circular, which is made in less time."""
    with month(tmp_path, halls=(1, 0, 0), now=at(ISSUE, "09:00")) as town:
        found = town.found("w01-1", DAY, "09:00")
        assert signed(town, "2026-W48") == "监通〔2026〕1号"
        yield opened(town, found, "weekly:2026-W48:1")


@pytest.fixture
def third(tmp_path: Path) -> Iterator[Centre]:
    with month(tmp_path, now=at(ISSUE, "09:00")) as town:
        town.check(workdays(2026, 11)[:10])
        found = town.found("w01-1", DAY, "09:00")
        assert [signed(town, "2026-W45"), signed(town, "2026-W46")][1] == "监通〔2026〕2号"
        assert signed(town, "2026-11") == "监通〔2026〕3号"
        yield opened(town, found, "monthly:2026-11:1")


def test_granted_on_the_ninth_it_is_corrected_by_number_four(third: Centre) -> None:
    centre, town, unit = third, third.month, third.finding.unit_id
    before = centre.hashes()
    centre.clock(date(2026, 12, 8))
    told = centre.filed()
    assert (told["circular"], told["last_day"]) == ("监通〔2026〕3号", "2026-12-10")
    assert centre.stage() is Stage.APPEALED
    with town.record.make_uow(read_only=True) as uow:
        assert under_appeal(uow) == {centre.finding.key}
    centre.clock(date(2026, 12, 9))
    assert "确认人" in centre.decided(told["id"], "grant", "wang", status=409)["detail_zh"]
    told = centre.decided(told["id"], "grant")
    assert centre.stage() is Stage.REVOKED
    score = told["score"]
    assert score["period"] == "2026-11"
    assert float(score["before"]) < float(score["after"]) == 100.0
    shown = centre.web.as_(Role.APPROVER).get("/api/v1/scores/units?period=2026-11").json()
    assert {one["unit"]: one["score"] for one in shown["items"]}[unit] == score["after"]

    submit(town.desk, told["correction"], DRAFTER)
    move(town.desk, told["correction"], CircularState.SIGNED, SIGNER)
    notice = issue(town.desk, told["correction"], SIGNER)
    assert str(notice.number) == "监通〔2026〕4号"
    document = documents_of(town.desk, notice)["full"]
    (table,) = document.tables()
    assert document.title == "关于更正监通〔2026〕3号有关内容的通知"
    assert f"得分由{score['before']}更正为{score['after']}" in table.texts()[1][3]
    assert centre.hashes() == before
    assert verify(town.desk, "监通〔2026〕3号").faults == ()

    centre.clock(date(2027, 1, 4))
    signed(town, "2026-12")
    with town.record.make_uow(read_only=True) as uow:
        (correction,) = gather(uow, town.settings, "2026-12", town.clock.now()).report.corrections
        assert under_appeal(uow) == set()
    assert (correction.number, correction.original) == ("监通〔2026〕4号", "监通〔2026〕3号")
    with town.record.make_uow(read_only=True) as uow:
        december = find(uow, "monthly:2026-12:1")
    tables = documents_of(town.desk, december)["full"].tables()
    (listed,) = [table for table in tables if table.name == CORRECTIONS]
    assert listed.texts()[1][:3] == ["监通〔2026〕4号", "监通〔2026〕3号", unit]
    assert verify_record(town.record).faults == ()


def test_on_the_eleventh_it_is_late_unless_an_approver_lets_it_in(centre: Centre) -> None:
    centre.clock(date(2026, 12, 10), "23:59")
    unit = centre.unit
    centre.clock(date(2026, 12, 11), "00:00")
    late = unit.post(centre.path, files=form(grounds="停电"))
    assert late.status_code == 409
    assert "2026-12-10" in late.json()["detail_zh"]
    assert centre.stage() is Stage.PUBLISHED
    assert unit.post(f"{centre.path}/leave", json=WHY).status_code == 403
    approver = centre.web.as_(Role.APPROVER, login="zhao.min")
    assert approver.post(f"{centre.path}/leave", json={"reason": ""}).status_code == 422
    assert approver.post(f"{centre.path}/leave", json=WHY).status_code == 200
    assert approver.post(f"{centre.path}/leave", json=WHY).status_code == 409
    told = centre.filed()
    assert (told["overridden_by"], told["override_reason"]) == ("zhao.min", WHY["reason"])


def test_upheld_the_finding_goes_back_to_where_it_was_and_one_appeal_is_enough(
    centre: Centre,
) -> None:
    centre.clock(date(2026, 12, 4))
    key = centre.filed()["id"]
    assert centre.unit.post(centre.path, files=form(grounds="再")).status_code == 409
    told = centre.decided(key, "uphold")
    assert (told["state"], told["score"], told["correction"]) == ("upheld", None, "")
    assert centre.stage() is Stage.PUBLISHED
    centre.decided(key, "grant", status=409)
    again = centre.unit.post(centre.path, files=form(grounds="再次申诉"))
    assert again.status_code == 409
    assert "再次申诉" in again.json()["detail_zh"]


def test_a_notice_that_rests_on_nothing_else_is_withdrawn_with_the_finding(
    centre: Centre,
) -> None:
    reviewer = centre.web.as_(Role.REVIEWER)
    body = {"matter": "脱岗", "findings": [centre.finding.id]}
    notice = reviewer.post("/api/v1/rectifications", json=body).json()["id"]
    assert centre.stage() is Stage.RECTIFYING
    told = centre.decided(centre.filed()["id"], "grant")
    assert told["withdrawn"] == ["监整〔2026〕1号"]
    shown = reviewer.get(f"/api/v1/rectifications/{notice}").json()
    assert (shown["state"], shown["overdue"]) == ("withdrawn", False)


def test_before_publication_a_unit_explains_and_the_centre_excuses_or_not(
    centre: Centre,
) -> None:
    other = centre.month.found("w01-1", date(2026, 12, 2), "15:00", state=None)
    path = f"/api/v1/findings/{other.id}/explanations"
    assert centre.unit.post(path, files=form(text=" ")).status_code == 422
    told = centre.unit.post(path, data={"text": "领取物料"}, files=STILL)
    assert told.status_code == 201, told.text
    assert centre.unit.post(path, files=form(text="又")).status_code == 409
    reviewer = centre.web.as_(Role.REVIEWER)
    key = told.json()["id"]
    refused = reviewer.post(f"/api/v1/explanations/{key}/refuse", json=WHY).json()
    assert refused["state"] == "refused"
    again = centre.unit.post(path, files=form(text="附领料单")).json()["id"]
    accepted = reviewer.post(f"/api/v1/explanations/{again}/accept", json=WHY)
    assert accepted.status_code == 200, accepted.text
    with centre.month.record.make_uow(read_only=True) as uow:
        row = uow.findings.get(other.id)
    assert row is not None and row.state == Stage.EXCUSED
    late = centre.unit.post(
        f"/api/v1/findings/{centre.finding.id}/explanations", files=form(text="晚了")
    )
    assert late.status_code == 409
    stranger = centre.web.as_(Role.LIAISON, units={"民政局"})
    assert stranger.get("/api/v1/explanations").json()["total"] == 0
    assert stranger.post(path, files=form(text="不是我")).status_code == 404
