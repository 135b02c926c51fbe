"""The wall's data in one compact piece of JSON, made once for all viewers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any, Final

from api.queries import Teller
from api.settings import Settings
from api.sight import Sight, WindowSight
from api.wiring_pace import paces_of
from models.domain.access import EVERYWHERE, Scope
from models.domain.ports import MakeUnitOfWork
from models.domain.records import FindingQuery, FindingRecord, LiveAlert

MOST_SCOPES: Final = 64
"""Scopes whose wall is kept; there are as many as halls, and seldom more."""

SHOWN: Final = 40


class Wall:
    """Makes the wall's JSON for each scope (数据范围), anew only when the board looked again.

    Args:
        settings: Names and order of halls and cameras.
        teller: Names and time zones.
        make_uow: The record, for scopes that the board does not look at.
    """

    def __init__(self, settings: Settings, teller: Teller, make_uow: MakeUnitOfWork) -> None:
        self._settings = settings
        self._teller = teller
        self._make_uow = make_uow
        self._kept: dict[Scope, tuple[Sight, Sight, bytes, str]] = {}

    def of(self, sight: Sight, scope: Scope = EVERYWHERE) -> tuple[bytes, str]:
        """The JSON of what lies in a scope, and its hash."""
        kept = self._kept.get(scope)
        if kept is None or kept[0] is not sight:
            before = kept[1] if kept else None
            seen = sight if scope == EVERYWHERE else self._within(sight, scope, before)
            values = _wall(self._settings, self._teller, seen)
            body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
            if len(self._kept) >= MOST_SCOPES:
                self._kept.clear()
            kept = self._kept[scope] = (sight, seen, body, hashlib.sha256(body).hexdigest()[:32])
        return kept[2], kept[3]

    def _within(self, sight: Sight, scope: Scope, before: Sight | None) -> Sight:
        """What of a sight lies in a scope; a camera shows every unit that sits in its hall."""
        settings = self._settings
        changed = before is None or before.head_seq != sight.head_seq
        with self._make_uow(read_only=True) as uow:
            findings = before.findings if before is not None else ()
            if changed:
                findings = uow.findings.list(FindingQuery(scope=scope), limit=SHOWN)
            alerts = [
                alert for alert in sight.alerts if scope.covers(*self._teller.place_of(alert, uow))
            ]
        return replace(
            sight,
            cameras=[camera for camera in sight.cameras if scope.covers(camera.hall_id, "")],
            windows=[
                window
                for window in sight.windows
                if scope.covers(window.hall_id, settings.windows[window.id].unit)
            ],
            alerts=alerts,
            findings=findings,
        )


def _wall(settings: Settings, teller: Teller, sight: Sight) -> dict[str, Any]:
    windows = {window.id: window for window in sight.windows}
    halls = {camera.hall_id for camera in sight.cameras}
    paces = paces_of(settings)
    return {
        "halls": [
            {"id": hall_id, "name": hall.name, "kind": hall.kind}
            for hall_id, hall in settings.halls.items()
            if hall_id in halls
        ],
        "cameras": [
            {
                "id": camera.id,
                "name": camera.name,
                "hall": camera.hall_id,
                "link": camera.link,
                "reason": camera.reason,
                "taken_at": camera.taken_at.isoformat() if camera.taken_at else None,
                "period_s": paces[camera.id].slowest_s
                if camera.id in paces
                else settings.sampling_of(camera.id).period_s,
                "v": camera.thumbnail_etag[:12],
                "windows": [_window(windows[name]) for name in camera.windows if name in windows],
            }
            for camera in sight.cameras
        ],
        "counts": _counts(sight),
        "alerts": [_alert(teller, sight, alert) for alert in sight.alerts],
        "standing": sum(alert.cleared_at is None for alert in sight.alerts),
        "findings": [_finding(teller, record) for record in sight.findings],
        "watching": sight.watching,
        "record_fault": sight.record_fault,
    }


def shown_state(window: WindowSight) -> str:
    """A window's state on the wall: `closed` where nobody is expected and nobody is seen."""
    return "closed" if not window.open and window.state != "present" else window.state


def _window(window: WindowSight) -> dict[str, Any]:
    return {
        "id": window.id,
        "name": window.name,
        "state": shown_state(window),
        "reason": window.reason,
        "since": window.since.isoformat() if window.since else None,
    }


def _counts(sight: Sight) -> dict[str, int]:
    counts = {"present": 0, "absent": 0, "unknown": 0, "closed": 0}
    for window in sight.windows:
        counts[shown_state(window)] += 1
    return counts


def _alert(teller: Teller, sight: Sight, alert: LiveAlert) -> dict[str, Any]:
    ids = {record.key: record.id for record in sight.findings}
    hall_id = teller.hall_of_window(alert.window_id)
    return {
        "id": alert.id,
        "window": teller.window_name(alert.window_id),
        "hall": hall_id,
        "hall_name": teller.hall_name(hall_id),
        "kind": alert.kind,
        "since": alert.since.isoformat(),
        "cleared_at": alert.cleared_at.isoformat() if alert.cleared_at else None,
        "finding": ids.get(alert.finding_key),
    }


def _finding(teller: Teller, record: FindingRecord) -> dict[str, Any]:
    zone = teller.zone(record.hall_id)
    return {
        "id": record.id,
        "window": teller.window_name(record.window_id),
        "hall": record.hall_id,
        "hall_name": teller.hall_name(record.hall_id),
        "kind": record.kind,
        "state": record.state,
        "from": record.started_at.astimezone(zone).strftime("%H:%M:%S"),
        "proven_s": record.proven_s,
        "ended": record.ended,
    }
