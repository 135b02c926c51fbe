"""A record with rows in every table that is sealed, entries in each chain, pictures, documents."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Integer, String
from sqlalchemy.types import TypeDecorator

from models.domain.audit import AUDIT_CHAIN
from models.storage.document_store import DOCUMENTS, DocumentStore
from models.storage.record import Record
from models.storage.row_kinds import SEALED
from models.storage.tables import metadata
from models.storage.types import JsonText, UtcDateTime
from models.storage.version_book import content_hash
from tests.builders import NINE, at

EACH = 3
"""Rows of each table; the last of a finding or a check is one that still goes on."""


def documents_of(record: Record) -> DocumentStore:
    """The documents of a record, where `register verify` looks for them."""
    return DocumentStore(record.anchors.file.parent.parent / DOCUMENTS)


def fill(record: Record) -> None:
    """Three transactions: each with entries, an evidence picture, a document, a row a table."""
    for number in range(1, EACH + 1):
        picture = record.evidence.put(f"picture {number}".encode(), NINE)
        paper = documents_of(record).put(f"通报第{number}号".encode(), NINE, "pdf")
        with record.make_uow() as uow:
            named = [{"sha256": picture.sha256, "path": picture.path}]
            said = {"finding": f"off_post:W{number}", "by": "王", "evidence": named}
            uow.register.append("finding_confirmed", said, at(number), key=f"k{number}")
            issued = {"circular": f"c{number}", "files": {paper.path: paper.sha256}}
            uow.register.append("circular_issued", issued, at(number), key=f"circular:{number}")
            uow.register.append("read", {"who": "li.na"}, at(number), chain=AUDIT_CHAIN)
            connection = uow._connection
            assert connection is not None
            for table in metadata.sorted_tables:
                if table.name in SEALED:
                    row = {one.name: value_of(one, number) for one in table.columns}
                    if "content" in row and "sha256" in row:
                        row["sha256"] = content_hash(row["content"])
                    connection.execute(table.insert(), row)
            uow.commit()


def value_of(column: Column[Any], number: int) -> Any:  # noqa: PLR0911 - one a type
    """Something to be edited in every column."""
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(column.type, JsonText):
        return {"说明": f"第{number}", "n": number, "b": True}
    if isinstance(column.type, UtcDateTime):
        return NINE + timedelta(seconds=number, microseconds=123456 + number)
    if isinstance(kind, Date):
        return date(2026, 11, number)
    if isinstance(kind, Boolean):
        return number < EACH
    if isinstance(kind, Float):
        return number + 0.25
    if isinstance(kind, Integer):
        return number
    assert isinstance(kind, String)
    if column.name == "state":
        return "settled" if number < EACH else "due"
    return f"{column.name}-第{number}"[: kind.length or 100]
