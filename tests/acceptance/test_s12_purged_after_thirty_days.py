"""S12: what was dismissed with its reason loses its pictures after 30 days; the rest stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.app import create_app
from api.retention import retention_of
from api.wiring import WebParts
from models.domain.audit import AUDIT_CHAIN
from models.domain.records import FindingRecord
from models.domain.register import PURGED
from models.storage.record import Record
from models.storage.verification import verify_record
from scheduler.jobs.retention import Retention
from tests.acceptance.town import onpost
from tests.fakes_web import MORNING, Web, off_post, opened_parts, town
from tests.storage_fixtures import evidence_root

DAY = timedelta(days=1)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[WebParts, Record]]:
    parts, record = opened_parts(tmp_path, town(tmp_path))
    yield parts, record
    record.close()


def dismissed(web: Web, record: Record) -> FindingRecord:
    """A finding that an operator dismissed because of 群众遮挡."""
    row = off_post(record, web.parts.settings, "w01-1", MORNING)
    row = replace(row, details={**row.details, "finding": {"sources": []}})
    with record.make_uow() as uow:
        uow.findings.update(row)
        uow.commit()
    operator = web.as_("operator", login="li.na")
    address = f"/api/v1/findings/{row.id}/dismiss"
    assert operator.post(address, json={}).status_code == 422
    assert operator.post(address, json={"reason": "  "}).status_code == 422
    assert operator.post(address, json={"reason": "群众遮挡"}).status_code == 200
    return row


def job(web: Web, record: Record) -> Retention:
    made = retention_of(web.parts.settings, record.evidence)
    return replace(made, untouched_since=lambda: datetime.now(UTC) + timedelta(minutes=1))


def test_s12_pictures_go_after_thirty_days_and_everything_said_about_them_stays(
    opened: tuple[WebParts, Record],
) -> None:
    parts, record = opened
    web = Web(create_app(parts, pages=False))
    row = dismissed(web, record)
    work = job(web, record)
    pictures = f"/api/v1/evidence/{row.evidence[0]}.jpg"
    operator = web.signed_in("li.na")
    assert work.purge(record.make_uow, MORNING + 29 * DAY) == (0, 0)
    assert operator.get(pictures).status_code == 200
    assert work.purge(record.make_uow, MORNING + 30 * DAY) == (2, 2)

    gone = operator.get(pictures)
    assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json")
    assert "已按保存期限" in gone.text
    assert "第 3 条" in gone.text
    shown = operator.get(f"/api/v1/findings/{row.id}").json()
    assert (shown["state"], len(shown["pictures"])) == ("dismissed", 2)
    assert all(one["destroyed_at"].startswith("2026-12-23") for one in shown["pictures"])

    with record.make_uow(read_only=True) as uow:
        entries = uow.register.entries()
        deeds = uow.register.entries(chain=AUDIT_CHAIN)
    assert [one.kind for one in entries] == ["finding_opened", "finding_dismissed", PURGED]
    assert entries[1].payload["reason"] == "群众遮挡"
    assert sorted(entries[2].payload["sha256"]) == sorted(row.evidence)
    assert entries[2].payload["of"] == f"finding:{row.key}"
    views = [one for one in deeds if one.kind == "evidence_viewed"]
    assert [one.payload["target"] for one in views] == [f"evidence:{row.evidence[0]}"]
    assert any(one.kind == "finding_decided" for one in deeds)
    assert verify_record(record).faults == ()
    assert verify_record(record, audit=True).faults == ()


def test_another_unit_is_not_told_that_there_was_a_picture(
    opened: tuple[WebParts, Record],
) -> None:
    parts, record = opened
    web = Web(create_app(parts, pages=False))
    row = dismissed(web, record)
    job(web, record).purge(record.make_uow, MORNING + 31 * DAY)
    other = web.as_("liaison", units={"税务"})
    assert other.get(f"/api/v1/evidence/{row.evidence[0]}.jpg").status_code == 404


def test_a_picture_that_is_merely_missing_is_still_an_error(
    opened: tuple[WebParts, Record],
) -> None:
    parts, record = opened
    web = Web(create_app(parts, pages=False))
    row = dismissed(web, record)
    for file in evidence_root(record).rglob("*.jpg"):
        file.unlink()
    answer = web.signed_in("li.na").get(f"/api/v1/evidence/{row.evidence[0]}.jpg")
    assert answer.status_code not in {200, 404, 410}
    assert len(verify_record(record).faults) == 2


def test_the_dry_run_says_what_would_go_and_changes_nothing(
    opened: tuple[WebParts, Record], tmp_path: Path
) -> None:
    parts, record = opened
    row = dismissed(Web(create_app(parts, pages=False)), record)
    file = tmp_path / "onpost.yaml"
    later = (MORNING + 31 * DAY).isoformat()
    file.write_text(
        f"data_dir: data\nclock: {{kind: simulated, start: '{later}', speed: 1}}\n", "utf-8"
    )
    done = onpost("retention", "--dry-run", "--settings", file)
    assert done.code == 0, done.err
    assert all(sha in done.out for sha in row.evidence)
    assert "到期 2 张" in done.out
    assert "nothing was changed" in done.out
    assert len(list(evidence_root(record).rglob("*.jpg"))) == 2
    ran = onpost("retention", "--settings", file)
    assert (ran.code, "登记销毁 2 张" in ran.out) == (0, True), ran.err
    with record.make_uow(read_only=True) as uow:
        assert [one.kind for one in uow.register.entries()][-1] == PURGED
        last = uow.register.entries(chain=AUDIT_CHAIN)[-1]
    assert last.kind == "retention_run"
