"""One hash of everything a record keeps, to see that a refused call left no trace."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import select

from models.domain.audit import AUDIT_CHAIN
from models.storage.record import Record
from models.storage.tables import metadata

CALLERS_OWN = frozenset({"sessions", "sign_in_failures", "tokens"})
"""Tables that say who called and when; a refused call is a call."""


def record_digest(record: Record, *, without: frozenset[str] = CALLERS_OWN) -> str:
    """SHA-256 over every row of every table but `without` and the audit log."""
    told = sha256()
    with record.make_uow.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in without:
                continue
            rows = select(table)
            if "chain" in table.c:
                rows = rows.where(table.c.chain != AUDIT_CHAIN)
            told.update(table.name.encode())
            for line in sorted(repr(tuple(row)) for row in connection.execute(rows)):
                told.update(line.encode("utf-8", "surrogatepass"))
    return told.hexdigest()
