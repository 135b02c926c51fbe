"""A document in every format that is asked for, kept as files before any row names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models.domain.circular import Variant
from models.domain.document import Document
from models.domain.document_json import document_json
from models.domain.papers import PaperFile
from models.domain.register import canonical
from models.storage.document_store import DocumentStore
from scheduler.circulars.docx import to_docx
from scheduler.circulars.pdf import to_pdf
from scheduler.circulars.xlsx import to_xlsx


def to_json(document: Document) -> bytes:
    """The document's figures and words as canonical JSON."""
    return canonical(document_json(document)).encode()


FORMATS: Final[Mapping[str, Callable[[Document], bytes]]] = {
    "docx": to_docx,
    "pdf": to_pdf,
    "xlsx": to_xlsx,
    "json": to_json,
}


@dataclass(frozen=True, slots=True)
class Edition:
    """One variant of a paper, to be rendered.

    Attributes:
        document: What it says.
        variant: Which variant it is.
        unit_id: The unit it is for, empty for all.
        formats: Formats it is made in.
    """

    document: Document
    variant: Variant
    unit_id: str = ""
    formats: tuple[str, ...] = ("docx", "pdf", "xlsx", "json")


def render(document: Document, form: str) -> bytes:
    """A document in one format.

    Raises:
        TypesettingError: PDF without a font that has Chinese characters.
        KeyError: no such format.
    """
    return FORMATS[form](document)


def keep(
    editions: Iterable[Edition], store: DocumentStore, paper: str, at: datetime
) -> list[PaperFile]:
    """Render editions and keep the files; a row may name them afterwards.

    Raises:
        TypesettingError: a format cannot be made here.
        StorageError: a file cannot be written.
    """
    found = []
    for edition in editions:
        for form in edition.formats:
            data = render(edition.document, form)
            kept = store.put(data, at, form)
            name = file_name(edition, form)
            found.append(
                PaperFile(
                    paper,
                    name,
                    kept.sha256,
                    kept.path,
                    kept.bytes,
                    at,
                    edition.variant.value,
                    edition.unit_id,
                )
            )
    return found


def file_name(edition: Edition, form: str) -> str:
    """What a file is called: title, unit or 公开版, format."""
    number = f"{edition.document.number} " if edition.document.number else ""
    whose = f"({edition.unit_id})" if edition.unit_id else ""
    if edition.variant is Variant.PUBLIC:
        whose = "(公开版)"
    name = f"{number}{edition.document.title}{whose}"
    clean = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in name)
    return f"{clean[:150]}.{form}"
