"""Opens everything that is kept: database, evidence folder, signed heads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import inspect

from models.domain.errors import StorageError
from models.domain.register import Anchor, Entry, Fault
from models.domain.register_check import owed_settlements
from models.storage.anchors import Anchors
from models.storage.engine import open_engine, sqlite_file
from models.storage.evidence_places import EvidencePlace, open_evidence
from models.storage.row_seals import ROWS_CHAIN
from models.storage.unit_of_work import (
    UnitOfWorkFactory,
    storage_errors,
    unit_of_work_factory,
)

DATABASE: Final = "onpost.db"
EVIDENCE: Final = "evidence"
ANCHORS: Final = "anchors/register.jsonl"
KEY: Final = "keys/register.pem"
VERSIONS: Final = "alembic_version"
"""The first table that is made."""


@dataclass(frozen=True, slots=True)
class Record:
    """The opened record. Close it at the end.

    Attributes:
        make_uow: Makes units of work, from any thread.
        evidence: The evidence store.
        anchors: The signed heads, outside the database.
        faults: What was found wrong at the start; nothing was repaired but the settling of
            heads that this program had signed itself.
    """

    make_uow: UnitOfWorkFactory
    evidence: EvidencePlace
    anchors: Anchors
    faults: tuple[Fault, ...] = ()

    def sweep(self, older_than: datetime) -> int:
        """Remove pictures that no row names: their transaction never committed.

        Args:
            older_than: Only files written before this moment of real time; a day ago is safe.

        Raises:
            StorageError: the database or the evidence folder cannot be used.
        """
        with self.make_uow(read_only=True) as uow:
            known = uow.evidence.known()
        return self.evidence.sweep(known, older_than)

    def close(self) -> None:
        """Close all connections."""
        self.make_uow.close()


def open_record(
    data: Path, url: str = "", *, evidence: Path | str | None = None, migrate: bool = True
) -> Record:
    """Open the record of an installation, made and migrated where need be.

    Args:
        data: Folder of all that is kept: `onpost.db`, `evidence/`, `anchors/`, `keys/`.
        url: Database, where it is not `onpost.db` in that folder.
        evidence: Evidence folder or bucket, where it is not in that folder.
        migrate: False refuses a database that is not of this program's version and settles
            no heads, for processes that another one goes before.

    Raises:
        StorageError: the database, the key or a folder cannot be used.
    """
    anchors = Anchors(data / ANCHORS, data / KEY)
    make_uow = unit_of_work_factory(url or _default_url(data), anchors, migrate=migrate)
    faults = _settle(make_uow, anchors) if migrate else ()
    if migrate:
        _adopt(make_uow)
    return Record(make_uow, open_evidence(evidence or data / EVIDENCE), anchors, faults)


def open_existing_record(
    data: Path, url: str = "", *, evidence: Path | str | None = None
) -> Record:
    """Open a record to look at it: nothing is made, migrated or settled.

    Raises:
        StorageError: the database, the key or its folder is not there, or the database is
            not of this program's version.
    """
    address = url or _default_url(data)
    file = sqlite_file(address)
    if file is not None and not file.exists():
        raise StorageError(
            "找不到登记数据库。请用 --data 指定数据文件夹,或用 --database 指定数据库。",
            "the register's database is not there. Name its folder with --data, "
            "or the database with --database.",
            where=str(file),
        )
    anchors = Anchors(data / ANCHORS, data / KEY, create=False)
    make_uow = unit_of_work_factory(address, anchors, migrate=False)
    return Record(make_uow, open_evidence(evidence or data / EVIDENCE), anchors)


def record_exists(data: Path, url: str = "") -> bool:
    """Whether there is a record: a database file, or tables in a database of PostgreSQL.

    Args:
        data: As `open_record` takes it.
        url: As `open_record` takes it.

    Raises:
        StorageError: the database cannot be reached.
    """
    address = url or _default_url(data)
    file = sqlite_file(address)
    if file is not None:
        return file.exists()
    engine = open_engine(address)
    try:
        with storage_errors(), engine.connect() as connection:
            return inspect(connection).has_table(VERSIONS)
    finally:
        engine.dispose()


def _default_url(data: Path) -> str:
    return f"sqlite:///{data / DATABASE}"


def _adopt(make_uow: UnitOfWorkFactory) -> None:
    """Seal the rows of a record that an older OnPost wrote; it had no seals of rows."""
    with make_uow(read_only=True) as uow:
        begun = uow.register.head(chain=ROWS_CHAIN).seq > 0
    if not begun:
        with make_uow() as writing:
            writing.adopt()
            writing.commit()


def _settle(make_uow: UnitOfWorkFactory, anchors: Anchors) -> tuple[Fault, ...]:
    """Settle heads that were signed and committed by a process that died right then."""
    read = anchors.read_newest()
    with make_uow(read_only=True) as uow:

        def entry_of(anchor: Anchor) -> Entry | None:
            return uow.register.get(anchor.seq, chain=anchor.chain)

        for first, entry in owed_settlements(read.anchors, entry_of):
            anchors.sign(first, entry, settled=True)
    return read.faults
