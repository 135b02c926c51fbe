"""`register verify` finds what somebody with full access to the database did to it."""

# ruff: noqa: S608 - an attacker writes whatever SQL he likes
from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import build
from models.domain.register import Entry, Fault, FaultKind, Head, head_of, seal
from models.storage.record import Record
from models.storage.verification import verify_record
from tests.builders import NINE, at
from tests.storage_fixtures import attack, evidence_root


@pytest.fixture
def five(record: Record) -> Record:
    """A register of five entries, one with a picture."""
    stored = record.evidence.put(b"picture", NINE)
    for number in range(1, 6):
        pictures = [{"sha256": stored.sha256, "path": stored.path}] if number == 2 else []
        with record.make_uow() as uow:
            payload = {"window": f"w{number}", "evidence": pictures, "至少": number}
            uow.register.append("finding_opened", payload, at(number), key=f"k{number}")
            uow.commit()
    return record


def faults(record: Record) -> Sequence[Fault]:
    return verify_record(record).faults


def kinds(record: Record) -> set[FaultKind]:
    return {fault.kind for fault in faults(record)}


def entries(record: Record) -> list[Entry]:
    with record.make_uow(read_only=True) as uow:
        return uow.register.entries()


def write_anew(record: Record, chain: Sequence[Entry]) -> None:
    """The attacker puts a whole chain of his own in its place, head row included."""
    rows = [
        "INSERT INTO register_entries (chain, seq, at_text, kind, key, body, prev_hash, hash) "
        f"VALUES ('{e.chain}', {e.seq}, '{e.at_text}', '{e.kind}', '{e.key}', "
        f"'{e.body}', '{e.prev_hash}', '{e.hash}')"
        for e in chain
    ]
    attack(record.make_uow.engine, "DELETE FROM register_entries", *rows, *_head(chain[-1]))


def _head(entry: Entry) -> list[str]:
    return [f"UPDATE register_heads SET seq = {entry.seq}, hash = '{entry.hash}'"]


def test_a_register_left_alone_verifies(five: Record) -> None:
    verdict = verify_record(five)
    assert verdict.faults == ()
    assert (verdict.entries, verdict.anchors, verdict.pictures) == (5, 10, 1)


@pytest.mark.parametrize(
    ("column", "edit"),
    [
        ("at_text", "replace(at_text, '01:00:03', '01:00:04')"),
        ("kind", "'finding_openeD'"),
        ("key", "'k7'"),
        ("key", "''"),
        ("body", "replace(body, 'w3', 'w4')"),
        ("body", "replace(body, ':3', ': 3')"),
        ("body", "'no JSON'"),
        ("prev_hash", "'0' || substr(prev_hash, 2, 63)"),
        ("hash", "'0' || substr(hash, 2, 63)"),
        ("chain", "'registes'"),
        ("seq", "33"),
    ],
)
def test_an_edit_of_any_column_is_found(five: Record, column: str, edit: str) -> None:
    before = entries(five)
    attack(five.make_uow.engine, f"UPDATE register_entries SET {column} = {edit} WHERE seq = 3")
    changed = entries(five) != before
    found = faults(five)
    assert changed
    assert found
    assert {fault.seq for fault in found} & {3, 4}


def test_bytes_that_are_no_text_any_more_are_found(five: Record) -> None:
    if five.make_uow.engine.dialect.name != "sqlite":
        edit = "UPDATE register_entries SET body = body || U&'\\0001' WHERE seq = 3"
    else:
        edit = "UPDATE register_entries SET body = CAST(x'7bff7d' AS TEXT) WHERE seq = 3"
    attack(five.make_uow.engine, edit)
    assert [(f.kind, f.seq) for f in faults(five)] == [(FaultKind.EDITED, 3)]


def test_a_deleted_entry_is_found(five: Record) -> None:
    attack(five.make_uow.engine, "DELETE FROM register_entries WHERE seq = 3")
    assert [(f.kind, f.seq) for f in faults(five)] == [(FaultKind.GAP, 3)]


def test_entries_that_changed_places_are_found(five: Record) -> None:
    attack(
        five.make_uow.engine,
        "UPDATE register_entries SET seq = 99 WHERE seq = 2",
        "UPDATE register_entries SET seq = 2 WHERE seq = 3",
        "UPDATE register_entries SET seq = 3 WHERE seq = 99",
    )
    assert kinds(five) >= {FaultKind.EDITED, FaultKind.LINK}


def test_a_cut_tail_is_found_even_with_the_head_row_set_back(five: Record) -> None:
    kept = entries(five)[:3]
    attack(five.make_uow.engine, "DELETE FROM register_entries WHERE seq > 3", *_head(kept[-1]))
    assert [(f.kind, f.seq) for f in faults(five)] == [(FaultKind.CUT_TAIL, 4)]


def test_a_database_put_back_to_its_beginning_is_found(five: Record) -> None:
    head = Head()
    attack(
        five.make_uow.engine,
        "DELETE FROM register_entries",
        f"UPDATE register_heads SET seq = 0, hash = '{head.hash}'",
    )
    assert kinds(five) == {FaultKind.CUT_TAIL}


def test_a_chain_written_anew_with_right_hashes_is_found(five: Record) -> None:
    head, chain = Head(), []
    for entry in entries(five):
        payload = entry.payload | ({"window": "w9"} if entry.seq == 3 else {})
        chain.append(seal(head, entry.kind, payload, entry.at, entry.key))
        head = head_of(chain[-1])
    write_anew(five, chain)
    assert [(f.kind, f.seq) for f in faults(five)] == [
        (FaultKind.REWRITTEN, 3),
        (FaultKind.UNSIGNED, 3),
    ]


