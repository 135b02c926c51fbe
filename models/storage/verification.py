"""Holds a stored register against its hashes, its signed heads and its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Text, cast, select

from models.domain.audit import AUDIT_CHAIN
from models.domain.errors import StorageError
from models.domain.register import (
    Entry,
    Fault,
    FaultKind,
    Head,
    evidence_named,
    evidence_purged,
)
from models.domain.register_check import ChainCheck
from models.storage.engine import READ_ONLY
from models.storage.evidence_places import EvidencePlace
from models.storage.evidence_store import EvidenceMissing
from models.storage.record import Record
from models.storage.tables import (
    register_entries,
    register_heads,
    roster_versions,
    settings_snapshots,
)
from models.storage.unit_of_work import storage_errors

_COLUMNS = ("chain", "at_text", "kind", "key", "body", "prev_hash", "hash")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the register counted and found."""

    entries: int
    anchors: int
    pictures: int
    purged: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Pictures that entries name: (entry, SHA-256, path), and those said to be destroyed."""

    named: list[tuple[int, str, str]]
    purged: set[str]


def verify_record(record: Record, *, audit: bool = False) -> Verdict:
    """Check chain, signed heads, kept versions, and every picture that an entry names.

    Entries being written meanwhile do no harm: anchors are read before and after.

    Args:
        record: The opened record.
        audit: The chain of the audit log, which names no pictures; else every other chain.

    Raises:
        StorageError: the database cannot be read at all.
    """
    before = record.anchors.read()
    pictures = _Pictures([], set())
    faults: list[Fault] = []
    count = 0
    with _reading(record) as connection:
        chains = _chains(connection)  # from here on one moment of the database is read
        after = record.anchors.read()
        chains |= {anchor.chain for anchor in before.anchors}
        for chain in sorted(chain for chain in chains if (chain == AUDIT_CHAIN) is audit):
            check = ChainCheck(chain, after.anchors)
            for entry in _walk(connection, chain):
                check.take(entry)
                if not audit:
                    _note_pictures(entry, pictures)
            faults += check.finish(_head(connection, chain), before.anchors)
            count += check.count
        if not audit:
            faults += _version_faults(connection)
    faults += after.faults
    faults += _picture_faults(record.evidence, pictures)
    return Verdict(
        entries=count,
        anchors=sum((anchor.chain == AUDIT_CHAIN) is audit for anchor in after.anchors),
        pictures=len({sha for _, sha, _ in pictures.named}),
        purged=len(pictures.purged),
        faults=tuple(faults),
    )


@contextmanager
def _reading(record: Record) -> Iterator[Connection]:
    with storage_errors(), record.make_uow.engine.connect() as connection:
        yield connection.execution_options(**{READ_ONLY: True})


def _chains(connection: Connection) -> set[str]:
    found: set[str] = set()
    for table in (register_entries, register_heads):
        found |= set(connection.execute(select(table.c.chain).distinct()).scalars())
    return found


def _head(connection: Connection, chain: str) -> Head:
    row = connection.execute(select(register_heads).where(register_heads.c.chain == chain)).first()
    return Head(chain) if row is None else Head(chain, row.seq, row.hash)


def _walk(connection: Connection, chain: str) -> Iterator[Entry]:
    """A chain's entries as they lie there, even where bytes were made unreadable."""
    columns: list[Any] = [register_entries.c[name] for name in _COLUMNS]
    if connection.dialect.name == "sqlite":
        columns = [cast(column, LargeBinary).label(column.name) for column in columns]
    query = (
        select(register_entries.c.seq, *columns)
        .where(register_entries.c.chain == chain)
        .order_by(register_entries.c.seq)
    )
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield _entry(row)


def _entry(row: Row[Any]) -> Entry:
    texts = {name: _text(row._mapping[name]) for name in _COLUMNS}
    return Entry(seq=row.seq, **texts)


def _text(value: Any) -> Any:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _version_faults(connection: Connection) -> Iterator[Fault]:
    """Rosters and settings that entries name by hash and that were changed since."""
    for table in (roster_versions, settings_snapshots):
        stored = connection.execute(select(table.c.sha256, cast(table.c.content, Text)))
        for digest, content in stored:
            if sha256(content.encode("utf-8")).hexdigest() != digest:
                yield Fault(
                    FaultKind.VERSION_CHANGED,
                    0,
                    f"{table.name} 中 {digest} 的内容与其哈希不符(被改动)。",
                    f"{digest} in {table.name} does not match its hash (edited).",
                )


def _note_pictures(entry: Entry, pictures: _Pictures) -> None:
    # An entry that does not read is reported by its hash; its pictures cannot be known.
    try:
        named = list(evidence_named(entry))
        purged = evidence_purged(entry)
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    pictures.named.extend((entry.seq, sha, path) for sha, path in named)
    pictures.purged.update(purged)


def _picture_faults(store: EvidencePlace, pictures: _Pictures) -> Iterator[Fault]:
    for seq, sha, path in dict.fromkeys(pictures.named):
        if sha in pictures.purged:
            continue
        try:
            store.read(path)
            if sha in path:
                continue
            kind, error = FaultKind.EVIDENCE_CHANGED, f"{path} ≠ {sha}"
        except EvidenceMissing as missing:
            kind, error = FaultKind.EVIDENCE_MISSING, str(missing)
        except StorageError as changed:
            kind, error = FaultKind.EVIDENCE_CHANGED, str(changed)
        yield Fault(
            kind, seq, f"第 {seq} 条的证据有误:{error}", f"evidence of entry {seq}: {error}"
        )
