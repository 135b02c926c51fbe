"""Holds a stored register against its hashes, its signed heads, its files and the tables."""

from __future__ import annotations

from collections import Counter
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
    documents_named,
    evidence_named,
    evidence_purged,
)
from models.domain.register_check import ChainCheck
from models.storage.document_store import DOCUMENTS, DocumentStore
from models.storage.engine import READ_ONLY
from models.storage.evidence_places import EvidencePlace
from models.storage.evidence_store import EvidenceMissing
from models.storage.record import Record
from models.storage.row_seals import ROWS_CHAIN
from models.storage.tables import (
    register_entries,
    register_heads,
    roster_versions,
    settings_snapshots,
)
from models.storage.unit_of_work import storage_errors
from models.storage.verification_rows import RowCheck

_COLUMNS = ("chain", "at_text", "kind", "key", "body", "prev_hash", "hash")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the register counted and found.

    Attributes:
        rows: Rows of tables that were held against the chain of rows.
        documents: Files of papers that entries name.
    """

    entries: int
    anchors: int
    pictures: int
    purged: int
    faults: tuple[Fault, ...]
    rows: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class _Files:
    """Pictures that entries name: (entry, SHA-256, path), and those said to be destroyed;
    documents by their path: (entry, SHA-256)."""

    named: list[tuple[int, str, str]]
    purged: set[str]
    documents: dict[str, tuple[int, str]]


def verify_record(record: Record, *, audit: bool = False) -> Verdict:
    """Check chains, signed heads, kept versions, rows of tables, and every file that entries name.

    Entries being written meanwhile do no harm: anchors are read before and after.

    Args:
        record: The opened record.
        audit: The chain of the audit log, which names no files; else every other chain.

    Raises:
        StorageError: the database cannot be read at all.
    """
    before = record.anchors.read()
    files, rows = _Files([], set(), {}), RowCheck()
    faults: list[Fault] = []
    counts = Counter[str]()
    with _reading(record) as connection:
        chains = _chains(connection)  # from here on one moment of the database is read
        after = record.anchors.read()
        chains |= {anchor.chain for anchor in before.anchors}
        for chain in sorted(chain for chain in chains if (chain == AUDIT_CHAIN) is audit):
            check = ChainCheck(chain, after.anchors)
            for entry in _walk(connection, chain):
                check.take(entry)
                if chain == ROWS_CHAIN:
                    rows.take(entry)
                elif not audit:
                    _note_files(entry, files)
            faults += check.finish(_head(connection, chain), before.anchors)
            counts[chain] = check.count
        if not audit:
            faults += _version_faults(connection)
            if ROWS_CHAIN in chains:
                faults += rows.finish(connection)
    faults += after.faults
    faults += _picture_faults(record.evidence, files)
    faults += _document_faults(DocumentStore(record.anchors.file.parent.parent / DOCUMENTS), files)
    del counts[ROWS_CHAIN]
    signed = (one.chain for one in after.anchors if one.chain != ROWS_CHAIN)
    return Verdict(
        entries=counts.total(),
        anchors=sum((chain == AUDIT_CHAIN) is audit for chain in signed),
        pictures=len({sha for _, sha, _ in files.named}),
        purged=len(files.purged),
        faults=tuple(faults),
        rows=rows.rows,
        documents=len(files.documents),
    )


@contextmanager
def _reading(record: Record) -> Iterator[Connection]:
    with storage_errors(), record.make_uow.engine.connect() as connection:
        yield connection.execution_options(**{READ_ONLY: True})


def _chains(connection: Connection) -> set[str]:
    """Chains that there are; a name that is no text any more is of no chain."""
    found: set[str] = set()
    for table in (register_entries, register_heads):
        query = select(_bytes(connection, table.c.chain)).distinct()
        found |= {_text(name) for name in connection.execute(query).scalars()}
    return {name for name in found if name.isprintable()}


def _head(connection: Connection, chain: str) -> Head:
    head = register_heads.c
    query = select(head.seq, _bytes(connection, head.hash)).where(head.chain == chain)
    row = connection.execute(query).first()
    return Head(chain) if row is None else Head(chain, row.seq, _text(row[1]))


def _bytes(connection: Connection, column: Any) -> Any:
    """A column of text as it lies there; SQLite refuses to read what is no text any more."""
    if connection.dialect.name == "sqlite":
        return cast(column, LargeBinary).label(column.name)
    return cast(column, Text).label(column.name)


def _walk(connection: Connection, chain: str) -> Iterator[Entry]:
    """A chain's entries as they lie there, even where bytes were made unreadable."""
    columns = [_bytes(connection, register_entries.c[name]) for name in _COLUMNS]
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
        columns = (_bytes(connection, one) for one in (table.c.sha256, table.c.content))
        for digest, content in (
            (_text(one), _text(other)) for one, other in connection.execute(select(*columns))
        ):
            if sha256(content.encode("utf-8", "surrogateescape")).hexdigest() != digest:
                yield Fault(
                    FaultKind.VERSION_CHANGED,
                    0,
                    f"{table.name} 中 {digest} 的内容与其哈希不符(被改动)。",
                    f"{digest} in {table.name} does not match its hash (edited).",
                )


def _note_files(entry: Entry, files: _Files) -> None:
    # An entry that does not read is reported by its hash; its files cannot be known.
    try:
        named = list(evidence_named(entry))
        purged = evidence_purged(entry)
        documents = dict(documents_named(entry))
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    files.named.extend((entry.seq, sha, path) for sha, path in named)
    files.purged.update(purged)
    for path, sha in documents.items():
        files.documents.setdefault(path, (entry.seq, sha))


def _document_faults(store: DocumentStore, files: _Files) -> Iterator[Fault]:
    for path, (seq, sha) in files.documents.items():
        try:
            store.read(path)
            error = "" if sha in path else f"{path} ≠ {sha}"
        except StorageError as wrong:
            error = str(wrong)
        if error:
            yield Fault(
                FaultKind.DOCUMENT,
                seq,
                f"第 {seq} 条的文书有误:{error}",
                f"document of entry {seq}: {error}",
            )


def _picture_faults(store: EvidencePlace, files: _Files) -> Iterator[Fault]:
    for seq, sha, path in dict.fromkeys(files.named):
        if sha in files.purged:
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
