"""Carries what the watch room knows into the record, round by round.

One round is one transaction: spans and memory, findings with their register entries and
pictures, alerts. If it fails nothing of it is kept, the room keeps its batch, and the next
round tells it again; a key that stands in the register is never entered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.domain.clues import Clue, merge_clues
from models.domain.duty import Duty
from models.domain.every_finding import every_finding
from models.domain.finding import Finding, Level
from models.domain.finding_json import from_json
from models.domain.hall import Window
from models.domain.ports import MakeUnitOfWork
from models.domain.reconcile import Action, reconcile
from models.domain.records import EvidencePicture, FindingQuery, FindingRecord
from models.domain.spans import Span
from vision.entries import Proof
from vision.finding_clerk import FindingClerk
from vision.watch_room import Memory, WatchRoom

JudgeWindow = Callable[[Window, Sequence[Span], datetime], list[Finding]]
"""What a window's spans mean at a moment, by the duty rules."""

DayStart = Callable[[Window, datetime], datetime]
"""When the day that `JudgeWindow` judges at a moment began at the window."""

Photograph = Callable[[Window], list[EvidencePicture]]
"""Pictures of a window, masked and already safe in the evidence store."""


Others = Callable[[datetime], Sequence[Clue]]
"""What others saw of the day that is judged at a moment: spot checks, webhooks."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round wrote.

    Attributes:
        findings: Findings that are new, changed kind, ended or were withdrawn.
        alerts: Standing alerts.
        spans: Spans that ended.
    """

    findings: tuple[FindingRecord, ...] = ()
    alerts: int = 0
    spans: int = 0


@dataclass(frozen=True, slots=True)
class _Standing:
    """What this process knows to stand in the record: judged by key, alerts by window."""

    judged: dict[str, Finding] = field(default_factory=dict)
    alerts: dict[str, str] = field(default_factory=dict)


class RecordKeeper:
    """Writes rounds.

    Args:
        room: What is known of every window.
        judge: The duty rules.
        day_start: When the day they judge began; earlier findings stand as they are.
        duty: What they judge by; its notices are the references of what is withdrawn.
        photograph: Takes the pictures an entry needs.
        make_uow: The record.
        proof: What every entry names.
        others: Their observations join the finding in whose time they fall, and make none.
        elsewhere: Windows that another watch keeps; their alerts are left alone.
    """

    def __init__(
        self,
        room: WatchRoom,
        *,
        judge: JudgeWindow,
        day_start: DayStart,
        duty: Duty,
        photograph: Photograph,
        make_uow: MakeUnitOfWork,
        proof: Proof,
        others: Others = lambda _now: (),
        elsewhere: Collection[str] = (),
    ) -> None:
        self._elsewhere = frozenset(elsewhere)
        self._room = room
        self._judge = judge
        self._day_start = day_start
        self._duty = duty
        self._photograph = photograph
        self._make_uow = make_uow
        self._proof = proof
        self._others = others
        self._standing = _Standing()

    def ruled_by(self, duty: Duty) -> None:
        """Judge by other notices or another roster from here on; they are the references."""
        self._duty = duty

    def take_up(self, since: datetime) -> None:
        """Learn what the record holds of findings in sessions from `since` on."""
        with self._make_uow(read_only=True) as uow:
            known = {
                row.key: from_json(row.details["finding"])
                for row in every_finding(uow, FindingQuery(since=since))
                if "finding" in row.details and not row.details.get("withdrawn")
            }
            alerts = {
                alert.window_id: alert.finding_key
                for alert in uow.alerts.open()
                if alert.window_id not in self._elsewhere
            }
        self._standing = _Standing(known, alerts)

    def keep(self, now: datetime) -> Round:
        """One round.

        What would be registered without a picture, just after a restart, waits for the next
        one as long as it lasts.

        Raises:
            StorageError: nothing of it was written; the next round tells it again.
        """
        self._room.tick(now)
        batch = self._room.pending()
        judged = [
            one
            for window in self._room.windows.values()
            for one in self._judge(window, self._room.spans(window.id), now)
        ]
        known = self._known(now)
        joined = {one.key: one.sources for one in known}
        judged, _ = merge_clues(judged, self._others(now))
        judged = [one.with_sources(joined.get(one.key, ())) for one in judged]
        actions = reconcile(known, judged, self._duty)
        pictures = {
            action.key: self._photograph(self._room.windows[action.after.window_id])
            for action in actions
            if action.after is not None and _opens(action)
        }
        waiting = {
            action.key
            for action in actions
            if action.after and not action.after.ended and pictures.get(action.key) == []
        }
        judged = [one for one in judged if one.key not in waiting]
        actions = [one for one in actions if one.key not in waiting]
        with self._make_uow() as uow:
            uow.spans.save([*batch.ended, *batch.running.values()])
            uow.presences.save(batch.presences)
            clerk = FindingClerk(uow, self._room.windows, self._proof, now)
            rows = [clerk.carry_out(one, pictures.get(one.key, ())) for one in actions]
            alerts = clerk.alerts(judged, self._standing.alerts)
            uow.commit()
        self._standing = _Standing(
            {one.key: one for one in judged if one.level is not Level.NOTE}, alerts
        )
        self._room.settled(batch)
        return Round(tuple(row for row in rows if row), len(alerts), len(batch.ended))

    def _known(self, now: datetime) -> list[Finding]:
        """What stands, of the day being judged, as far as the room still holds its spans."""
        known = []
        for one in self._standing.judged.values():
            window = self._room.windows.get(one.window_id)
            spans = self._room.spans(one.window_id) if window else []
            if window is None or not spans or spans[0].start > one.since:
                continue
            if one.session_start >= self._day_start(window, now):
                known.append(one)
        return known


def _opens(action: Action) -> bool:
    before, after = action.before, action.after
    if after is None or after.level is not Level.FINDING:
        return False
    return before is None or before.level is not Level.FINDING


def memory_of(make_uow: MakeUnitOfWork, since: datetime, now: datetime) -> Memory:
    """What a restarted watch takes up: filters, running spans, ended spans after `since`."""
    with make_uow(read_only=True) as uow:
        ended = uow.spans.between(None, since, now + timedelta(days=1))
        return Memory(
            presences=uow.presences.load(),
            running=uow.spans.running(),
            ended=[span for span in ended if span.end is not None],
        )
