"""Spans and the filters' memory in the database, written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from models.domain.errors import StorageError
from models.domain.presence import Presence, Reason, State
from models.domain.spans import Span
from models.storage.statements import begun_before, each_value, insert_or
from models.storage.tables import presences, spans

_CARRIED = (
    "state",
    "reason",
    "ended_at",
    "proven_since",
    "proven_until",
    "last_present",
    "samples",
    "weakest",
)


class StoredSpans:
    """SpanBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, spans: Iterable[Span]) -> None:
        # A window's closing span goes first: only one may run at a time.
        ordered = sorted(spans, key=lambda span: (span.end is None, span.start))
        if not ordered:
            return
        self._refuse_changes(ordered)
        self._connection.execute(self._statement(), [_span_row(span) for span in ordered])

    def _statement(self) -> Any:
        statement = insert_or(self._connection, spans)
        return statement.on_conflict_do_update(
            index_elements=[spans.c.window_id, spans.c.started_at],
            set_={name: statement.excluded[name] for name in _CARRIED},
            where=spans.c.ended_at.is_(None),
        )

    def _refuse_changes(self, ordered: list[Span]) -> None:
        earliest = min(span.start for span in ordered)
        query = select(spans).where(
            spans.c.started_at >= earliest,
            spans.c.ended_at.is_not(None),
            spans.c.window_id.in_({span.window_id for span in ordered}),
        )
        closed = {
            (span.window_id, span.start): span
            for span in map(_span, self._connection.execute(query))
        }
        for span in ordered:
            kept = closed.get((span.window_id, span.start))
            if kept is not None and kept != span:
                raise StorageError(
                    f"窗口 {span.window_id} 自 {span.start.isoformat()} 起的时段已结束,不可更改。",
                    f"the span of window {span.window_id} from {span.start.isoformat()} is "
                    "closed and cannot change.",
                    where="spans",
                )

    def running(self) -> dict[str, Span]:
        query = select(spans).where(spans.c.ended_at.is_(None))
        return {row.window_id: _span(row) for row in self._connection.execute(query)}

    def between(self, window_id: str | None, start: datetime, end: datetime) -> list[Span]:
        if window_id is None:
            every = each_value(self._connection, spans.c.window_id)
            return [span for one in every for span in self.between(one, start, end)]
        query = select(spans).where(
            spans.c.window_id == window_id,
            spans.c.started_at < end,
            spans.c.started_at
            >= begun_before(spans.c.window_id, window_id, spans.c.started_at, start),
            or_(spans.c.ended_at.is_(None), spans.c.ended_at > start),
        )
        query = query.order_by(spans.c.started_at)
        return [_span(row) for row in self._connection.execute(query)]


def _span_row(span: Span) -> dict[str, Any]:
    return {
        "window_id": span.window_id,
        "state": span.state.value,
        "reason": span.reason.value,
        "started_at": span.start,
        "ended_at": span.end,
        "proven_since": span.proven_since,
        "proven_until": span.proven_until,
        "last_present": span.last_present,
        "samples": span.samples,
        "weakest": span.weakest,
    }


def _span(row: Row[Any]) -> Span:
    return Span(
        window_id=row.window_id,
        state=State(row.state),
        reason=Reason(row.reason),
        start=row.started_at,
        end=row.ended_at,
        proven_since=row.proven_since,
        proven_until=row.proven_until,
        last_present=row.last_present,
        samples=row.samples,
        weakest=row.weakest,
    )


class StoredPresences:
    """PresenceBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, presences: Mapping[tuple[str, str], Presence]) -> None:
        rows = [
            {"window_id": window_id, "camera_id": camera_id, "memory": _memory(presence)}
            for (window_id, camera_id), presence in presences.items()
        ]
        if rows:
            self._connection.execute(_presence_upsert(self._connection), rows)

    def load(self) -> dict[tuple[str, str], Presence]:
        found = {}
        for row in self._connection.execute(select(presences)):
            presence = _presence(row.memory)
            if presence is not None:
                found[(row.window_id, row.camera_id)] = presence
        return found


def _presence_upsert(connection: Connection) -> Any:
    statement = insert_or(connection, presences)
    return statement.on_conflict_do_update(
        index_elements=[presences.c.window_id, presences.c.camera_id],
        set_={"memory": statement.excluded.memory},
    )


def _memory(presence: Presence) -> dict[str, Any]:
    return {item.name: getattr(presence, item.name) for item in fields(presence)}


_MOMENTS = frozenset(item.name for item in fields(Presence) if "datetime" in str(item.type))


def _presence(memory: Mapping[str, Any]) -> Presence | None:
    """None where another version of the filter wrote it: the window starts as UNKNOWN."""
    if set(memory) != {item.name for item in fields(Presence)}:
        return None
    values: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _MOMENTS and value else value
        for name, value in memory.items()
    }
    try:
        values["state"], values["reason"] = State(memory["state"]), Reason(memory["reason"])
    except ValueError:
        return None
    return Presence(**values)
