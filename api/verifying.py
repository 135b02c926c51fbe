"""Holding register and audit log against hashes and signed heads, for commands and the API."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.storage.record import open_existing_record
from models.storage.verification import Verdict, verify_record

_ONE: Final = threading.Lock()
"""A long log takes minutes of one core: one check at a time."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found, and whose key signed the heads."""

    verdict: Verdict
    fingerprint: str


def verified(
    data: Path, database: str = "", *, evidence: Path | str | None = None, audit: bool = False
) -> Verified:
    """Check a record as it lies there; nothing is made, migrated or mended.

    Raises:
        StorageError: it is not there or cannot be read.
    """
    with _ONE:
        record = open_existing_record(data, database, evidence=evidence)
        try:
            return Verified(verify_record(record, audit=audit), record.anchors.fingerprint)
        finally:
            record.close()
