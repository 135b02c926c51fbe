"""The layouts that rosters come in (domain.md §4.1), told apart by their heads.

Each offers `take(sheet, reader, harvest) -> bool`: False where the sheet is not of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scheduler.rosters.entries import Reader
from scheduler.rosters.harvest import Harvest
from scheduler.rosters.layouts import ab_table, leave_book, list_rows, matrix, rotation
from scheduler.rosters.sheets import Sheet

LAYOUTS: Final[tuple[Callable[[Sheet, Reader, Harvest], bool], ...]] = (
    leave_book.take,
    ab_table.take,
    rotation.take,
    matrix.take,
    list_rows.take,
)
"""The most particular heads first."""
