"""Rows of another database as a table of cases, read like a file of that name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from scheduler.rosters.sheets import Cell, Sheet

Value: TypeAlias = str | float | datetime | time

MOST_ROWS: Final = 20_000
"""Rows that one query may give."""


def sheet_of(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], zone: ZoneInfo
) -> Sheet:
    """A table whose cells say where they stood: `name:3 accept_date`, counted from 1."""
    table = [tuple(Cell(head, f"{name} {head}") for head in heads)]
    for number, row in enumerate(rows, 1):
        table.append(
            tuple(
                Cell(_wall_time(value, zone), f"{name}:{number} {head}")
                for head, value in zip(heads, row, strict=True)
            )
        )
    return Sheet(name, "", tuple(table))


def _wall_time(value: Value, zone: ZoneInfo) -> Value:
    """Moments with a zone as the clock on the wall showed them."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(zone).replace(tzinfo=None)
    return value
