"""The desk enters each call, counts what repeats, and refuses where nothing can be entered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.auth.audit import Actor
from api.auth.audit_groups import AT_ONCE, MOST_GROUPS, AuditDesk, AuditFailed
from models.domain.access import Access, Role
from models.domain.audit import AUDIT_CHAIN, Deed, deed_of
from models.domain.errors import StorageError
from models.storage.record import Record, open_record
from models.storage.verification import verify_record
from tests.fakes_web import StillClock

LI = Actor("li.na", "192.0.2.7", Access(frozenset({Role.OPERATOR})), "session:1")


@dataclass
class Ticks:
    """A monotonic clock that a test moves."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Bench:
    """A desk over a real record that can be broken."""

    record: Record
    ticks: Ticks = field(default_factory=Ticks)
    broken: bool = False
    desk: AuditDesk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = AuditDesk(self._make, StillClock(), monotonic=self.ticks)

    def _make(self, *, read_only: bool = False) -> Any:
        if self.broken:
            raise StorageError("磁盘已满。", "the disk is full.")
        return self.record.make_uow(read_only=read_only)

    def deeds(self) -> list[Deed]:
        with self.record.make_uow(read_only=True) as uow:
            return [deed_of(entry) for entry in uow.register.entries(limit=9999, chain=AUDIT_CHAIN)]

    @contextmanager
    def broken_for_a_while(self) -> Iterator[None]:
        self.broken = True
        yield
        self.broken = False


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    record = open_record(tmp_path / "data")
    yield Bench(record)
    assert verify_record(record).faults == ()
    record.close()


def test_a_call_entered_by_itself_stands_before_the_answer(bench: Bench) -> None:
    bench.desk.each(LI, "GET /api/v1/accounts", "/api/v1/accounts", {"limit": "5", "token": "x"})
    (deed,) = bench.deeds()
    assert (deed.who, deed.roles, deed.means, deed.address) == (
        "li.na",
        ("operator",),
        "session:1",
        "192.0.2.7",
    )
    assert (deed.action, deed.target, deed.outcome) == ("read", "/api/v1/accounts", "done")
    assert deed.said == {"endpoint": "GET /api/v1/accounts", "query": {"limit": "5"}}


def test_a_call_that_cannot_be_entered_is_refused(bench: Bench) -> None:
    with bench.broken_for_a_while(), pytest.raises(AuditFailed) as error:
        bench.desk.each(LI, "GET /x", "/x")
    assert "磁盘已满" in error.value.zh
    assert bench.deeds() == []


def test_reads_are_counted_and_entered_together_after_a_minute(bench: Bench) -> None:
    for _ in range(300):
        bench.desk.read(LI, "GET /wall")
    bench.desk.read(LI, "GET /cameras")
    bench.ticks.at = 59
    bench.desk.flush_due()
    assert bench.deeds() == []
    bench.ticks.at = 60
    bench.desk.flush_due()
    (deed,) = bench.deeds()
    assert deed.said["calls"] == {"GET /cameras": 1, "GET /wall": 300}
    assert (deed.who, deed.said["count"]) == ("li.na", 301)
    assert deed.said["first"] == deed.said["last"]
    bench.desk.flush()
    assert len(bench.deeds()) == 1


def test_sessions_of_one_account_are_told_apart(bench: Bench) -> None:
    bench.desk.read(LI, "GET /wall")
    bench.desk.read(Actor("li.na", "192.0.2.7", LI.access, "session:2"), "GET /wall")
    bench.desk.flush()
    assert sorted(deed.means for deed in bench.deeds()) == ["session:1", "session:2"]


def test_a_refusal_is_entered_at_once_and_its_repetitions_are_counted(bench: Bench) -> None:
    for _ in range(1000):
        bench.desk.refused(LI, "POST /session", "/session", 401)
    (first,) = bench.deeds()
    assert (first.action, first.outcome, first.said["status"]) == ("refused", "refused", 401)
    bench.ticks.at = 60
    bench.desk.flush_due()
    assert [deed.said["count"] for deed in bench.deeds()] == [1, 999]
    assert bench.deeds()[1].outcome == "refused"


def test_a_flood_from_many_addresses_fills_neither_memory_nor_disk(bench: Bench) -> None:
    for number in range(MOST_GROUPS + 500):
        bench.desk.refused(Actor("", f"2001:db8::{number:x}"), "POST /session", "/session", 401)
    assert len(bench.deeds()) == AT_ONCE
    bench.desk.flush()
    deeds = bench.deeds()
    assert len(deeds) <= MOST_GROUPS + 1
    assert sum(deed.said["count"] for deed in deeds) == MOST_GROUPS + 500


def test_what_cannot_be_entered_now_is_kept_and_entered_later(bench: Bench) -> None:
    bench.desk.read(LI, "GET /wall")
    with bench.broken_for_a_while():
        bench.desk.refused(LI, "GET /findings/{id}", "/findings/9", 404)
        bench.desk.flush()
    bench.desk.read(LI, "GET /wall")
    bench.desk.flush()
    counts = {deed.action: deed.said["count"] for deed in bench.deeds()}
    assert counts == {"read": 2, "refused": 1}
