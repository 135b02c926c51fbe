"""Files that units attach to what they write (附件), kept for good before any row names them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Final

from api.attachment_guard import ENDINGS
from models.domain.errors import InputError
from models.domain.papers import PaperFile
from models.storage.document_store import DocumentStore

ATTACHMENT: Final = "attachment"

Sent = Sequence[tuple[str, bytes]]
"""Name and content of each file, checked by `api.attachment_guard` before."""


def keep_attached(
    store: DocumentStore, paper: str, unit_id: str, files: Sent, at: datetime
) -> tuple[PaperFile, ...]:
    """Keep files; a row may name them afterwards.

    Raises:
        InputError: a kind of file that is not taken.
        StorageError: one cannot be written.
    """
    kept = []
    for name, data in files:
        ending = ENDINGS.get(PurePath(name).suffix.lower().lstrip("."))
        if ending is None:
            raise InputError(
                f"附件“{name}”格式不接受。", f"{name!r} is not taken as an attachment.", where=name
            )
        stored = store.put(data, at, ending)
        kept.append(
            PaperFile(
                paper, name, stored.sha256, stored.path, stored.bytes, at, ATTACHMENT, unit_id
            )
        )
    return tuple(kept)
