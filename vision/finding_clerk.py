"""Writes what re-judging changed into one open transaction: entries, rows, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.domain.finding import Finding, Level
from models.domain.hall import Window
from models.domain.life import Stage
from models.domain.ports import UnitOfWork
from models.domain.reconcile import Action, Move
from models.domain.records import EvidencePicture, FindingRecord
from models.domain.register import AlreadyRegistered, Entry
from vision.entries import (
    ALERT,
    Proof,
    alert_of,
    facts_of,
    named_pictures,
    notice_of,
    record_of,
)

_ENTRIES = {
    Move.CHANGE_KIND: "finding_changed",
    Move.AMEND: "finding_amended",
    Move.END: "finding_ended",
    Move.EXCUSE: "finding_excused",
    Move.EXEMPT: "finding_exempted",
    Move.WITHDRAW: "finding_withdrawn",
}
_STAGES = {
    Move.EXCUSE: Stage.EXCUSED,
    Move.EXEMPT: Stage.EXEMPTED,
    Move.WITHDRAW: Stage.REVOKED,
}

_NEWS = {Move.OPEN, Move.CHANGE_KIND}
"""Moves that may make a finding serious."""

_OUT_OF_HAND = {Stage.PUBLISHED, Stage.RECTIFYING, Stage.CLOSED, Stage.APPEALED}
"""Stages in which only a person changes a finding: it stands in a circular that was sent."""


@dataclass(frozen=True, slots=True)
class FindingClerk:
    """Bound to one transaction.

    Attributes:
        uow: The open transaction.
        windows: All windows, by id.
        proof: What every entry names.
        now: The moment of registration.
    """

    uow: UnitOfWork
    windows: Mapping[str, Window]
    proof: Proof
    now: datetime

    def carry_out(
        self, action: Action, shots: Sequence[EvidencePicture] = ()
    ) -> FindingRecord | None:
        """Write one action; what is only an alert leaves no entry.

        Returns:
            The finding as it now stands, None where it is none.
        """
        was, now = action.before, action.after
        was_finding = was is not None and was.level is Level.FINDING
        is_finding = now is not None and now.level is Level.FINDING
        if now is not None and is_finding and action.move in _NEWS:
            self._tell(now)
        if now is not None and is_finding and not was_finding:
            return self._open(now, shots)
        if was is None or not was_finding:
            return None
        if self._row(was).state in _OUT_OF_HAND:
            return self._question(action, was)
        if now is None or not is_finding or action.move in _STAGES:
            return self._withdraw(action, was)
        return self._go_on(action, was, now)

    def alerts(self, judged: Iterable[Finding], standing: Mapping[str, str]) -> dict[str, str]:
        """Raise, link and clear alerts; an empty window is one while it lasts.

        Args:
            judged: What holds now.
            standing: Finding key (empty for none yet) of each standing alert, by window.

        Returns:
            `standing` as it is now.
        """
        after = dict(standing)
        lasting = {
            one.window_id: one for one in judged if not one.ended and one.level is not Level.NOTE
        }
        for window_id, finding in lasting.items():
            grown = finding.key if finding.level is Level.FINDING else ""
            if window_id not in after:
                self.uow.alerts.raise_(alert_of(finding, grown, self.now))
            elif grown and after[window_id] != grown:
                self.uow.alerts.link(window_id, ALERT, grown)
            after[window_id] = grown
        for window_id in standing.keys() - lasting.keys():
            self.uow.alerts.clear(window_id, ALERT, self.now)
            del after[window_id]
        return after

    def _open(self, finding: Finding, shots: Sequence[EvidencePicture]) -> FindingRecord:
        for shot in shots:
            self.uow.evidence.add(shot)
        before = self.uow.findings.by_key(finding.key)
        what, key = "finding_opened", f"{finding.key}:opened"
        if before is not None:  # it was withdrawn, and holds again
            what, key = "finding_reopened", f"{finding.key}:reopened:{before.last_seq}"
        facts = facts_of(finding, self.windows[finding.window_id], self.proof)
        entry = self._enter(what, facts | {"evidence": named_pictures(shots)}, key)
        pictures = tuple(dict.fromkeys(shot.sha256 for shot in shots))
        row = replace(
            record_of(finding, self.now, Stage.TO_VERIFY), evidence=pictures, last_seq=entry.seq
        )
        if before is None:
            return self.uow.findings.add(row)
        kept = tuple(dict.fromkeys((*before.evidence, *pictures)))
        row = replace(row, id=before.id, opened_at=before.opened_at, evidence=kept)
        self.uow.findings.update(row)
        return row

    def _tell(self, finding: Finding) -> None:
        """What is serious is told at once, once; everything else waits for the digest."""
        notice = notice_of(finding, key_post=self.windows[finding.window_id].key_post)
        if notice is not None:
            self.uow.outbox.put(notice, self.now)

    def _go_on(self, action: Action, was: Finding, now: Finding) -> FindingRecord:
        """Extended quietly; anything else is an entry of its own."""
        before = self._row(was)
        seq = before.last_seq
        if action.move in _ENTRIES:
            facts = facts_of(now, self.windows[now.window_id], self.proof)
            said = facts | {"reference": action.reference, "before": _short(was)}
            seq = self._enter(_ENTRIES[action.move], said, f"{was.key}:after:{seq}").seq
        row = record_of(now, before.opened_at, Stage(before.state))
        row = replace(
            row,
            id=before.id,
            evidence=before.evidence,
            last_seq=seq,
            details={**before.details, **row.details},
        )
        self.uow.findings.update(row)
        return row

    def _question(self, action: Action, was: Finding) -> FindingRecord | None:
        """A published finding stays as it is; that it would be judged otherwise now is entered
        once, for whoever decides on a correction (更正)."""
        if action.move is Move.EXTEND:
            return None
        row = self._row(was)
        said = {"finding": was.key, "reference": action.reference, "before": _short(was)}
        if action.after is not None:
            said["instead"] = _short(action.after)
        entry = self._enter(
            "finding_questioned", said, f"{was.key}:questioned:{action.reference or action.move}"
        )
        return None if entry.at != self.now else row

    def _withdraw(self, action: Action, was: Finding) -> FindingRecord:
        before = self._row(was)
        stage = _STAGES.get(action.move, Stage.REVOKED)
        if before.state == Stage.DISMISSED:  # what a person called false needs no excuse
            stage = Stage.DISMISSED
        said = {"finding": was.key, "reference": action.reference, "before": _short(was)}
        if action.after is not None:
            said["instead"] = _short(action.after)
        what = _ENTRIES[action.move] if action.move in _STAGES else "finding_withdrawn"
        entry = self._enter(what, said, f"{was.key}:after:{before.last_seq}")
        row = replace(
            before,
            state=stage.value,
            ended=True,
            last_seq=entry.seq,
            details={**before.details, "withdrawn": True, "reference": action.reference},
        )
        self.uow.findings.update(row)
        return row

    def _row(self, was: Finding) -> FindingRecord:
        row = self.uow.findings.by_key(was.key)
        if row is None:
            raise LookupError(f"no row for registered finding {was.key}")
        return row

    def _enter(self, what: str, payload: Mapping[str, object], key: str) -> Entry:
        try:
            return self.uow.register.append(what, payload, self.now, key=key)
        except AlreadyRegistered as before:
            return before.entry


def _short(finding: Finding) -> dict[str, object]:
    """What a finding was, for the trace."""
    return {
        "kind": finding.kind.value,
        "post": finding.post,
        "unit": finding.unit_id,
        "since": finding.since.isoformat(),
        "until_at_least": finding.until_at_least.isoformat(),
        "at_least_s": finding.lower_s,
        "roster_version": finding.roster_version,
    }
