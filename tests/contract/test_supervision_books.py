"""Cases and papers on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from models.domain.case import Case, CaseType, Ending, Suspension
from models.domain.deadline import Card
from models.domain.errors import StorageError
from models.domain.papers import Paper, PaperFile, PaperKind, StalePaper
from models.storage.unit_of_work import UnitOfWorkFactory, unit_of_work_factory

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
STOP = Suspension(date(2026, 11, 5), None, "听证")


@pytest.fixture
def make_uow(database_url: str) -> Iterator[UnitOfWorkFactory]:
    factory = unit_of_work_factory(database_url)
    yield factory
    factory.close()


def a_case(number: str, days_ago: int, ended: datetime | None = None, unit: str = "公安局") -> Case:
    ending = Ending.CLOSED if ended else None
    accepted = NOW - timedelta(days=days_ago)
    return Case(
        number, unit, CaseType.PROMISED, accepted, 10, 20, ended, ending, suspensions=(STOP,)
    )


def test_cases_come_back_as_they_were_and_only_changes_count(make_uow: UnitOfWorkFactory) -> None:
    given = [a_case(f"P{n:04}", n) for n in range(1200)]
    with make_uow() as uow:
        assert uow.cases.put(given, NOW) == 1200
        uow.commit()
    with make_uow() as uow:
        assert uow.cases.put(given, NOW) == 0
        assert uow.cases.put([replace(given[0], unit_id="民政局")], NOW) == 1
        assert uow.cases.get("P0007") == given[7]
        assert uow.cases.get("none") is None
        assert uow.cases.count() == 1200
        assert [one.project_no for one in uow.cases.list(after="P1197")] == ["P1198", "P1199"]
        assert uow.cases.count(units=frozenset({"民政局"})) == 1


def test_a_period_holds_the_cases_that_touch_it(make_uow: UnitOfWorkFactory) -> None:
    start, end = NOW - timedelta(days=10), NOW
    with make_uow() as uow:
        uow.cases.put(
            [
                a_case("before", 40, NOW - timedelta(days=20)),
                a_case("into", 40, NOW - timedelta(days=5)),
                a_case("open", 40),
                a_case("inside", 8, NOW - timedelta(days=2)),
                a_case("after", -1),
                a_case("other", 8, unit="民政局"),
            ],
            NOW,
        )
        found = [one.project_no for one in uow.cases.touching(start, end)]
        assert found == ["inside", "into", "open", "other"]
        scoped = uow.cases.touching(start, end, units=frozenset({"民政局"}))
        assert [one.project_no for one in scoped] == ["other"]
        assert {one.project_no for one in uow.cases.open()} == {"open", "after", "other"}


def test_a_card_is_raised_once_and_what_is_taken_back_no_longer_stands(
    make_uow: UnitOfWorkFactory,
) -> None:
    due = NOW - timedelta(hours=1)
    with make_uow() as uow:
        assert uow.cases.raise_card("P1", Card.RED, due, NOW)
        assert not uow.cases.raise_card("P1", Card.RED, due, NOW)
        assert uow.cases.raise_card("P1", Card.YELLOW, due, NOW)
        assert uow.cases.take_card_back("P1", Card.RED, "特别程序补录", NOW)
        assert not uow.cases.take_card_back("P1", Card.RED, "again", NOW)
        assert uow.cases.cards(due, NOW) == [("P1", Card.YELLOW, due)]
        assert uow.cases.cards_of(["P1", "P2"]) == {"P1": {Card.YELLOW: due}, "P2": {}}


def test_a_card_that_was_taken_back_can_be_raised_again_and_all_is_told(
    make_uow: UnitOfWorkFactory,
) -> None:
    due, later = NOW - timedelta(hours=1), NOW + timedelta(days=6)
    with make_uow() as uow:
        uow.cases.hold()
        uow.cases.put([a_case("P1", 9), a_case("P2", 9, NOW), a_case("P3", 9, unit="民政局")], NOW)
        for number in ("P1", "P2", "P3"):
            assert uow.cases.raise_card(number, Card.RED, due, NOW)
        assert uow.cases.take_card_back("P1", Card.RED, "特别程序补录", NOW)
        (row,) = uow.cases.card_rows(["P1", "none"])["P1"]
        assert (row.stands, row.taken_back_at, row.reason) == (False, NOW, "特别程序补录")
        assert uow.cases.carded() == ["P2", "P3"]
        assert uow.cases.raise_card("P1", Card.RED, later, later)
        assert not uow.cases.raise_card("P1", Card.RED, later, later)
        (row,) = uow.cases.card_rows(["P1"])["P1"]
        assert (row.stands, row.due_at, row.raised_at, row.reason) == (True, later, later, "")
        uow.cases.move_card("P1", Card.RED, due)
        assert uow.cases.cards_of(["P1"]) == {"P1": {Card.RED: due}}
        assert uow.cases.carded(after="P1", limit=1) == ["P2"]
        uow.commit()


def test_lists_are_narrowed_to_a_standing_card(make_uow: UnitOfWorkFactory) -> None:
    with make_uow() as uow:
        uow.cases.put([a_case("P1", 9), a_case("P2", 9, NOW), a_case("P3", 9, unit="民政局")], NOW)
        for number in ("P1", "P2", "P3"):
            uow.cases.raise_card(number, Card.RED, NOW, NOW)
        uow.cases.raise_card("P1", Card.YELLOW, NOW, NOW)
        uow.cases.take_card_back("P3", Card.RED, "-", NOW)
        red = uow.cases.list(card=Card.RED)
        assert [one.project_no for one in red] == ["P1", "P2"]
        assert uow.cases.count(card=Card.RED) == 2
        assert uow.cases.count(card=Card.RED, open_only=True) == 1
        assert uow.cases.count(card=Card.RED, units=frozenset({"民政局"})) == 0
        assert uow.cases.count(card=Card.SERIOUS) == 0


def a_paper(key: str, version: int = 1, unit: str = "", state: str = "draft") -> Paper:
    return Paper(PaperKind.CIRCULAR, key, {"v": version}, NOW, "li", unit, state, version)


def test_papers_have_versions_and_a_stale_one_is_refused(make_uow: UnitOfWorkFactory) -> None:
    with make_uow() as uow:
        first = uow.papers.put(a_paper("c1"))
        second = uow.papers.put(a_paper("c1", 2, state="issued"))
        assert first.number < second.number
        with pytest.raises(StalePaper):
            uow.papers.put(a_paper("c1", 2))
        assert uow.papers.get(PaperKind.CIRCULAR, "c1") == second
        assert uow.papers.history(PaperKind.CIRCULAR, "c1") == [first, second]
        uow.commit()
    with pytest.raises(StorageError, match="never changed"), make_uow() as uow:
        connection = uow._connection  # an attacker's way
        assert connection is not None
        connection.execute(text("UPDATE papers SET state = 'draft'"))


def test_lists_show_newest_versions_by_scope_and_state(make_uow: UnitOfWorkFactory) -> None:
    with make_uow() as uow:
        for number in range(5):
            uow.papers.put(a_paper(f"c{number}", unit="甲" if number % 2 else "乙"))
        uow.papers.put(a_paper("c1", 2, unit="甲", state="issued"))
        kind = PaperKind.CIRCULAR
        assert [one.key for one in uow.papers.list(kind)] == ["c1", "c4", "c3", "c2", "c0"]
        assert [one.key for one in uow.papers.list(kind, state="issued")] == ["c1"]
        assert [one.key for one in uow.papers.list(kind, units=frozenset({"乙"}), limit=2)] == [
            "c4",
            "c2",
        ]
        page = uow.papers.list(kind, limit=2)
        assert [one.key for one in uow.papers.list(kind, after=page[-1].number)] == [
            "c3",
            "c2",
            "c0",
        ]
        assert uow.papers.count(kind, units=frozenset({"甲"})) == 2


@pytest.mark.parametrize("number", ["监通〔2026〕1号", "100%_\\", 'a"b', "x'); --"])
def test_a_paper_is_found_by_what_its_newest_version_holds(
    make_uow: UnitOfWorkFactory, number: str
) -> None:
    def numbered(key: str, text: str, version: int = 1, **more: str) -> Paper:
        return replace(a_paper(key, version), content={"number_text": text, "v": 1, **more})

    with make_uow() as uow:
        uow.papers.put(numbered("draft", ""))
        wanted = uow.papers.put(numbered("wanted", number))
        uow.papers.put(numbered("longer", f"{number}1"))
        uow.papers.put(numbered("quoting", "", title=f'"number_text":"{number}"'))
        uow.papers.put(replace(numbered("other", number), kind=PaperKind.APPEAL))
        uow.papers.put(numbered("before", number))
        uow.papers.put(numbered("before", "", 2))
        uow.commit()
    with make_uow(read_only=True) as uow:
        assert uow.papers.holding(PaperKind.CIRCULAR, "number_text", number) == wanted
        assert uow.papers.holding(PaperKind.CIRCULAR, "number_text", number[:-1]) is None
        assert uow.papers.holding(PaperKind.CIRCULAR, "title", number) is None


def test_files_are_named_once(make_uow: UnitOfWorkFactory) -> None:
    file = PaperFile("c1", "通报.pdf", "a" * 64, "2026/11/23/x.pdf", 9, NOW, "full")
    with make_uow() as uow:
        uow.papers.add_file(file)
        uow.papers.add_file(file)
        assert uow.papers.files("c1") == [file]
        assert uow.papers.known_files() == {"a" * 64}


def test_numbers_have_no_gap_and_no_double_however_many_ask_and_give_up(
    make_uow: UnitOfWorkFactory,
) -> None:
    taken: list[int] = []
    failures: list[BaseException] = []

    def issue(worker: int) -> None:
        try:
            for turn in range(10):
                with make_uow() as uow:
                    number = uow.papers.next_number("汨监通", 2026).number
                    if (turn + worker) % 3:
                        uow.commit()
                        taken.append(number)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=issue, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert sorted(taken) == list(range(1, len(taken) + 1))
    with make_uow() as uow:
        assert uow.papers.next_number("汨监通", 2027).number == 1
