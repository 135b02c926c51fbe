"""S24: a rectification with its due day, a second round, striking off, and what overdue shows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.reports.circulars import draft, look, move, submit
from api.reports.gather import gather
from api.reports.issuing import issue
from models.domain.access import Role
from models.domain.circular import CircularState
from models.domain.life import Stage
from models.domain.records import FindingRecord
from models.storage.verification import verify_record
from tests.fakes_web import Web, jpeg, picture
from tests.reported_month import DRAFTER, SIGNER, Month, at, form, month, web_of, workdays

pytestmark = pytest.mark.fonts

FRIDAY = date(2026, 11, 27)
REPORTED = {"text": "已重新排班,安排B岗顶岗。"}
STILL = {"file": ("整改照片.jpg", jpeg(picture(1)), "image/jpeg")}


@dataclass
class Centre:
    """A month with one absence on a key post's window, published, and who works with it."""

    month: Month
    web: Web
    finding: FindingRecord
    centre: Web
    unit: Web

    def clock(self, day: date, clock: str = "10:00") -> None:
        self.month.clock.moment = at(day, clock)

    def issued(self, **said: Any) -> Any:
        body = {"matter": "空岗未安排顶岗", "findings": [self.finding.id]} | said
        answer = self.centre.post("/api/v1/rectifications", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def moved(self, who: Web, key: str, what: str, **sent: Any) -> Any:
        answer = who.post(f"/api/v1/rectifications/{key}/{what}", **sent)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stage(self) -> Stage:
        with self.month.record.make_uow(read_only=True) as uow:
            row = uow.findings.get(self.finding.id)
        assert row is not None
        return Stage(row.state)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    with month(tmp_path, now=at(date(2026, 11, 26), "10:00")) as town:
        town.check(workdays(2026, 11)[:6])
        found = town.found("w01-1", date(2026, 11, 25), "09:00", kind="unmanned", label="空岗")
        web = Web(create_app(web_of(town), pages=False))
        reviewer = web.as_(Role.REVIEWER, login="fu.he")
        unit = web.as_(Role.LIAISON, units={town.unit_of("w01-1")}, login="hu.ji")
        yield Centre(town, web, found, reviewer, unit)


def published(town: Month) -> None:
    key = draft(town.desk, "2026-W48", DRAFTER).key
    submit(town.desk, key, DRAFTER, despite="先行印发")
    move(town.desk, key, CircularState.SIGNED, SIGNER)
    issue(town.desk, key, SIGNER)


def test_due_in_five_working_days_returned_once_and_struck_off(centre: Centre) -> None:
    centre.clock(FRIDAY)
    published(centre.month)
    assert centre.stage() is Stage.PUBLISHED
    told = centre.issued()
    assert (told["number"], told["due"], told["state"]) == (
        "监整〔2026〕1号",
        "2026-12-04",
        "issued",
    )
    assert {file["name"].rsplit(".", 1)[1] for file in told["files"]} == {"docx", "pdf", "json"}
    key = told["id"]
    assert centre.stage() is Stage.RECTIFYING
    centre.moved(centre.unit, key, "claim")
    centre.clock(date(2026, 12, 2))
    told = centre.moved(centre.unit, key, "report", data=REPORTED, files=STILL)
    assert [file["name"] for file in told["files"] if file["attached"]] == ["整改照片.jpg"]
    centre.clock(date(2026, 12, 3))
    told = centre.moved(centre.centre, key, "return", json={"reason": "未附排班表"})
    assert [(one["due"], one["returned"]) for one in told["rounds"]] == [
        ("2026-12-04", "未附排班表"),
        ("2026-12-10", ""),
    ]
    centre.moved(centre.unit, key, "report", files=form(text="附排班表,已公示。"))
    told = centre.moved(centre.centre, key, "accept")
    assert (told["state"], told["closing_number"]) == ("closed", "监销〔2026〕1号")
    assert centre.stage() is Stage.CLOSED
    assert verify_record(centre.month.record).faults == ()


def test_overdue_is_red_in_the_ledger_and_in_the_next_circular(centre: Centre) -> None:
    centre.clock(FRIDAY)
    key = centre.issued()["id"]
    unit = centre.month.unit_of("w01-1")
    ledger = "/api/v1/rectifications?overdue=true"
    centre.clock(date(2026, 12, 4), "23:00")
    assert centre.centre.get(ledger).json()["total"] == 0
    centre.clock(date(2026, 12, 7))
    (row,) = centre.centre.get(ledger).json()["items"]
    assert (row["id"], row["overdue"]) == (key, True)
    assert centre.unit.get(f"/api/v1/rectifications/{key}").json()["overdue"] is True
    document = look(centre.month.desk, draft(centre.month.desk, "2026-12", DRAFTER).key)[1]["full"]
    said = "".join(getattr(block, "text", "") for block in document.blocks)
    assert f"{unit}监整〔2026〕1号" in said
    assert "2026-12-04前反馈" in said
    with centre.month.record.make_uow(read_only=True) as uow:
        report = gather(uow, centre.month.settings, "2026-12", centre.month.clock.now()).report
    row = report.of_unit(unit)
    assert row is not None and row.score is not None
    assert [line.code for line in row.score.lines] == ["rectification_overdue"]


def test_a_serious_finding_is_proposed_until_a_notice_rests_on_it(centre: Centre) -> None:
    centre.month.found("w02-1", date(2026, 11, 25), "10:00")
    proposals = centre.centre.get("/api/v1/rectifications/proposals").json()["items"]
    assert [(one["finding_id"], one["what"]) for one in proposals] == [(centre.finding.id, "空岗")]
    centre.issued()
    assert centre.centre.get("/api/v1/rectifications/proposals").json()["total"] == 0
    again = centre.centre.post(
        "/api/v1/rectifications", json={"matter": "再次", "findings": [centre.finding.id]}
    )
    assert again.status_code == 409
    assert centre.issued(findings=[], unit="公安局", basis="现场督查记录")["number"].endswith("2号")


def test_a_finding_published_after_its_notice_goes_where_the_notice_stands(
    centre: Centre,
) -> None:
    key = centre.issued()["id"]
    assert centre.stage() is Stage.CONFIRMED
    centre.moved(centre.unit, key, "claim")
    centre.moved(centre.unit, key, "report", files=form(**REPORTED))
    centre.moved(centre.centre, key, "accept")
    assert centre.stage() is Stage.CONFIRMED
    centre.clock(FRIDAY)
    published(centre.month)
    assert centre.stage() is Stage.CLOSED


def test_a_unit_sees_and_answers_for_its_own_notices_only(centre: Centre) -> None:
    key = centre.issued()["id"]
    stranger = centre.web.as_(Role.LIAISON, units={"民政局"})
    assert stranger.get("/api/v1/rectifications").json()["total"] == 0
    for what in ("", "/claim"):
        method = "POST" if what else "GET"
        assert stranger.ask(method, f"/api/v1/rectifications/{key}{what}").status_code == 404
    assert centre.unit.post(f"/api/v1/rectifications/{key}/accept").status_code == 403
    assert centre.centre.post(f"/api/v1/rectifications/{key}/claim").status_code == 403
    file = centre.unit.get(f"/api/v1/rectifications/{key}").json()["files"][0]["url"]
    assert centre.unit.get(file).status_code == 200
    assert stranger.get(file).status_code == 404


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


REFUSED = {
    "run.exe": b"MZ",
    "a.pdf": b"no pdf",
    "a.docx": zipped(xl__workbook_xml="<a/>"),
    "a.png": jpeg(picture(1)),
    "a.jpg": b"<svg/>",
    "page.html": b"<script>",
}


def test_what_is_no_paper_or_picture_is_not_attached(centre: Centre) -> None:
    key = centre.issued()["id"]
    centre.moved(centre.unit, key, "claim")
    documents = centre.month.settings.data_path / "documents"
    before = sorted(documents.rglob("*.*"))
    for name, data in REFUSED.items():
        answer = centre.unit.post(
            f"/api/v1/rectifications/{key}/report",
            data=REPORTED,
            files={"file": (name, data, "application/octet-stream")},
        )
        assert answer.status_code == 422, (name, answer.text)
    assert sorted(documents.rglob("*.*")) == before
    assert centre.unit.get(f"/api/v1/rectifications/{key}").json()["state"] == "claimed"
