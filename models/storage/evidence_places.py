"""Where evidence pictures are kept: a folder, or a bucket that several machines share."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from models.storage.evidence_objects import ObjectEvidenceStore
from models.storage.evidence_store import FileEvidenceStore

EvidencePlace: TypeAlias = FileEvidenceStore | ObjectEvidenceStore


def open_evidence(place: Path | str) -> EvidencePlace:
    """The store at a folder, or at an address `s3://bucket/prefix`.

    Raises:
        StorageError: the address is not usable, or its extra is not installed.
    """
    return FileEvidenceStore(place) if isinstance(place, Path) else ObjectEvidenceStore(place)
