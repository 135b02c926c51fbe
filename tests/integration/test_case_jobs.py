"""The jobs about cases on a real record: other databases, cards, several at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from api.auth.audit import console
from api.case_rules import SOURCES, entering, rules_of
from api.cases import imported_files
from api.settings import load_settings
from api.wiring_cases import case_work, pull_tick
from models.domain.case import Case, CaseType
from models.domain.deadline import Card
from models.domain.errors import InputError, StorageError
from models.storage.record import Record
from models.storage.verification import verify_record
from scheduler.jobs.cases import CardTick
from scheduler.timetable import CASE_CARDS, CASE_FOLDER, CASE_SOURCES
from tests.fakes_clock import StillClock
from tests.schedule_town import write_settings

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)

QUERY = """
SELECT project_no, org_name, accept_date, promise_days, result_date FROM up_pro_accept
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute(
        "CREATE TABLE up_pro_accept (project_no, org_name, accept_date, promise_days, result_date)"
    )
    connection.executemany(
        "INSERT INTO up_pro_accept VALUES (?, '户籍', '2026-11-02 09:30:00', 10, NULL)",
        [("P1",), ("P2",)],
    )
    connection.commit()
    yield connection
    connection.close()


def test_other_databases_are_read_and_only_what_differs_is_entered(
    record: Record, tmp_path: Path, other: sqlite3.Connection
) -> None:
    sources = {
        "main": {"database": f"sqlite:///{tmp_path / 'other.db'}", "query": QUERY},
        "gone": {"database": f"sqlite:///{tmp_path / 'gone.db'}", "query": QUERY},
    }
    file = write_settings(tmp_path, supervision={"case_sources": sources})
    settings, clock = load_settings(file), StillClock(NOON)
    assert "other.db" not in settings.model_dump_json()
    tick = pull_tick(settings, record.make_uow, clock, entering(SOURCES))
    for _ in range(3):
        with pytest.raises(StorageError, match="gone"):
            tick()
    other.execute("UPDATE up_pro_accept SET result_date = '2026-11-20 15:00:00' WHERE rowid = 1")
    other.commit()
    clock.moment += timedelta(minutes=15)
    assert tick.pull("main", "test").counts == {"new": 0, "changed": 1, "same": 1}
    with record.make_uow(read_only=True) as uow:
        first, second = uow.register.find(kind="cases_imported")
        assert (first.payload["new"], second.payload["changed"]) == (2, 1)
        case = uow.cases.get("P1")
    assert case is not None
    assert (case.promise_days, case.source, case.ending) == (10, "main", "closed")
    other.execute("INSERT INTO up_pro_accept VALUES ('P3', '户籍', 'morgen', 10, NULL)")
    other.commit()
    with pytest.raises(InputError, match="main:3 accept_date"):
        tick.pull("main", "test")


def test_jobs_are_there_where_they_have_work(record: Record, tmp_path: Path) -> None:
    plain = load_settings(write_settings(tmp_path))
    assert set(case_work(plain, record.make_uow, StillClock(NOON))) == {CASE_CARDS}
    own = {
        "case_folder": "drop",
        "case_sources": {"a": {"database": "sqlite:///x.db", "query": "SELECT 1"}},
    }
    full = load_settings(write_settings(tmp_path, supervision=own))
    wanted = {CASE_CARDS, CASE_FOLDER, CASE_SOURCES}
    assert set(case_work(full, record.make_uow, StillClock(NOON))) == wanted


def a_case(number: int, days_ago: float, promise: int = 10) -> Case:
    accepted = NOON - timedelta(days=days_ago)
    return Case(f"C{number:05}", "户籍", CaseType.PROMISED, accepted, promise)


