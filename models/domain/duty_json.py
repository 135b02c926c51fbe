"""Roster and notices together as JSON values and back: one version of what duty was ruled by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from models.domain import roster_json
from models.domain.leave import Notice, NoticeKind
from models.domain.roster import Roster

_MOMENTS = ("start", "end", "registered_at", "requested_at", "approved_at", "back_at")


def to_json(roster: Roster, notices: Iterable[Notice] = ()) -> dict[str, Any]:
    """JSON values only; times in RFC 3339, notices by their start."""
    ordered = sorted(notices, key=lambda one: (one.start, one.person_id, one.id))
    return {**roster_json.to_json(roster), "notices": [_plain(one) for one in ordered]}


def from_json(data: Mapping[str, Any]) -> tuple[Roster, tuple[Notice, ...]]:
    """What `to_json` was given; a version kept before notices were has none.

    Raises:
        KeyError, ValueError: it is not such a roster.
    """
    notices = tuple(_read(row) for row in data.get("notices", ()))
    return roster_json.from_json(data), notices


def _plain(notice: Notice) -> dict[str, Any]:
    values = {field.name: getattr(notice, field.name) for field in fields(notice)}
    moments = {name: values[name].isoformat() if values[name] else None for name in _MOMENTS}
    return {**values, **moments, "kind": notice.kind.value}


def _read(row: Mapping[str, Any]) -> Notice:
    moments = {
        name: datetime.fromisoformat(row[name]) if row[name] is not None else None
        for name in _MOMENTS
    }
    return Notice(**{**row, **moments, "kind": NoticeKind(row["kind"])})