def test_an_entry_inserted_with_right_hashes_is_found_now_and_later(five: Record) -> None:
    chain = entries(five)
    write_anew(five, [*chain, seal(head_of(chain[-1]), "finding_opened", {"a": 1}, at(9))])
    assert [(f.kind, f.seq) for f in faults(five)] == [(FaultKind.UNSIGNED, 6)]
    with five.make_uow() as uow:
        uow.register.append("finding_opened", {}, at(10))
        uow.commit()
    assert [(f.kind, f.seq) for f in faults(five)] == [(FaultKind.UNSIGNED, 6)]


def test_a_head_row_that_was_changed_is_found(five: Record) -> None:
    attack(five.make_uow.engine, "UPDATE register_heads SET seq = 4")
    assert kinds(five) == {FaultKind.HEAD}


def lines(record: Record) -> list[bytes]:
    return record.anchors.file.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (lambda old: old[:3] + old[4:], FaultKind.ANCHOR),
        (lambda old: [*old[:3], old[4], old[3], *old[5:]], FaultKind.ANCHOR),
        (
            lambda old: [*old[:3], old[3].replace(b'"seq":2', b'"seq":3'), *old[4:]],
            FaultKind.ANCHOR,
        ),
        (lambda old: [*old[:3], b"garbage\n", *old[3:]], FaultKind.ANCHOR),
        (lambda old: [*old[:3], b"[1]\n", *old[3:]], FaultKind.ANCHOR),
        (lambda old: old[:4], FaultKind.UNSIGNED),
        (lambda _old: [], FaultKind.UNSIGNED),
    ],
)
def test_signed_heads_that_were_changed_or_removed_are_found(
    five: Record, deed: Callable[[list[bytes]], list[bytes]], expected: FaultKind
) -> None:
    five.anchors.file.write_bytes(b"".join(deed(lines(five))))
    assert expected in kinds(five)


def test_a_last_line_torn_by_a_power_cut_is_no_fault_and_mended_by_the_next_entry(
    five: Record,
) -> None:
    whole = lines(five)
    five.anchors.file.write_bytes(b"".join(whole) + whole[0][:50])
    assert faults(five) == ()
    with five.make_uow() as uow:
        uow.register.append("note", {}, at(10))
        uow.commit()
    assert faults(five) == ()
    assert len(lines(five)) == len(whole) + 2


def test_a_picture_that_is_missing_or_changed_is_found(five: Record) -> None:
    (file,) = evidence_root(five).rglob("*.jpg")
    file.write_bytes(b"another")
    assert [(f.kind, f.seq) for f in faults(five)] == [(FaultKind.EVIDENCE_CHANGED, 2)]
    file.unlink()
    assert [(f.kind, f.seq) for f in faults(five)] == [(FaultKind.EVIDENCE_MISSING, 2)]


def test_a_picture_that_an_entry_says_was_destroyed_may_be_missing(five: Record) -> None:
    (file,) = evidence_root(five).rglob("*.jpg")
    file.unlink()
    with five.make_uow() as uow:
        uow.register.append("evidence_purged", {"sha256": [file.stem]}, at(10))
        uow.commit()
    assert (faults(five), verify_record(five).purged) == ((), 1)


@pytest.mark.parametrize("table", ["roster_versions", "settings_snapshots"])
def test_a_roster_or_settings_changed_after_the_fact_are_found(record: Record, table: str) -> None:
    with record.make_uow() as uow:
        uow.rosters.save({"脱岗": 15}, "a.csv", NINE)
        uow.settings.save({"脱岗": 15}, NINE)
        uow.commit()
    assert faults(record) == ()
    attack(
        record.make_uow.engine,
        *_without_triggers(record, table),
        f"UPDATE {table} SET content = replace(content, '15', '30')",
    )
    assert kinds(record) == {FaultKind.VERSION_CHANGED, FaultKind.ROW_CHANGED}


def _without_triggers(record: Record, table: str) -> list[str]:
    if record.make_uow.engine.dialect.name == "postgresql":
        return [f"ALTER TABLE {table} DISABLE TRIGGER ALL"]
    return [f"DROP TRIGGER {table}_no_update"]


def run(record: Record, *more: str) -> tuple[int, str]:
    data = record.anchors.file.parent.parent
    url = record.make_uow.engine.url.render_as_string(hide_password=False)
    result = CliRunner().invoke(
        build(), ["register", "verify", "--data", str(data), "--database", url, *more]
    )
    return result.exit_code, result.output


def test_the_command_says_that_all_is_well(five: Record) -> None:
    code, output = run(five)
    assert code == 0
    assert "登记台账校验通过" in output
    assert "5 entries, 10 signed heads, 1 pictures" in output
    assert five.anchors.fingerprint in output


def test_the_command_names_the_entry_in_both_languages_and_fails(five: Record) -> None:
    attack(five.make_uow.engine, "DELETE FROM register_entries WHERE seq = 3")
    code, output = run(five)
    assert code == 1
    assert "第 3 条缺失(被删除)。 / entry 3 is missing (deleted)." in output
    assert "登记台账校验不通过:1 处问题" in output


def test_the_command_changes_nothing_and_makes_no_key(tmp_path: Path, five: Record) -> None:
    shutil.rmtree(five.anchors.key_file.parent)
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(
        build(),
        [
            "register",
            "verify",
            "--data",
            str(tmp_path / "data"),
            "--database",
            five.make_uow.engine.url.render_as_string(hide_password=False),
        ],
    )
    assert "签名密钥缺失" in str(result.exception)
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []


def test_the_command_says_where_it_looked_for_a_register(tmp_path: Path) -> None:
    result = CliRunner().invoke(build(), ["register", "verify", "--data", str(tmp_path / "no")])
    assert str(tmp_path / "no" / "onpost.db") in str(result.exception)
    assert not (tmp_path / "no").exists()