def test_cards_come_at_their_moment_whatever_ends_in_between(
    record: Record, tmp_path: Path
) -> None:
    """Ticks of changing processes over a month: each card once, never early, at the next tick."""
    settings, clock = load_settings(write_settings(tmp_path)), StillClock(NOON)
    rules = rules_of(settings)
    cases = [a_case(n, n / 7, 1 + n % 12) for n in range(60)]
    with record.make_uow() as uow:
        uow.cases.put(cases, NOON)
        uow.register.append("cases_imported", {}, NOON)
        deadlines = rules(uow).deadlines
        uow.commit()
    tick = CardTick(rules, record.make_uow, clock)
    for step in range(80):
        if step % 9 == 0:
            tick = CardTick(rules, record.make_uow, clock)
        tick()
        clock.moment += timedelta(hours=9)
    last = clock.moment - timedelta(hours=9)
    with record.make_uow(read_only=True) as uow:
        rows = uow.cases.card_rows([one.project_no for one in cases])
        raised = uow.register.find(kind="case_card_raised", limit=9999)
        assert uow.register.find(kind="case_card_taken_back") == []
    for case in cases:
        due = {one.card: one.at for one in deadlines.cards(case, last)}
        assert {one.card: one.due_at for one in rows[case.project_no]} == due
        for one in rows[case.project_no]:
            assert max(one.due_at, NOON) <= one.raised_at
            assert one.raised_at - max(one.due_at, NOON) <= timedelta(hours=9)
    keys = [(one.payload["case"], one.payload["card"]) for one in raised]
    assert len(keys) == len(set(keys)) == sum(len(own) for own in rows.values())


def test_a_red_card_comes_after_close_of_business_and_not_at_it(
    record: Record, tmp_path: Path
) -> None:
    settings, clock = load_settings(write_settings(tmp_path)), StillClock(NOON)
    tick = CardTick(rules_of(settings), record.make_uow, clock)
    with record.make_uow() as uow:
        uow.cases.put([Case("S1", "户籍", CaseType.IMMEDIATE, NOON, 0)], NOON)
        uow.register.append("cases_imported", {}, NOON)
        uow.commit()
    closing = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    for moment, said in (
        (NOON, ""),
        (closing, ""),
        (closing + timedelta(microseconds=1), "red 1"),
        (closing + timedelta(minutes=1), ""),
    ):
        clock.moment = moment
        assert tick() == said
    with record.make_uow(read_only=True) as uow:
        assert uow.cases.cards_of(["S1"]) == {"S1": {Card.RED: closing}}


def test_a_tick_without_news_reads_no_case(record: Record, tmp_path: Path) -> None:
    settings, clock = load_settings(write_settings(tmp_path)), StillClock(NOON)
    with record.make_uow() as uow:
        uow.cases.put([a_case(n, 1) for n in range(50)], NOON)
        uow.commit()
    tick = CardTick(rules_of(settings), record.make_uow, clock)
    for _ in range(3):
        tick()
    with patch("models.storage.case_book.StoredCases.open", side_effect=AssertionError):
        clock.moment += timedelta(seconds=60)
        assert tick() == ""


def test_two_imports_of_one_case_at_a_time_lose_nothing(record: Record, tmp_path: Path) -> None:
    """One tells special procedures and the other ends, of the same cases, many times at once."""
    settings = load_settings(write_settings(tmp_path))
    numbers = [f"B{n:03}" for n in range(40)]
    heads = "办件编号,单位,受理时间,承诺时限"
    start = "\n".join([heads, *(f"{one},户籍,2026-11-02 09:30,10" for one in numbers)])
    who = console()
    imported_files(settings, record.make_uow, [("a.csv", start.encode())], who, NOON)

    def told(number: str, kind: str) -> None:
        text = {
            "special": f"办件编号,特别程序开始,特别程序结束\n{number},2026-11-05,2026-11-12\n",
            "end": f"办件编号,办结时间\n{number},2026-11-20 10:00\n",
        }[kind]
        imported_files(settings, record.make_uow, [(f"{kind}.csv", text.encode())], who, NOON)

    pairs = [(number, kind) for number in numbers for kind in ("special", "end")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: told(*pair), pairs))
    with record.make_uow(read_only=True) as uow:
        cases = uow.cases.get_many(numbers).values()
        rows = uow.cases.card_rows(numbers)
        deadlines = rules_of(settings)(uow).deadlines
    assert {(len(case.suspensions), case.ending) for case in cases} == {(1, "closed")}
    for case in cases:
        standing = {one.card for one in rows.get(case.project_no, ()) if one.stands}
        assert standing == {one.card for one in deadlines.cards(case, NOON)}
    assert verify_record(record).faults == ()
