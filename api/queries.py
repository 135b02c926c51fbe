"""The record told in the API's words: findings, alerts, events, with names and local times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.events import type_of
from api.purged import purges
from api.schemas.alert import AlertOut
from api.schemas.finding import (
    EventOut,
    FindingDetail,
    FindingOut,
    PictureOut,
    RegisterOut,
    SpanOut,
)
from api.sentences import sentences
from api.settings import Settings
from models.domain.alert_desk import escalated, hand_of
from models.domain.events import before_and_after, finding_of
from models.domain.naming import unnamed
from models.domain.ports import UnitOfWork
from models.domain.records import FindingRecord, LiveAlert
from models.domain.register import Entry
from models.domain.retention import MAY_BE_PURGED

SETTINGS_KEPT: Final = 8


class Teller:
    """Tells records with the names of halls and windows and in the hall's time zone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._judged_by: dict[str, Mapping[str, Any]] = {}

    def zone(self, hall_id: str) -> ZoneInfo:
        """The hall's time zone, the global one where the hall is not in the settings any more."""
        known = hall_id in self._settings.halls
        return ZoneInfo(self._settings.time_zone_of(hall_id) if known else self._settings.time_zone)

    def local(self, moment: datetime) -> datetime:
        """A moment in the general time zone."""
        return moment.astimezone(ZoneInfo(self._settings.time_zone))

    def hall_name(self, hall_id: str) -> str:
        hall = self._settings.halls.get(hall_id)
        return hall.name if hall else hall_id

    def window_name(self, window_id: str) -> str:
        window = self._settings.windows.get(window_id)
        return window.name if window else window_id

    def hall_of_window(self, window_id: str) -> str:
        window = self._settings.windows.get(window_id)
        return window.hall if window else ""

    def finding(self, record: FindingRecord) -> FindingOut:
        """One finding as lists show it."""
        zone = self.zone(record.hall_id)
        details = record.details
        return FindingOut(
            id=record.id,
            key=record.key,
            kind=record.kind,
            state=record.state,
            window_id=record.window_id,
            window=self.window_name(record.window_id),
            hall_id=record.hall_id,
            hall=self.hall_name(record.hall_id),
            label=str(details.get("label", "")),
            unit=record.unit_id,
            post=record.post,
            opened_at=record.opened_at.astimezone(zone),
            started_at=record.started_at.astimezone(zone),
            until_at_least=record.until_at_least.astimezone(zone),
            proven_s=record.proven_s,
            possible_s=record.possible_s,
            ended=record.ended,
            expected="present",
            observed="absent",
            reason="withdrawn" if details.get("withdrawn") else "empty",
            roster_version=record.roster_version,
            profile=record.profile,
            evidence_sha256=list(record.evidence),
            register_seq=record.last_seq,
        )

    def detail(self, record: FindingRecord, uow: UnitOfWork) -> FindingDetail:
        """One finding with pictures, register entry and the window's day."""
        last = uow.register.get(record.last_seq) if record.last_seq else None
        opened = uow.register.by_key(f"{record.key}:opened") or last
        return FindingDetail(
            **self.finding(record).model_dump(),
            pictures=self._pictures(record, uow),
            details=dict(record.details),
            register_entry=self.entry(opened) if opened else None,
            last_entry=self.entry(last) if last else None,
            thresholds=self._thresholds(record, opened, uow),
            day=self.day(record.window_id, record.started_at, uow),
            sentence=sentences(
                record,
                self.window_name(record.window_id),
                self.hall_name(record.hall_id),
                self.zone(record.hall_id),
            ),
        )

    def entry(self, entry: Entry) -> RegisterOut:
        """A register entry as stored, but for the name of a person: `api.routes.naming` alone
        tells it."""
        return RegisterOut(
            seq=entry.seq,
            hash=entry.hash,
            prev_hash=entry.prev_hash,
            kind=entry.kind,
            at=entry.at.astimezone(ZoneInfo(self._settings.time_zone)),
            payload=unnamed(entry.payload),
        )

    def day(self, window_id: str, moment: datetime, uow: UnitOfWork) -> list[SpanOut]:
        """The window's spans on the local day of `moment`."""
        zone = self.zone(self.hall_of_window(window_id))
        midnight = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        spans = uow.spans.between(window_id, midnight, midnight + timedelta(days=1))
        return [
            SpanOut(
                state=span.state,
                reason=span.reason,
                start=span.start.astimezone(zone),
                end=span.end.astimezone(zone) if span.end else None,
                samples=span.samples,
            )
            for span in spans
        ]

    def _thresholds(
        self, record: FindingRecord, entry: Entry | None, uow: UnitOfWork
    ) -> dict[str, dict[str, Any]]:
        """The limits that held, from the settings that the entry names by hash; empty if
        unknown."""
        digest = str(entry.payload.get("settings_hash", "")) if entry else ""
        settings = self._settings_by(digest, uow) if digest else {}
        window = settings.get("windows", {}).get(record.window_id, {})
        hall = settings.get("halls", {}).get(record.hall_id, {})
        named = settings.get("duty_profiles", {}).get(window.get("profile"))
        limits: dict[str, dict[str, Any]] = {}
        for layer in (settings.get("duty"), hall.get("duty"), named, window.get("duty")):
            limits |= {name: limit for name, limit in (layer or {}).items() if limit is not None}
        return limits

    def _settings_by(self, digest: str, uow: UnitOfWork) -> Mapping[str, Any]:
        """The settings with this hash, a city's being large and always the same few."""
        known = self._judged_by.get(digest) or uow.settings.get(digest) or {}
        if digest not in self._judged_by and known:
            if len(self._judged_by) >= SETTINGS_KEPT:
                self._judged_by.clear()
            self._judged_by[digest] = known
        return known

    def _pictures(self, record: FindingRecord, uow: UnitOfWork) -> list[PictureOut]:
        found = [uow.evidence.get(sha256) for sha256 in record.evidence]
        zone = self.zone(record.hall_id)
        gone = purges(uow, record.opened_at) if record.state in MAY_BE_PURGED else {}
        return [
            PictureOut(
                sha256=picture.sha256,
                moment=picture.kind,
                taken_at=picture.taken_at.astimezone(zone),
                camera_id=picture.camera_id,
                zone_version=picture.zone_version,
                masked=picture.masked,
                url=f"/api/v1/evidence/{picture.sha256}.jpg",
                destroyed_at=gone[picture.sha256].at.astimezone(zone)
                if picture.sha256 in gone
                else None,
            )
            for picture in found
            if picture is not None
        ]

    def place_of(self, alert: LiveAlert, uow: UnitOfWork) -> tuple[str, str]:
        """Hall and unit of an alert: of the finding it grew into, else of its window."""
        record = uow.findings.by_key(alert.finding_key) if alert.finding_key else None
        if record is not None:
            return record.hall_id, record.unit_id
        window = self._settings.windows.get(alert.window_id)
        return (window.hall, window.unit) if window else ("", "")

    def alert(self, alert: LiveAlert, finding_ids: Mapping[str, int], now: datetime) -> AlertOut:
        """One alert as it is now; `finding_ids` by key where the finding is at hand."""
        hall_id = self.hall_of_window(alert.window_id)
        zone = self.zone(hall_id)
        hand = hand_of(alert)
        details = alert.details
        quiet = hand.snoozed_until if hand.snoozed(now) else None
        return AlertOut(
            id=alert.id,
            window_id=alert.window_id,
            window=self.window_name(alert.window_id),
            hall_id=hall_id,
            hall=self.hall_name(hall_id),
            kind=alert.kind,
            since=alert.since.astimezone(zone),
            raised_at=alert.raised_at.astimezone(zone),
            cleared_at=alert.cleared_at.astimezone(zone) if alert.cleared_at else None,
            finding_id=finding_ids.get(alert.finding_key),
            claimed_by=hand.claimed_by,
            claimed_at=hand.claimed_at.astimezone(zone) if hand.claimed_at else None,
            snoozed_until=quiet.astimezone(zone) if quiet else None,
            escalated=escalated(alert, now, self._settings.web.escalate_after),
            escalated_by=hand.escalated_by,
            why={name: str(details.get(f"why_{name}", "")) for name in ("zh", "en")},
        )

    def events(self, entries: Sequence[Entry], uow: UnitOfWork) -> list[EventOut]:
        """Register entries as events."""
        return [self._event(entry, uow) for entry in entries]

    def _event(self, entry: Entry, uow: UnitOfWork) -> EventOut:
        payload = unnamed(entry.payload)
        key = finding_of(entry)
        before, after = before_and_after(entry, uow.register.by_key) if key else (None, payload)
        record = uow.findings.by_key(key) if key else None
        said = after or {}
        window_id = _text(said, "window_id") or _text(payload, "window")
        about_duty = entry.kind.startswith("finding_")
        return EventOut(
            id=entry.seq,
            type=type_of(entry),
            kind=entry.kind,
            at=entry.at.astimezone(ZoneInfo(self._settings.time_zone)),
            finding_id=record.id if record else None,
            window_id=window_id,
            hall_id=_text(said, "hall_id")
            or _text(payload, "hall")
            or self.hall_of_window(window_id or ""),
            unit=_text(said, "unit") or (record.unit_id if record else ""),
            state=_text(said, "state"),
            reason=_text(said, "reason"),
            expected="present" if about_duty else None,
            observed="absent" if about_duty else _text(said, "kind") if key else None,
            evidence_sha256=[item["sha256"] for item in payload.get("evidence") or []],
            before=before,
            after=after or None,
        )


def _text(payload: Mapping[str, Any], key: str) -> str | None:
    value = payload.get(key)
    return str(value) if value is not None else None
