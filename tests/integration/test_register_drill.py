"""A thousand single-byte edits, deletions and exchanges of the record: each is found.

`EDIT_ROUNDS=1000` makes as many edits on SQLite and a quarter of that on PostgreSQL.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import UniqueConstraint

from models.storage.record import Record
from models.storage.row_kinds import (
    CHAINED,
    CHECK_MOVES,
    FINDING_MOVES,
    FINDING_SAYS,
    SEALED,
    UNSEALED,
)
from models.storage.tables import metadata
from models.storage.verification import verify_record
from tests.edits import (
    Hand,
    Place,
    Undo,
    change_file,
    change_row,
    editable,
    hand_on,
    remove_row,
    swap_rows,
)
from tests.full_record import documents_of, fill
from tests.storage_fixtures import evidence_root

ROUNDS = int(os.environ.get("EDIT_ROUNDS", "48"))
SAYS_NOTHING = {"findings": FINDING_MOVES, "checks": CHECK_MOVES}
"""Of a row that still goes on, and only of that."""


@pytest.fixture
def full(record: Record) -> Record:
    fill(record)
    assert faults(record) == 0
    return record


def faults(record: Record) -> int:
    found = (*verify_record(record).faults, *verify_record(record, audit=True).faults)
    return len(found)


def places(hand: Hand) -> dict[str, list[Place]]:
    """Every value with a byte to edit, by table; what says nothing yet is left out, and told."""
    found: dict[str, list[Place]] = {}
    for table in (*SEALED, *sorted(CHAINED)):
        moving = SEALED[table].moving if table in SEALED else ()
        for row, values in hand.rows(table):
            goes_on = values.get("ended") == 0 or values.get("state") in {"due", b"due"}
            still = SAYS_NOTHING.get(table, ()) if goes_on else ()
            found.setdefault(table, []).extend(
                Place(table, row, column)
                for column, value in values.items()
                if editable(value) and column not in {*moving, *still}
            )
    return found


def files(record: Record) -> dict[str, list[Path]]:
    return {
        "evidence files": sorted(evidence_root(record).rglob("*.jpg")),
        "documents": sorted(documents_of(record).root.rglob("*.pdf")),
        "signed heads": [record.anchors.file],
    }


def test_every_table_is_sealed_or_chained_or_says_why_not() -> None:
    told = set(SEALED) | CHAINED | set(UNSEALED)
    assert told == set(metadata.tables)
    assert not set(SEALED) & set(UNSEALED)
    moving = {(kind.name, column) for kind in SEALED.values() for column in kind.moving}
    assert moving == {("tokens", "used_at")}
    assert {"finding", "length_zh", "label", "why_zh", "why_en"} == set(FINDING_SAYS)


def test_every_single_byte_edit_is_found(full: Record) -> None:
    chance = random.Random(20261124)
    sqlite = full.make_uow.engine.dialect.name == "sqlite"
    rounds = ROUNDS if sqlite else max(12, ROUNDS // 4)
    missed, made, refused = [], Counter[str](), 0
    with hand_on(full) as hand:
        while made.total() < rounds:
            rows, heaps = places(hand), files(full)
            what = chance.choice([*rows, *["register_entries"] * 4, *heaps])
            if what in heaps:
                undo = change_file(chance.choice(heaps[what]), chance)
                told = what
            else:
                place = chance.choice(rows[what])
                told = f"{what}.{place.column}"
                try:
                    undo = change_row(hand, place, chance)
                except (psycopg.errors.UniqueViolation, sqlite3.IntegrityError):
                    refused += 1  # the name of another row: no such edit can be made
                    continue
            made[what] += 1
            if not faults(full):
                missed.append(told)
            undo()
    print(made.total(), "edits,", len(missed), "missed,", refused, "refused:", sorted(made.items()))
    assert missed == []
    assert faults(full) == 0


def names_of(table: str) -> set[str]:
    """Columns that two rows cannot have alike."""
    found = {"key", *metadata.tables[table].primary_key.columns.keys()}
    for rule in metadata.tables[table].constraints:
        if isinstance(rule, UniqueConstraint):
            found |= set(rule.columns.keys())
    return found | {one.name for one in metadata.tables[table].columns if one.unique}


Deed = Callable[[random.Random], Undo]


def deeds(record: Record, hand: Hand) -> Iterator[tuple[str, Deed]]:
    """Deletions and exchanges, of every table and every heap of files."""
    for table in (*SEALED, "register_entries", "register_heads"):
        yield f"row of {table} gone", partial(remove_row, hand, table)
        yield f"rows of {table} exchanged", partial(swap_rows, hand, table, names_of(table))
    for heap, paths in files(record).items():
        yield f"{heap}: one gone", partial(_one_gone, paths)
        if len(paths) > 1:
            yield f"{heap}: exchanged", partial(_exchanged, paths)
    yield "signed heads: a line gone", partial(_lines, record, swap=False)
    yield "signed heads: lines exchanged", partial(_lines, record, swap=True)


def _one_gone(paths: list[Path], chance: random.Random) -> Undo:
    return _gone(chance.choice(paths))


def _gone(file: Path) -> Undo:
    aside = file.with_suffix(".aside")
    shutil.move(file, aside)
    return lambda: _moved(aside, file)


def _moved(source: Path, target: Path) -> None:
    shutil.move(source, target)


def _exchanged(some: list[Path], chance: random.Random) -> Undo:
    one, other = chance.sample(some, 2)
    first, second = one.read_bytes(), other.read_bytes()

    def put(mine: bytes, theirs: bytes) -> None:
        one.write_bytes(mine)
        other.write_bytes(theirs)

    put(second, first)
    return lambda: put(first, second)


def _lines(record: Record, chance: random.Random, *, swap: bool) -> Undo:
    file = record.anchors.file
    before = file.read_bytes()
    lines = before.splitlines(keepends=True)
    place = chance.randrange(len(lines) - 1)
    if swap:
        lines[place], lines[place + 1] = lines[place + 1], lines[place]
    else:
        del lines[place]
    file.write_bytes(b"".join(lines))
    return lambda: _write(file, before)


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def test_every_deletion_and_every_exchange_is_found(full: Record) -> None:
    chance = random.Random(7)
    missed = []
    with hand_on(full) as hand:
        for told, deed in deeds(full, hand):
            undo = deed(chance)
            if not faults(full):
                missed.append(told)
            undo()
    assert missed == []
    assert faults(full) == 0
