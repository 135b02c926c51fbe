"""The register in the database. Entries are only ever added, each under its chain's head row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from models.domain.audit import AUDIT_CHAIN, DeedQuery
from models.domain.errors import RegisterError
from models.domain.register import (
    GENESIS,
    MAIN_CHAIN,
    AlreadyRegistered,
    Entry,
    Head,
    head_of,
    moment_text,
    seal,
)
from models.storage.statements import insert_or
from models.storage.tables import register_entries, register_heads


class StoredRegister:
    """RegisterBook on one connection.

    Attributes:
        appended: What this transaction appended so far: for each chain the number of the
            first entry and the last entry.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[str, Head] = {}
        self.appended: dict[str, tuple[int, Entry]] = {}

    def append(
        self,
        kind: str,
        payload: Mapping[str, Any],
        at: datetime,
        *,
        key: str = "",
        chain: str = MAIN_CHAIN,
    ) -> Entry:
        if not kind or len(kind) > 60 or len(key) > 300 or "\0" in kind + key:
            raise RegisterError(
                f"登记类别“{kind}”或键“{key}”无效:类别 1 至 60 字,键至多 300 字。",
                f"kind {kind!r} or key {key!r} is not usable: a kind has 1 to 60 characters, "
                "a key at most 300.",
            )
        head = self.hold(chain)
        standing = self.by_key(key, chain=chain) if key else None
        if standing is not None:
            raise AlreadyRegistered(standing)
        entry = seal(head, kind, payload, at, key)
        self._connection.execute(register_entries.insert(), asdict(entry))
        self._connection.execute(
            update(register_heads)
            .where(register_heads.c.chain == chain)
            .values(seq=entry.seq, hash=entry.hash)
        )
        self._heads[chain] = head_of(entry)
        first = self.appended[chain][0] if chain in self.appended else entry.seq
        self.appended[chain] = (first, entry)
        return entry

    def hold(self, chain: str) -> Head:
        """The chain's head; nobody else appends to it until this transaction ends."""
        if chain in self._heads:
            return self._heads[chain]
        row = self._select_head(chain, lock=True)
        if row is None:
            self._connection.execute(
                insert_or(self._connection, register_heads).on_conflict_do_nothing(),
                {"chain": chain, "seq": 0, "hash": GENESIS},
            )
            row = self._select_head(chain, lock=True)
        if row is None:
            raise RegisterError(
                f"登记链“{chain}”没有链头记录。", f"the chain {chain!r} has no head row."
            )
        self._heads[chain] = Head(chain, row.seq, row.hash)
        return self._heads[chain]

    def _select_head(self, chain: str, *, lock: bool) -> Row[Any] | None:
        query = select(register_heads).where(register_heads.c.chain == chain)
        return self._connection.execute(query.with_for_update() if lock else query).first()

    def by_key(self, key: str, *, chain: str = MAIN_CHAIN) -> Entry | None:
        entries = register_entries.c
        query = select(register_entries).where(
            entries.chain == chain, entries.key == key, entries.key != ""
        )
        return _entry(self._connection.execute(query).first())

    def get(self, seq: int, *, chain: str = MAIN_CHAIN) -> Entry | None:
        entries = register_entries.c
        query = select(register_entries).where(entries.chain == chain, entries.seq == seq)
        return _entry(self._connection.execute(query).first())

    def entries(
        self, after_seq: int = 0, limit: int = 1000, *, kind: str = "", chain: str = MAIN_CHAIN
    ) -> list[Entry]:
        entries = register_entries.c
        query = select(register_entries).where(entries.chain == chain, entries.seq > after_seq)
        if kind:
            query = query.where(entries.kind == kind)
        query = query.order_by(entries.seq).limit(limit)
        return [_read(row) for row in self._connection.execute(query)]

    def find(
        self,
        *,
        kind: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
        chain: str = MAIN_CHAIN,
    ) -> list[Entry]:
        entries = register_entries.c
        query = select(register_entries).where(entries.chain == chain)
        if kind:
            query = query.where(entries.kind == kind)
        if since is not None:
            query = query.where(entries.at_text >= moment_text(since))
        if until is not None:
            query = query.where(entries.at_text < moment_text(until))
        query = query.order_by(entries.seq).limit(limit)
        return [_read(row) for row in self._connection.execute(query)]

    def deeds(self, query: DeedQuery, *, before_seq: int = 0, limit: int = 100) -> list[Entry]:
        chosen = select(register_entries).where(*_deeds(query))
        if before_seq:
            chosen = chosen.where(register_entries.c.seq < before_seq)
        chosen = chosen.order_by(register_entries.c.seq.desc()).limit(limit)
        return [_read(row) for row in self._connection.execute(chosen)]

    def count_deeds(self, query: DeedQuery) -> int:
        if query == DeedQuery():  # numbers have no gap
            return self.head(chain=AUDIT_CHAIN).seq
        chosen = select(func.count()).select_from(register_entries).where(*_deeds(query))
        return int(self._connection.execute(chosen).scalar_one())

    def head(self, *, chain: str = MAIN_CHAIN) -> Head:
        row = self._select_head(chain, lock=False)
        return Head(chain) if row is None else Head(chain, row.seq, row.hash)


def _deeds(query: DeedQuery) -> list[ColumnElement[bool]]:
    entries = register_entries.c
    wanted = [entries.chain == AUDIT_CHAIN]
    if query.action:
        wanted.append(entries.kind == query.action)
    if query.since is not None:
        wanted.append(entries.at_text >= moment_text(query.since))
    if query.until is not None:
        wanted.append(entries.at_text < moment_text(query.until))
    # LIKE minds the case of letters in PostgreSQL and not in SQLite: here it never does.
    body = func.lower(entries.body)
    wanted += [body.contains(mark.lower(), autoescape=True) for mark in query.marks]
    if query.ending:
        wanted.append(body.endswith(query.ending.lower(), autoescape=True))
    return wanted


def _entry(row: Row[Any] | None) -> Entry | None:
    return None if row is None else _read(row)


def _read(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        chain=row.chain,
        at_text=row.at_text,
        kind=row.kind,
        key=row.key,
        body=row.body,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )
