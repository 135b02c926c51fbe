"""Pictures of evidence: in scope, marked, entered before they are given, never kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from api.app import create_app
from api.wiring import WebParts
from models.domain.access import Role
from models.domain.audit import AUDIT_CHAIN, Deed, DeedQuery, deed_of
from models.domain.errors import StorageError
from models.domain.records import FindingRecord
from models.storage.record import Record
from tests.fakes_web import MORNING, Web, off_post, opened_parts
from tests.storage_fixtures import evidence_root


@dataclass
class Town:
    """A town with one finding and its pictures."""

    parts: WebParts
    record: Record
    web: Web
    finding: FindingRecord

    @property
    def sha256(self) -> str:
        return self.finding.evidence[0]

    @property
    def address(self) -> str:
        return f"/api/v1/evidence/{self.sha256}.jpg"

    def deeds(self, action: str) -> list[Deed]:
        with self.parts.make_uow(read_only=True) as uow:
            return [deed_of(entry) for entry in uow.register.deeds(DeedQuery(action=action))]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    parts, record = opened_parts(tmp_path)
    finding = off_post(record, parts.settings, "w02-1", MORNING)
    yield Town(parts, record, Web(create_app(parts, pages=False)), finding)
    record.close()


def decoded(data: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


def test_a_picture_is_given_with_a_mark_and_is_not_to_be_kept(town: Town) -> None:
    answer = town.web.as_(Role.LIAISON, login="li.na").get(town.address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers
    (stored,) = evidence_root(town.record).rglob(f"{town.sha256}.jpg")
    before, after = decoded(stored.read_bytes()), decoded(answer.content)
    assert after.shape[0] > before.shape[0]  # the line below
    changed = np.abs(after[: before.shape[0]].astype(int) - before).max(axis=2) > 24
    assert 0.01 < changed.mean() < 0.2


def test_the_stored_picture_stays_as_it_was(town: Town) -> None:
    (stored,) = evidence_root(town.record).rglob(f"{town.sha256}.jpg")
    before = stored.read_bytes()
    town.web.as_(Role.OPERATOR).get(town.address)
    assert stored.read_bytes() == before


def test_two_viewers_get_two_pictures(town: Town) -> None:
    first, second = (town.web.as_(Role.OPERATOR, login=name) for name in ("li.na", "wang.wei"))
    assert first.get(town.address).content != second.get(town.address).content


def test_each_view_is_entered_with_picture_finding_and_window(town: Town) -> None:
    web = town.web.as_(Role.LIAISON, login="li.na")
    web.get(town.address)
    web.get(town.address, headers={"If-None-Match": f'"{town.sha256}"'})
    first, second = town.deeds("evidence_viewed")
    assert (first.who, first.roles, first.target) == (
        "li.na",
        ("liaison",),
        f"evidence:{town.sha256}",
    )
    assert first.said == {
        "findings": [town.finding.id],
        "window": "w02-1",
        "taken_at": second.said["taken_at"],
    }


def test_a_view_that_cannot_be_entered_shows_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = town.web.as_(Role.OPERATOR)

    def full(*_: object, **__: object) -> None:
        raise StorageError("磁盘已满。", "the disk is full.")

    monkeypatch.setattr(town.parts.audit, "_make_uow", full)
    answer = web.get(town.address)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "审计日志无法写入" in answer.json()["detail_zh"]


@pytest.mark.parametrize(
    ("halls", "units", "status"),
    [(None, {"户籍"}, 200), ({"h00"}, None, 200), (None, {"税务"}, 404), ({"h01"}, None, 404)],
)
def test_a_picture_of_another_unit_or_hall_is_not_there(
    town: Town, halls: set[str] | None, units: set[str] | None, status: int
) -> None:
    role = Role.LIAISON if units else Role.OPERATOR
    answer = town.web.as_(role, halls=halls, units=units).get(town.address)
    assert answer.status_code == status
    entered = town.deeds("refused" if status == 404 else "evidence_viewed")
    assert len(entered) == 1


def test_a_picture_that_is_no_picture_is_not_given_unmarked(town: Town) -> None:
    stored = town.record.evidence.put(b"no picture", MORNING)
    with town.parts.make_uow() as uow:
        held = uow.evidence.get(town.sha256)
        assert held is not None
        uow.evidence.add(
            type(held)(
                stored.sha256, stored.path, stored.bytes, held.taken_at, held.camera_id,
                held.window_id, held.kind, 1, 1, 1,
            )
        )  # fmt: skip
        uow.commit()
    answer = town.web.as_(Role.OPERATOR).get(f"/api/v1/evidence/{stored.sha256}.jpg")
    assert answer.status_code == 502
    assert b"no picture" not in answer.content


def test_the_audit_chain_is_not_told_to_listeners(town: Town) -> None:
    town.web.as_(Role.OPERATOR).get(town.address)
    with town.parts.make_uow(read_only=True) as uow:
        assert uow.register.entries(chain=AUDIT_CHAIN)
        assert [entry.kind for entry in uow.register.entries()] == ["finding_opened"]
