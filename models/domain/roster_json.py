"""A roster (排班表) as JSON values and back, for the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from models.domain.hours import SessionKind
from models.domain.roster import CoverChain, Roster, Shift, Turn


def to_json(roster: Roster) -> dict[str, Any]:
    """JSON values only; times in RFC 3339. The version is the roster's own hash."""
    return {
        "version": roster.version,
        "shifts": [_plain(row) for row in roster.shifts],
        "chains": [_plain(row) for row in roster.chains],
        "turns": [_plain(row) for row in roster.turns],
    }


def from_json(data: Mapping[str, Any]) -> Roster:
    """The roster that `to_json` was given.

    Raises:
        KeyError, ValueError: it is not such a roster.
    """
    return Roster(
        shifts=tuple(
            Shift(**_read(row, "start", "end") | {"kind": SessionKind(row["kind"])})
            for row in data["shifts"]
        ),
        chains=tuple(
            CoverChain(**_read(row, "valid_from") | {"person_ids": tuple(row["person_ids"])})
            for row in data["chains"]
        ),
        turns=tuple(Turn(**_read(row, "start", "end")) for row in data["turns"]),
        version=data["version"],
    )


def _plain(row: Shift | CoverChain | Turn) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else list(value)
        if isinstance(value, tuple)
        else str(value)
        for name, value in values.items()
    }


def _read(row: Mapping[str, Any], *moments: str) -> dict[str, Any]:
    return {**row, **{name: datetime.fromisoformat(row[name]) for name in moments}}
