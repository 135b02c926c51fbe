"""`audit verify` finds what somebody with full access to the database did to the audit log."""

# ruff: noqa: S608 - an attacker writes whatever SQL he likes
from __future__ import annotations

import csv
import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from api.audit_export import export_to
from api.auth.audit import Actor, note
from api.cli import build
from models.domain.access import Access, Role
from models.domain.audit import AUDIT_CHAIN, Deed, DeedQuery, deed_of
from models.domain.register import GENESIS, Entry, FaultKind, Head, entry_hash, head_of, seal
from models.storage.record import Record
from models.storage.verification import verify_record
from tests.builders import at
from tests.storage_fixtures import attack

LI = Actor("li.na", "192.0.2.7", Access(frozenset({Role.OPERATOR})), "session:1")
WANG = Actor("wang_w", "192.0.2.8", Access(frozenset({Role.AUDITOR})), "token:feed")

DELETE = "DELETE FROM register_entries"


@pytest.fixture
def five(record: Record) -> Record:
    """An audit log of five entries beside a register of five."""
    for number in range(1, 6):
        with record.make_uow() as uow:
            uow.register.append("finding_opened", {"n": number}, at(number), key=f"k{number}")
            actor, outcome = (LI, "done") if number % 2 else (WANG, "refused")
            note(uow, actor, "read", f"finding:{number}", at(number), outcome=outcome, n=number)
            uow.commit()
    return record


def audit(record: Record) -> list[tuple[FaultKind, int]]:
    return [(fault.kind, fault.seq) for fault in verify_record(record, audit=True).faults]


def entries(record: Record) -> list[Entry]:
    with record.make_uow(read_only=True) as uow:
        return uow.register.entries(chain=AUDIT_CHAIN)


def write_anew(record: Record, chain: Sequence[Entry]) -> None:
    """The attacker puts an audit chain of his own in its place, head row included."""
    rows = [
        "INSERT INTO register_entries (chain, seq, at_text, kind, key, body, prev_hash, hash) "
        f"VALUES ('{e.chain}', {e.seq}, '{e.at_text}', '{e.kind}', '{e.key}', "
        f"'{e.body}', '{e.prev_hash}', '{e.hash}')"
        for e in chain
    ]
    cleared = "DELETE FROM register_entries WHERE chain = 'audit'"
    attack(record.make_uow.engine, cleared, *rows, _head(chain[-1]))


def _head(entry: Entry) -> str:
    return (
        f"UPDATE register_heads SET seq = {entry.seq}, hash = '{entry.hash}' WHERE chain = 'audit'"
    )


def test_a_log_left_alone_verifies_and_so_does_the_register(five: Record) -> None:
    for verdict in (verify_record(five, audit=True), verify_record(five)):
        assert (verdict.faults, verdict.entries, verdict.anchors) == ((), 5, 10)


@pytest.mark.parametrize("change", ["UPDATE register_entries SET kind = 'x'", DELETE])
def test_the_database_itself_refuses_to_change_an_entry(five: Record, change: str) -> None:
    with (
        five.make_uow.engine.begin() as connection,
        pytest.raises(DBAPIError),
    ):
        connection.execute(text(f"{change} WHERE chain = 'audit'"))


@pytest.mark.parametrize(
    ("column", "edit"),
    [
        ("at_text", "replace(at_text, '01:00:03', '01:00:04')"),
        ("kind", "'reaD'"),
        ("key", "'k7'"),
        ("body", "replace(body, 'li.na', 'wang')"),
        ("prev_hash", "'0' || substr(prev_hash, 2, 63)"),
        ("hash", "'0' || substr(hash, 2, 63)"),
        ("chain", "'register2'"),
        ("seq", "33"),
    ],
)
def test_an_edit_of_any_column_is_found(five: Record, column: str, edit: str) -> None:
    attack(
        five.make_uow.engine,
        f"UPDATE register_entries SET {column} = {edit} WHERE seq = 3 AND chain = 'audit'",
    )
    assert {seq for _, seq in audit(five)} & {3, 4}


def test_a_deleted_entry_is_found_and_the_register_stands(five: Record) -> None:
    attack(five.make_uow.engine, "DELETE FROM register_entries WHERE seq = 3 AND chain = 'audit'")
    assert audit(five) == [(FaultKind.GAP, 3)]
    assert verify_record(five).faults == ()


def test_what_is_done_to_the_register_is_not_held_against_the_log(five: Record) -> None:
    attack(
        five.make_uow.engine, "DELETE FROM register_entries WHERE seq = 3 AND chain = 'register'"
    )
    assert audit(five) == []
    assert len(verify_record(five).faults) == 1


def test_a_cut_tail_is_found_even_with_the_head_row_set_back(five: Record) -> None:
    kept = entries(five)[:3]
    cut = "DELETE FROM register_entries WHERE seq > 3 AND chain = 'audit'"
    attack(five.make_uow.engine, cut, _head(kept[-1]))
    assert audit(five) == [(FaultKind.CUT_TAIL, 4)]


def test_a_log_thrown_away_whole_is_found(five: Record) -> None:
    attack(
        five.make_uow.engine,
        "DELETE FROM register_entries WHERE chain = 'audit'",
        "DELETE FROM register_heads WHERE chain = 'audit'",
    )
    assert [kind for kind, _ in audit(five)] == [FaultKind.CUT_TAIL]


def test_a_chain_written_anew_with_right_hashes_is_found(five: Record) -> None:
    head, chain = Head(AUDIT_CHAIN), []
    for entry in entries(five):
        payload = entry.payload | ({"who": "somebody"} if entry.seq == 3 else {})
        chain.append(seal(head, entry.kind, payload, entry.at, entry.key))
        head = head_of(chain[-1])
    write_anew(five, chain)
    assert audit(five) == [(FaultKind.REWRITTEN, 3), (FaultKind.UNSIGNED, 3)]


