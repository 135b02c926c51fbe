"""A finding as JSON values and back, for the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from models.domain.finding import Finding, Kind, Level, Source, SourceKind

_MOMENTS = ("session_start", "session_end", "since", "until_at_least")
_LISTS = ("notice_ids", "remark_ids")


def to_json(finding: Finding) -> dict[str, Any]:
    """JSON values only; times in RFC 3339."""
    plain = {field.name: getattr(finding, field.name) for field in fields(Finding)}
    return plain | {
        **{name: plain[name].isoformat() for name in _MOMENTS},
        **{name: list(plain[name]) for name in _LISTS},
        "kind": finding.kind.value,
        "level": finding.level.value,
        "sources": [[one.at.isoformat(), one.kind.value, one.ref] for one in finding.sources],
    }


def from_json(data: Mapping[str, Any]) -> Finding:
    """The finding that `to_json` was given.

    Raises:
        KeyError, ValueError: it is not such a finding.
    """
    known = {field.name: data[field.name] for field in fields(Finding)}
    return Finding(
        **known
        | {
            **{name: datetime.fromisoformat(known[name]) for name in _MOMENTS},
            **{name: tuple(known[name]) for name in _LISTS},
            "kind": Kind(known["kind"]),
            "level": Level(known["level"]),
            "sources": tuple(
                Source(datetime.fromisoformat(at), SourceKind(kind), ref)
                for at, kind, ref in known["sources"]
            ),
        }
    )
