"""Carries what the watch room knows into the record, round by round.

One round is one transaction: spans and memory, findings with their register entries and
pictures, alerts. If it fails nothing of it is kept, the room keeps its batch, and the next
round tells it again; a key that stands in the register is never entered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from models.domain.finding import Finding, Level
from models.domain.hall import Window
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.records import EvidencePicture, FindingQuery, FindingRecord
from models.domain.register import AlreadyRegistered
from models.domain.spans import Span
from vision.entries import ALERT, Proof, alert_of, facts_of, record_of
from vision.watch_room import Batch, Memory, WatchRoom

JudgeWindow = Callable[[Window, Sequence[Span], datetime], list[Finding]]
"""What a window's spans mean at a moment, by the duty rules."""

Photograph = Callable[[Window], list[EvidencePicture]]
"""Pictures of a window, masked and already safe in the evidence store."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round wrote: new findings, ended ones, standing alerts."""

    opened: tuple[FindingRecord, ...] = ()
    changed: tuple[FindingRecord, ...] = ()
    alerts: int = 0
    spans: int = 0


@dataclass(slots=True)
class _Books:
    """What this process knows to stand in the record."""

    findings: dict[str, FindingRecord] = field(default_factory=dict)
    alerts: dict[str, datetime] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)


class RecordKeeper:
    """Writes rounds.

    Args:
        room: What is known of every window.
        judge: The duty rules.
        photograph: Takes the pictures an entry needs.
        make_uow: The record.
        proof: What every entry names.
    """

    def __init__(
        self,
        room: WatchRoom,
        *,
        judge: JudgeWindow,
        photograph: Photograph,
        make_uow: MakeUnitOfWork,
        proof: Proof,
    ) -> None:
        self._room = room
        self._judge = judge
        self._photograph = photograph
        self._make_uow = make_uow
        self._proof = proof
        self._books = _Books()

    def take_up(self, since: datetime) -> None:
        """Learn what the record holds of findings that last or ended after `since`."""
        with self._make_uow(read_only=True) as uow:
            known = [*uow.findings.open()]
            after = 0
            while page := uow.findings.list(FindingQuery(since=since), after_id=after, limit=500):
                known += page
                after = page[-1].id
            alerts = {alert.window_id: alert.since for alert in uow.alerts.open()}
        withdrawn = {one.key for one in known if one.details.get("withdrawn")}
        self._books = _Books({one.key: one for one in known}, alerts, withdrawn)

    def keep(self, now: datetime) -> Round:
        """One round.

        Raises:
            StorageError: nothing of it was written; the next round tells it again.
        """
        self._room.tick(now)
        batch = self._room.pending()
        judged = self._judged(now)
        pictures = {
            one.key: self._photograph(self._room.windows[one.window_id])
            for one in judged.values()
            if one.level is Level.FINDING and one.key not in self._books.findings
        }
        books = _Books(
            dict(self._books.findings), dict(self._books.alerts), set(self._books.withdrawn)
        )
        with self._make_uow() as uow:
            self._keep_spans(uow, batch)
            opened = [
                self._open(uow, books, judged[key], shots, now) for key, shots in pictures.items()
            ]
            changed = [
                *self._carry_on(uow, books, judged, now),
                *self._withdraw(uow, books, judged, now),
            ]
            self._alerts(uow, books, judged.values(), now)
            uow.commit()
        self._books = books
        self._room.settled(batch)
        return Round(tuple(opened), tuple(changed), len(books.alerts), len(batch.ended))

    def _judged(self, now: datetime) -> dict[str, Finding]:
        found: dict[str, Finding] = {}
        for window in self._room.windows.values():
            for one in self._judge(window, self._room.spans(window.id), now):
                found[one.key] = one
        return found

    def _keep_spans(self, uow: UnitOfWork, batch: Batch) -> None:
        uow.spans.save([*batch.ended, *batch.running.values()])
        uow.presences.save(batch.presences)

    def _open(
        self,
        uow: UnitOfWork,
        books: _Books,
        finding: Finding,
        shots: Sequence[EvidencePicture],
        now: datetime,
    ) -> FindingRecord:
        for shot in shots:
            uow.evidence.add(shot)
        payload = facts_of(finding, self._room.windows[finding.window_id], self._proof) | {
            "evidence": [
                {
                    "sha256": shot.sha256,
                    "path": shot.path,
                    "camera": shot.camera_id,
                    "taken_at": shot.taken_at.isoformat(),
                    "shows": shot.kind.value,
                    "zone_version": shot.zone_version,
                }
                for shot in shots
            ]
        }
        try:
            entry = uow.register.append("finding_opened", payload, now, key=f"{finding.key}:opened")
        except AlreadyRegistered as before:
            entry = before.entry
        standing = uow.findings.by_key(finding.key)
        if standing is None:
            record = record_of(finding, now)
            standing = uow.findings.add(
                replace(record, evidence=tuple(s.sha256 for s in shots), last_seq=entry.seq)
            )
        books.findings[finding.key] = standing
        return standing

    def _carry_on(
        self, uow: UnitOfWork, books: _Books, judged: Mapping[str, Finding], now: datetime
    ) -> Iterable[FindingRecord]:
        """Findings that stand: extended quietly; a change of kind or the end is an entry."""
        for key, finding in judged.items():
            before = books.findings.get(key)
            if before is None or before.ended or finding.level is not Level.FINDING:
                continue
            record = replace(
                record_of(finding, before.opened_at),
                id=before.id,
                state=before.state,
                evidence=before.evidence,
                last_seq=before.last_seq,
            )
            if record == before:
                continue
            if before.kind != record.kind:
                record = self._enter(uow, "finding_changed", record, finding, now)
            if record.ended:
                record = self._enter(uow, "finding_ended", record, finding, now)
            uow.findings.update(record)
            books.findings[key] = record
            if record.last_seq != before.last_seq:
                yield record

    def _enter(
        self,
        uow: UnitOfWork,
        what: str,
        record: FindingRecord,
        finding: Finding,
        now: datetime,
    ) -> FindingRecord:
        name = "ended" if what == "finding_ended" else record.kind
        facts = facts_of(finding, self._room.windows[finding.window_id], self._proof)
        try:
            entry = uow.register.append(what, facts, now, key=f"{record.key}:{name}")
        except AlreadyRegistered as before:
            entry = before.entry
        return replace(record, last_seq=entry.seq)

    def _withdraw(
        self, uow: UnitOfWork, books: _Books, judged: Mapping[str, Finding], now: datetime
    ) -> Iterable[FindingRecord]:
        """What no longer holds (a notice came in, the roster was mended) leaves a trace."""
        for key, before in list(books.findings.items()):
            still = judged.get(key)
            if before.ended or key in books.withdrawn:
                continue
            if still is not None and still.level is Level.FINDING:
                continue
            if still is None and not self._in_sight(before):
                continue
            payload = {"finding": key, "reason": "no_longer_holds"}
            entry = uow.register.append(
                "finding_withdrawn", payload, now, key=f"{key}:withdrawn:{now.isoformat()}"
            )
            record = replace(
                before,
                ended=True,
                last_seq=entry.seq,
                details={**before.details, "withdrawn": True},
            )
            uow.findings.update(record)
            books.findings[key] = record
            books.withdrawn.add(key)
            yield record

    def _in_sight(self, record: FindingRecord) -> bool:
        """Whether the room still holds the spans that the finding rests on."""
        spans = self._room.spans(record.window_id)
        return bool(spans) and spans[0].start <= record.started_at

    def _alerts(
        self, uow: UnitOfWork, books: _Books, judged: Iterable[Finding], now: datetime
    ) -> None:
        """An empty window is an alert while it lasts, whatever it has grown into."""
        lasting = {
            one.window_id: one
            for one in judged
            if not one.ended and one.level in (Level.ALERT, Level.FINDING)
        }
        for window_id, finding in lasting.items():
            grown = finding.key if finding.level is Level.FINDING else ""
            if window_id not in books.alerts:
                uow.alerts.raise_(alert_of(finding, grown, now))
                books.alerts[window_id] = finding.since
            elif grown:
                uow.alerts.link(window_id, ALERT, grown)
        for window_id in [known for known in books.alerts if known not in lasting]:
            uow.alerts.clear(window_id, ALERT, now)
            del books.alerts[window_id]


def memory_of(make_uow: MakeUnitOfWork, since: datetime, now: datetime) -> Memory:
    """What a restarted watch takes up: filters, running spans, ended spans after `since`."""
    with make_uow(read_only=True) as uow:
        ended = uow.spans.between(None, since, now + timedelta(days=1))
        return Memory(
            presences=uow.presences.load(),
            running=uow.spans.running(),
            ended=[span for span in ended if span.end is not None],
        )
