"""A document as PDF with embedded fonts, and its charts as pictures."""

from __future__ import annotations

from models.domain.document import Document
from scheduler.circulars.typesetting import typeset


def to_pdf(document: Document) -> bytes:
    """The document as the bytes of a PDF.

    Raises:
        TypesettingError: no font with Chinese characters is installed.
    """
    return typeset(document, "pdf")
