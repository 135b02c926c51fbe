"""Documents (文书文件) as files outside the database: `yyyy/mm/dd/<sha256>.<suffix>`, for good."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from models.domain.errors import StorageError
from models.domain.records import StoredFile
from models.storage.files import write_new

DOCUMENTS: Final = "documents"
"""Folder of documents, in the data folder."""
SUFFIXES: Final = frozenset({"docx", "pdf", "xlsx", "json", "jpg", "png", "txt"})
_PATH: Final = re.compile(r"\d{4}/\d{2}/\d{2}/([0-9a-f]{64})\.([a-z]+)")


class DocumentStore:
    """Files of papers, named by their hash. Safe from several threads and processes.

    Args:
        root: Folder; made with the first file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes, at: datetime, suffix: str) -> StoredFile:
        """Keep bytes so that they survive a power cut; the same bytes twice are one file.

        Raises:
            StorageError: not writable, disk full, or a suffix that is not kept here.
        """
        if suffix not in SUFFIXES:
            raise StorageError(
                f"不保存 .{suffix} 文件。", f".{suffix} files are not kept.", where=suffix
            )
        digest = sha256(data).hexdigest()
        path = f"{at.astimezone(UTC):%Y/%m/%d}/{digest}.{suffix}"
        file = self.root / path
        if not write_new(file, data) and file.read_bytes() != data:
            raise _changed(path)
        return StoredFile(digest, path, len(data))

    def read(self, path: str) -> bytes:
        """The bytes at `path`, checked against their hash.

        Raises:
            StorageError: missing, or changed since.
        """
        match = _PATH.fullmatch(path)
        if match is None:
            raise StorageError(
                f"文书路径“{path}”无效。", f"{path!r} is no path of a document.", where=path
            )
        try:
            data = (self.root / path).read_bytes()
        except OSError as error:
            raise StorageError(
                f"文书文件缺失或不可读取:{error.strerror}。",
                f"the document is missing or cannot be read: {error.strerror}.",
                where=path,
            ) from error
        if sha256(data).hexdigest() != match[1]:
            raise _changed(path)
        return data


def _changed(path: str) -> StorageError:
    return StorageError(
        "文书文件与其 SHA-256 不符,已被改动。",
        "the document does not match its SHA-256; it was changed.",
        where=path,
    )
