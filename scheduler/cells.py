"""Text in cells of spreadsheets: it is never a formula, and never what a file cannot hold."""

from __future__ import annotations

import re
from typing import Any, Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take text for a formula."""

LONGEST: Final = 32_000
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def put_text(cell: Any, text: str) -> Any:
    """Write text into a cell of openpyxl as text, whatever it begins with; gives the cell."""
    cell.value = clean(text)
    cell.data_type = "s"
    if text.startswith(FORMULA):
        cell.quotePrefix = True
    return cell


def no_formula(text: str) -> str:
    """Text for a CSV file; what a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def clean(text: str) -> str:
    """Text without what no spreadsheet can hold."""
    return _UNWRITABLE.sub("", text)[:LONGEST]
