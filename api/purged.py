"""Whether pictures were destroyed because their time was over (保存期限), by the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.domain.ports import UnitOfWork
from models.domain.register import PURGED, Entry, evidence_purged
from models.domain.retention import EvidencePurged


def purges(uow: UnitOfWork, since: datetime) -> Mapping[str, Entry]:
    """The entry that says so of every picture that was destroyed since a moment."""
    entries = uow.register.find(kind=PURGED, since=since, limit=10**9)
    return {sha: entry for entry in entries for sha in evidence_purged(entry)}


def purged(uow: UnitOfWork, sha256: str, since: datetime) -> EvidencePurged | None:
    """What to tell of a picture that was destroyed; None of one that was not."""
    entry = purges(uow, since).get(sha256)
    return None if entry is None else EvidencePurged(sha256, entry.at, entry.seq)