def test_an_entry_added_with_right_hashes_is_found(five: Record) -> None:
    chain = entries(five)
    write_anew(five, [*chain, seal(head_of(chain[-1]), "read", chain[-1].payload, at(9))])
    assert audit(five) == [(FaultKind.UNSIGNED, 6)]


def test_a_change_that_is_not_committed_leaves_no_entry(record: Record) -> None:
    with record.make_uow() as uow:
        note(uow, LI, "settings_changed", "web", at(1))
    assert entries(record) == []
    assert audit(record) == []


def test_entries_of_many_writers_stand_in_one_chain(record: Record) -> None:
    def write(number: int) -> None:
        for step in range(5):
            with record.make_uow() as uow:
                uow.register.append("finding_opened", {}, at(1), key=f"{number}-{step}")
                note(uow, LI, "read", f"{number}:{step}", at(1))
                uow.commit()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(60)
    assert len({entry.payload["target"] for entry in entries(record)}) == 20
    assert audit(record) == []


def deeds(record: Record, query: DeedQuery, before: int = 0, limit: int = 100) -> list[Deed]:
    with record.make_uow(read_only=True) as uow:
        return [deed_of(one) for one in uow.register.deeds(query, before_seq=before, limit=limit)]


def numbers(found: Sequence[Deed]) -> list[int]:
    return [deed.seq for deed in found]


ASKED: list[tuple[DeedQuery, list[int]]] = [
    (DeedQuery(), [5, 4, 3, 2, 1]),
    (DeedQuery(who="LI.NA"), [5, 3, 1]),
    (DeedQuery(who="wang_w"), [4, 2]),
    (DeedQuery(who="wang%"), []),
    (DeedQuery(who="li.n_"), []),
    (DeedQuery(who="na"), []),
    (DeedQuery(target="finding:4"), [4]),
    (DeedQuery(outcome="refused"), [4, 2]),
    (DeedQuery(action="read", since=at(2), until=at(4)), [3, 2]),
    (DeedQuery(action="sign_in"), []),
]


def test_deeds_are_found_by_who_what_and_when(five: Record) -> None:
    everything = deeds(five, DeedQuery())
    for query, expected in ASKED:
        assert (query, numbers(deeds(five, query))) == (query, expected)
        assert numbers([deed for deed in everything if query.covers(deed)]) == expected
        assert numbers(deeds(five, query, before=4)) == [seq for seq in expected if seq < 4]
        with five.make_uow(read_only=True) as uow:
            assert uow.register.count_deeds(query) == len(expected)


@trials(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=12))
def test_whatever_a_caller_types_is_found_again_by_it_and_by_nothing_else(
    record: Record, typed: str
) -> None:
    actor = Actor(typed, "192.0.2.9")
    with record.make_uow() as uow:
        before = uow.register.count_deeds(DeedQuery(who=typed))
        note(uow, actor, "sign_in_refused", typed, at(1), who2=f'"who":"{typed}"')
        note(uow, Actor(f"x{typed}"), "read", f'","who":"{typed}"', at(1))
        uow.commit()
    with record.make_uow(read_only=True) as uow:
        assert uow.register.count_deeds(DeedQuery(who=typed)) == before + 1


def reckoned(row: dict[str, str]) -> str:
    """The hash as docs/audit.md tells a reader to reckon it."""
    return entry_hash(
        int(row["seq"]), AUDIT_CHAIN, row["at"], row["action"], row["key"], row["body"],
        row["prev_hash"],
    )  # fmt: skip


def test_an_export_can_be_checked_by_itself_and_is_entered(five: Record, tmp_path: Path) -> None:
    for form in ("csv", "jsonl"):
        done = export_to(tmp_path / f"a.{form}", five.make_uow, DeedQuery(), LI, at(9))
        rows: list[dict[str, str]]
        if form == "csv":
            with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
                *rows, last = csv.DictReader(file)
            assert (last["seq"], last["at"], last["hash"]) == (
                "head",
                str(done.head.seq),
                done.head.hash,
            )
        else:
            *rows, end = map(json.loads, (tmp_path / "a.jsonl").read_text("utf-8").splitlines())
            assert end["head"] == {"chain": "audit", "seq": done.head.seq, "hash": done.head.hash}
        assert [row["hash"] for row in rows] == [reckoned(row) for row in rows]
        links = [GENESIS, *[row["hash"] for row in rows]]
        assert [row["prev_hash"] for row in rows] == links[:-1]
        assert (links[-1], len(rows)) == (done.head.hash, done.entries)
        assert rows[-1]["action"] == "audit_exported"
    assert audit(five) == []


def run(record: Record, *more: str) -> tuple[int, str]:
    data = record.anchors.file.parent.parent
    url = record.make_uow.engine.url.render_as_string(hide_password=False)
    result = CliRunner().invoke(
        build(), ["audit", "verify", "--data", str(data), "--database", url, *more]
    )
    return result.exit_code, result.output


def test_the_command_says_that_all_is_well_or_what_is_not(five: Record) -> None:
    code, output = run(five)
    assert (code, "审计日志校验通过" in output) == (0, True)
    assert "5 entries, 10 signed heads" in output
    attack(five.make_uow.engine, "DELETE FROM register_entries WHERE seq = 3 AND chain = 'audit'")
    code, output = run(five)
    assert code == 1
    assert "第 3 条缺失(被删除)。 / entry 3 is missing (deleted)." in output
    assert "审计日志校验不通过:1 处问题" in output
