"""All findings of a question, however many they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from models.domain.records import FindingQuery, FindingRecord

if TYPE_CHECKING:
    from models.domain.ports import UnitOfWork

PAGE: Final = 1000


def every_finding(uow: UnitOfWork, query: FindingQuery) -> Iterator[FindingRecord]:
    """Newest first, read a page at a time."""
    after = 0
    while page := uow.findings.list(query, after_id=after, limit=PAGE):
        after = page[-1].id
        yield from page
