"""The record behaves alike on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from time import perf_counter

import pytest
from sqlalchemy import text

from models.domain.errors import RegisterError, StorageError
from models.domain.presence import Presence, PresenceProfile, Reason, State, steps
from models.domain.records import (
    EvidenceKind,
    EvidencePicture,
    FindingQuery,
    FindingRecord,
    LiveAlert,
)
from models.domain.register import AlreadyRegistered, Head
from models.domain.spans import Span
from models.storage.record import Record
from tests.builders import NINE, at, empty, seen

SHANGHAI = timezone(timedelta(hours=8))


def span(window: str, start: float, end: float | None = None, **changes: object) -> Span:
    plain = Span(
        window_id=window,
        state=State.PRESENT,
        reason=Reason.SEEN,
        start=at(start),
        end=None if end is None else at(end),
        proven_until=at(start),
        samples=3,
        weakest=0.9,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def finding(key: str, **changes: object) -> FindingRecord:
    plain = FindingRecord(
        key=key,
        window_id="w1",
        hall_id="h1",
        kind="off_post",
        state="clue",
        opened_at=at(900),
        started_at=at(0),
        until_at_least=at(900),
        proven_s=900.0,
        unit_id="u1",
        evidence=("ab" * 32,),
        details={"why": "空岗", "limits": [5, 15]},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def picture(sha256: str = "ab" * 32, **changes: object) -> EvidencePicture:
    plain = EvidencePicture(
        sha256=sha256,
        path=f"2026/11/23/{sha256}.jpg",
        bytes=1000,
        taken_at=NINE,
        camera_id="c1",
        window_id="w1",
        kind=EvidenceKind.BEFORE,
        zone_version=2,
        width=640,
        height=360,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def save(record: Record, spans: Sequence[Span]) -> None:
    with record.make_uow() as uow:
        uow.spans.save(spans)
        uow.commit()


def spans_of(record: Record, window: str | None = None) -> list[Span]:
    with record.make_uow(read_only=True) as uow:
        return uow.spans.between(window, at(-1e6), at(1e6))


def test_what_is_committed_stays(record: Record) -> None:
    with record.make_uow() as uow:
        entry = uow.register.append("note", {"名": "窗口"}, NINE)
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.register.get(1) == entry
        assert uow.register.head() == Head(seq=1, hash=entry.hash)


def test_leaving_without_commit_undoes_everything(record: Record) -> None:
    with record.make_uow() as uow:
        uow.register.append("note", {}, NINE, key="k")
        uow.spans.save([span("w1", 0)])
        uow.findings.add(finding("f1"))
    with record.make_uow(read_only=True) as uow:
        assert uow.register.head() == Head()
        assert uow.spans.running() == {}
        assert uow.findings.count() == 0


def test_an_error_inside_undoes_everything_and_comes_out(record: Record) -> None:
    with pytest.raises(ZeroDivisionError), record.make_uow() as uow:
        uow.register.append("note", {}, NINE)
        raise ZeroDivisionError
    with record.make_uow(read_only=True) as uow:
        assert uow.register.entries() == []


def test_a_unit_of_work_for_reading_cannot_write(record: Record) -> None:
    with pytest.raises(StorageError), record.make_uow(read_only=True) as uow:
        uow.spans.save([span("w1", 0)])
    with pytest.raises(RuntimeError), record.make_uow(read_only=True) as uow:
        uow.commit()
    assert spans_of(record) == []


def test_a_unit_of_work_for_reading_sees_one_moment(record: Record) -> None:
    with record.make_uow(read_only=True) as reading:
        assert reading.register.entries() == []
        with record.make_uow() as writing:
            writing.register.append("note", {}, NINE)
            writing.commit()
        assert reading.register.entries() == []


def test_a_unit_of_work_commits_once(record: Record) -> None:
    with record.make_uow() as uow:
        uow.commit()
        with pytest.raises(RuntimeError):
            uow.commit()


def test_a_database_error_reads_in_two_languages_and_shows_no_values(record: Record) -> None:
    with pytest.raises(StorageError) as caught, record.make_uow() as uow:
        uow.spans.save([span("w1", 0), span("w1", 5)])
    assert "数据库" in str(caught.value)
    assert "nothing was written" in str(caught.value)
    assert "0.9" not in str(caught.value)


def test_entries_are_numbered_without_a_gap(record: Record) -> None:
    for number in range(3):
        with record.make_uow() as uow:
            uow.register.append("note", {"n": number}, at(number))
            uow.register.append("note", {"n": -number}, at(number))
            uow.commit()
        with record.make_uow() as uow:
            uow.register.append("lost", {}, at(number))
    with record.make_uow(read_only=True) as uow:
        assert [entry.seq for entry in uow.register.entries()] == [1, 2, 3, 4, 5, 6]
        assert [entry.seq for entry in uow.register.entries(2, 3)] == [3, 4, 5]


def test_the_same_key_is_registered_once_and_the_transaction_goes_on(record: Record) -> None:
    with record.make_uow() as uow:
        first = uow.register.append("note", {"n": 1}, NINE, key="absence:w1:opened")
        uow.commit()
    with record.make_uow() as uow:
        with pytest.raises(AlreadyRegistered) as caught:
            uow.register.append("note", {"n": 2}, at(5), key="absence:w1:opened")
        uow.register.append("note", {"n": 3}, at(6))
        uow.commit()
    assert caught.value.entry == first
    with record.make_uow(read_only=True) as uow:
        assert [entry.payload["n"] for entry in uow.register.entries()] == [1, 3]
        assert uow.register.by_key("absence:w1:opened") == first
        assert uow.register.by_key("") is None


def test_each_chain_has_its_own_numbers(record: Record) -> None:
    with record.make_uow() as uow:
        uow.register.append("note", {}, NINE, key="k")
        other = uow.register.append("note", {}, NINE, key="k", chain="viewings")
        uow.commit()
    assert other.seq == 1
    with record.make_uow(read_only=True) as uow:
        assert uow.register.entries(chain="viewings") == [other]


def test_entries_are_found_by_kind_and_time(record: Record) -> None:
    with record.make_uow() as uow:
        for number in range(4):
            uow.register.append("even" if number % 2 == 0 else "odd", {}, at(number))
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert [e.seq for e in uow.register.find(kind="even")] == [1, 3]
        assert [e.seq for e in uow.register.find(since=at(1), until=at(3))] == [2, 3]


@pytest.mark.parametrize(("kind", "key"), [("", ""), ("x" * 61, ""), ("x", "k" * 301), ("x\0", "")])
def test_kinds_and_keys_that_do_not_fit_are_refused(record: Record, kind: str, key: str) -> None:
    with pytest.raises(RegisterError), record.make_uow() as uow:
        uow.register.append(kind, {}, NINE, key=key)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE register_entries SET body = '{}' WHERE seq = 1",
        "DELETE FROM register_entries",
        "UPDATE roster_versions SET file_name = 'x'",
        "DELETE FROM settings_snapshots",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_for_good(record: Record, deed: str) -> None:
    with record.make_uow() as uow:
        uow.register.append("note", {"n": 1}, NINE)
        uow.rosters.save({"a": 1}, "a.csv", NINE)
        uow.settings.save({"a": 1}, NINE)
        uow.commit()
    with (
        pytest.raises(Exception, match="never changed or removed"),
        record.make_uow.engine.begin() as connection,
    ):
        connection.execute(text(deed))


def test_writers_in_several_threads_share_one_chain(record: Record) -> None:
    def write(name: str) -> None:
        for number in range(8):
            with record.make_uow() as uow:
                uow.register.append("note", {"n": number}, NINE, key=f"{name}:{number}")
                uow.commit()

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with record.make_uow(read_only=True) as uow:
        entries = uow.register.entries()
    assert [entry.seq for entry in entries] == list(range(1, 33))
    assert len({entry.key for entry in entries}) == 32


def test_a_running_span_is_carried_on_in_place(record: Record) -> None:
    save(record, [span("w1", 0), span("w2", 0)])
    carried = span("w1", 0, samples=9, proven_until=at(60))
    save(record, [carried])
    assert spans_of(record, "w1") == [carried]


def test_a_span_may_close_and_the_next_begin_in_one_go(record: Record) -> None:
    save(record, [span("w1", 0)])
    after = span("w1", 60, state=State.ABSENT, reason=Reason.EMPTY, proven_since=at(60))
    save(record, [after, span("w1", 0, 60)])
    assert spans_of(record) == [span("w1", 0, 60), after]
    with record.make_uow(read_only=True) as uow:
        assert uow.spans.running() == {"w1": after}


def test_a_running_span_may_turn_out_to_be_another_state_from_its_beginning(
    record: Record,
) -> None:
    save(record, [span("w1", 0, state=State.UNKNOWN, reason=Reason.TOO_FEW_LOOKS)])
    save(record, [span("w1", 0)])
    assert spans_of(record) == [span("w1", 0)]


def test_a_closed_span_cannot_change(record: Record) -> None:
    save(record, [span("w1", 0, 60)])
    save(record, [span("w1", 0, 60)])
    for change in (span("w1", 0, 61), span("w1", 0), span("w1", 0, 60, samples=4)):
        with pytest.raises(StorageError):
            save(record, [change])
    assert spans_of(record) == [span("w1", 0, 60)]


def test_spans_that_touch_a_stretch_are_found(record: Record) -> None:
    save(record, [span("w1", 0, 60), span("w1", 60, 120), span("w1", 120), span("w2", 0, 30)])
    with record.make_uow(read_only=True) as uow:
        assert [s.start for s in uow.spans.between("w1", at(60), at(120))] == [at(60)]
        assert [s.start for s in uow.spans.between("w1", at(59), at(121))] == [
            at(0),
            at(60),
            at(120),
        ]
        assert [s.window_id for s in uow.spans.between(None, at(0), at(10))] == ["w1", "w2"]


def test_times_keep_their_moment_whatever_their_zone(record: Record) -> None:
    there = datetime(2026, 11, 23, 9, 0, 0, 123456, SHANGHAI)
    save(record, [span("w1", 0, proven_until=there)])
    (kept,) = spans_of(record)
    assert kept.proven_until == there
    assert kept.proven_until is not None
    assert kept.proven_until.tzinfo is UTC


def test_a_naive_time_is_refused(record: Record) -> None:
    with pytest.raises(StorageError), record.make_uow() as uow:
        uow.spans.save([span("w1", 0, proven_until=datetime(2026, 11, 23, 9))])  # noqa: DTZ001
    assert spans_of(record) == []


def test_the_filters_memory_comes_back_as_it_was(record: Record) -> None:
    profile = PresenceProfile()
    evidence = [seen(0), seen(10), empty(20), empty(30), empty(40)]
    memories = {
        ("w1", f"c{number}"): presence
        for number, presence in enumerate([Presence(), *steps(Presence(), evidence, profile)])
    }
    for _ in range(2):
        with record.make_uow() as uow:
            uow.presences.save(memories)
            uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.presences.load() == memories


def test_memory_of_another_version_of_the_filter_is_left_out(record: Record) -> None:
    with record.make_uow() as uow:
        uow.presences.save({("w1", "c1"): Presence(), ("w2", "c1"): Presence()})
        uow.commit()
    with record.make_uow.engine.begin() as connection:
        connection.execute(text("UPDATE presences SET memory = '{}' WHERE window_id = 'w1'"))
    with record.make_uow(read_only=True) as uow:
        assert set(uow.presences.load()) == {("w2", "c1")}


def test_a_finding_comes_back_as_it_was_and_can_be_written_on(record: Record) -> None:
    with record.make_uow() as uow:
        kept = uow.findings.add(finding("f1"))
        uow.commit()
    assert kept.id > 0
    grown = replace(kept, until_at_least=at(1000), proven_s=1000.0, ended=True, possible_s=1060.5)
    with record.make_uow() as uow:
        assert uow.findings.get(kept.id) == uow.findings.by_key("f1") == kept
        uow.findings.update(grown)
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.findings.by_key("f1") == grown
        assert uow.findings.open() == []
        assert uow.findings.get(999) is None


def test_a_finding_stands_once(record: Record) -> None:
    with record.make_uow() as uow:
        uow.findings.add(finding("f1"))
        with pytest.raises(StorageError):
            uow.findings.add(finding("f1"))
        with pytest.raises(StorageError):
            uow.findings.update(finding("f2"))


def test_findings_are_listed_newest_first_page_by_page(record: Record) -> None:
    with record.make_uow() as uow:
        for number in range(5):
            uow.findings.add(finding(f"f{number}", hall_id="h1" if number % 2 else "h2"))
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        first = uow.findings.list(limit=3)
        assert [item.key for item in first] == ["f4", "f3", "f2"]
        rest = uow.findings.list(after_id=first[-1].id, limit=3)
        assert [item.key for item in rest] == ["f1", "f0"]
        assert uow.findings.count(FindingQuery(hall_id="h1")) == 2


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (FindingQuery(window_id="w2"), ["b"]),
        (FindingQuery(unit_id="u1"), ["b", "a"]),
        (FindingQuery(kind="late"), ["b"]),
        (FindingQuery(state="clue"), ["b", "a"]),
        (FindingQuery(ended=True), ["b"]),
        (FindingQuery(ended=False), ["a"]),
        (FindingQuery(since=at(950)), ["b"]),
        (FindingQuery(until=at(50)), ["a"]),
        (FindingQuery(state="confirmed"), []),
    ],
)
def test_findings_are_chosen_by_what_is_asked(
    record: Record, query: FindingQuery, keys: list[str]
) -> None:
    other = finding(
        "b", window_id="w2", kind="late", ended=True, started_at=at(60), until_at_least=at(960)
    )
    with record.make_uow() as uow:
        uow.findings.add(finding("a"))
        uow.findings.add(other)
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert [item.key for item in uow.findings.list(query)] == keys
        assert uow.findings.count(query) == len(keys)


def test_the_same_picture_is_kept_once(record: Record) -> None:
    with record.make_uow() as uow:
        first = uow.evidence.add(picture())
        again = uow.evidence.add(picture(kind=EvidenceKind.AFTER))
        uow.evidence.add(picture("cd" * 32, taken_at=at(60)))
        uow.commit()
    assert first == again
    with record.make_uow(read_only=True) as uow:
        assert uow.evidence.get("ab" * 32) == first
        assert uow.evidence.known() == {"ab" * 32, "cd" * 32}
        assert [p.sha256 for p in uow.evidence.of_window("w1", at(1), at(61))] == ["cd" * 32]


def test_an_alert_is_raised_once_and_cleared_once(record: Record) -> None:
    alert = LiveAlert("w1", "away", at(0), at(300), details={"text": "离岗"})
    with record.make_uow() as uow:
        raised = uow.alerts.raise_(alert)
        assert uow.alerts.raise_(replace(alert, raised_at=at(310))) == raised
        uow.alerts.link("w1", "away", "f1")
        assert [item.finding_key for item in uow.alerts.open()] == ["f1"]
        cleared = uow.alerts.clear("w1", "away", at(900))
        assert uow.alerts.clear("w1", "away", at(901)) is None
        again = uow.alerts.raise_(replace(alert, raised_at=at(1200)))
        uow.commit()
    assert cleared == replace(raised, cleared_at=at(900), finding_key="f1")
    with record.make_uow(read_only=True) as uow:
        assert uow.alerts.open() == [again]
        assert uow.alerts.recent() == [again, cleared]
        assert uow.alerts.recent(1) == [again]


def test_a_cameras_condition_is_noted_when_it_changes(record: Record) -> None:
    with record.make_uow() as uow:
        assert uow.cameras.note("c1", "live", "", at(0))
        assert not uow.cameras.note("c1", "live", "", at(10))
        assert uow.cameras.note("c1", "stale", "offline", at(20))
        assert uow.cameras.note("c2", "live", "", at(5))
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert {name: event.state for name, event in uow.cameras.current().items()} == {
            "c1": "stale",
            "c2": "live",
        }
        events = uow.cameras.between("c1", at(0), at(100))
        assert [(e.state, e.at, e.until) for e in events] == [
            ("live", at(0), at(20)),
            ("stale", at(20), None),
        ]
        assert len(uow.cameras.between(None, at(0), at(6))) == 2


def test_every_version_of_a_roster_is_kept(record: Record) -> None:
    with record.make_uow() as uow:
        first = uow.rosters.save({"窗口": ["w1"]}, "十一月.csv", at(0))
        assert uow.rosters.save({"窗口": ["w1"]}, "again.csv", at(5)) == first
        second = uow.rosters.save({"窗口": ["w2"]}, "b.csv", at(10))
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.rosters.current(at(-1)) is None
        assert uow.rosters.current(at(9)) == first
        assert uow.rosters.current(at(10)) == second == uow.rosters.get(2)
        assert [version.number for version in uow.rosters.list()] == [2, 1]


def test_settings_are_found_by_their_hash(record: Record) -> None:
    with record.make_uow() as uow:
        name = uow.settings.save({"a": {"b": [1.5, True, None]}}, at(0))
        assert uow.settings.save({"a": {"b": [1.5, True, None]}}, at(9)) == name
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.settings.get(name) == {"a": {"b": [1.5, True, None]}}
        assert uow.settings.get("0" * 64) is None


def test_a_flush_of_a_whole_network_is_quick(record: Record) -> None:
    presence = Presence(since=at(0), last_at=at(0), newest_at=at(0), samples=3)
    memories = {(f"w{n}", f"c{n % 82}"): presence for n in range(130)}
    took = []
    for second in range(4):
        running = [span(f"w{n}", 0, samples=second) for n in range(130)]
        begun = perf_counter()
        with record.make_uow() as uow:
            uow.presences.save(memories)
            uow.spans.save(running)
            uow.commit()
        took.append(perf_counter() - begun)
    assert min(took) < 0.1  # a few ms on an idle core
