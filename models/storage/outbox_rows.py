"""Rows of the outbox (发件箱) as values of the domain and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from models.domain.access import Role, Scope
from models.domain.hooks import Hook
from models.domain.notice import Audience, ItemState, Notice, Severity
from models.domain.ports_outbox import Delivery


def content_of(notice: Notice) -> dict[str, Any]:
    """What of a notice is kept as JSON values."""
    return {
        "roles": sorted(role.value for role in notice.audience.roles),
        "data": dict(notice.data),
        "title_zh": notice.title_zh,
        "title_en": notice.title_en,
        "body_zh": notice.body_zh,
        "body_en": notice.body_en,
    }


def notice_of(row: Row[Any]) -> Notice:
    """The notice of a row."""
    held = row.content
    return Notice(
        kind=row.kind,
        key=row.key,
        severity=Severity(row.severity),
        audience=Audience(frozenset(map(Role, held["roles"])), row.hall_id, row.unit_id),
        data=held["data"],
        title_zh=held["title_zh"],
        title_en=held["title_en"],
        body_zh=held["body_zh"],
        body_en=held["body_en"],
    )


def row_of(one: Delivery) -> dict[str, Any]:
    """The columns of a delivery."""
    row = asdict(one) | {"state": one.state.value}
    del row["id"]
    return row


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row."""
    values = dict(row._mapping)
    return Delivery(**values | {"state": ItemState(values["state"])})


def scope_row(hook: Hook) -> dict[str, Any]:
    """The columns of a hook's scope."""
    halls, units = hook.scope.halls, hook.scope.units
    return {
        "halls": None if halls is None else sorted(halls),
        "units": None if units is None else sorted(units),
    }


def hook_of(row: Row[Any]) -> Hook:
    """The hook of a row."""
    values = dict(row._mapping)
    halls, units = values.pop("halls"), values.pop("units")
    scope = Scope(
        None if halls is None else frozenset(halls), None if units is None else frozenset(units)
    )
    return Hook(**values | {"topics": frozenset(values["topics"]), "scope": scope})
