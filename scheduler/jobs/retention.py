"""Retention (保存期限): pictures whose time is over are destroyed, old sent notices pruned.

The register's entry is committed before a file is removed. A process that ends between leaves
files whose destruction is registered; the next run removes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol

import structlog

from models.domain.clue_rows import ClueRow
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.records import EvidencePicture, FindingRecord
from models.domain.register import PURGED
from models.domain.retention import Claim, Going, Keeping, Why, fate_of, going, later
from scheduler.daily_work import Turn

log = structlog.get_logger("onpost.schedule")

JOINED_WITHIN: Final = timedelta(minutes=10)
"""A clue so near to a finding of its window may be one of its sources."""

AT_ONCE: Final = 50
"""Claims of which one transaction enters the end."""

_PAGE: Final = 500


class Files(Protocol):
    """What of the evidence store this needs."""

    def remove(self, path: str, older_than: datetime) -> bool:
        """Remove a file that was written (or named again) before a moment of real time."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would destroy.

    Attributes:
        claims: Every claim on pictures that are there.
        going: What goes.
        left: Path of each picture whose destruction is registered already.
    """

    claims: Sequence[Claim]
    going: Sequence[Going]
    left: dict[str, str]


@dataclass(frozen=True, slots=True)
class Retention:
    """Plans and carries out what has to go.

    Attributes:
        keeping: How long pictures are kept.
        outbox: How long sent notices are kept.
        under_way: Keys of findings that an appeal or a circular under way needs.
        files: The evidence store.
        untouched_since: A file that was written after this moment of real time stays: somebody
            may be naming it again.
    """

    keeping: Keeping
    outbox: timedelta
    under_way: Callable[[UnitOfWork], set[str]]
    files: Files
    untouched_since: Callable[[], datetime]

    def __call__(self, turn: Turn) -> str:
        """The day's work; says what it did."""
        count, removed = self.purge(turn.make_uow, turn.now)
        with turn.make_uow() as uow:
            pruned = uow.outbox.prune(turn.now - self.outbox)
            counts = {"registered": count, "removed": removed, "notices": pruned}
            said = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
            turn.settle(uow, said)
            uow.commit()
        return said

    def purge(self, make_uow: MakeUnitOfWork, now: datetime) -> tuple[int, int]:
        """Register what goes, then remove the files; how many of each."""
        with make_uow(read_only=True) as uow:
            plan = self.plan(uow, now)
        count = 0
        for start in range(0, len(plan.going), AT_ONCE):
            count += self._enter(make_uow, plan.going[start : start + AT_ONCE], plan, now)
        return count, self._remove(make_uow, now)

    def plan(self, uow: UnitOfWork, now: datetime) -> Plan:
        """What would go at a moment."""
        claims = list(self._claims(uow))
        left = _purged(uow)
        return Plan(claims, going(claims, left.keys(), now), left)

    def _claims(self, uow: UnitOfWork) -> Iterator[Claim]:
        held = self.under_way(uow)
        findings = list(_findings(uow))
        fates = {one.key: self._claim(uow, one, held) for one in findings}
        named: set[str] = set()
        for claim in fates.values():
            if claim.pictures:
                yield claim
                named.update(claim.pictures)
        for key, pictures in uow.checks.pictured():
            of = fates.get(key)
            if of is not None:
                yield Claim(of.name, pictures, of.why, of.until, of.mark)
                named.update(pictures)
        of_window: dict[str, list[tuple[FindingRecord, Claim]]] = {}
        for row in findings:
            of_window.setdefault(row.window_id, []).append((row, fates[row.key]))
        for clue in uow.clues.pictured():
            yield self._of_clue(clue, of_window.get(clue.window_id, ()))
            named.add(clue.evidence)
        for sha in sorted(uow.evidence.known() - named):
            picture = uow.evidence.get(sha)
            if picture is not None:
                until = later(picture.taken_at, self.keeping.closed_months)
                yield Claim("picture", (sha,), Why.UNNAMED, until)

    def _claim(self, uow: UnitOfWork, row: FindingRecord, held: set[str]) -> Claim:
        entry = uow.register.get(row.last_seq) if row.evidence else None
        changed_at = row.opened_at if entry is None else entry.at
        why, until = fate_of(row.state, changed_at, self.keeping, held=row.key in held)
        return Claim(f"finding:{row.key}", row.evidence, why, until, row.last_seq)

    def _of_clue(self, clue: ClueRow, near: Sequence[tuple[FindingRecord, Claim]]) -> Claim:
        """A clue's own time, or that of a finding it may have joined, whichever is longer."""
        name, own = f"clue:{clue.number}", clue.received_at + self.keeping.clue
        for row, fate in near:
            since, until = row.started_at - JOINED_WITHIN, row.until_at_least + JOINED_WITHIN
            if since <= clue.at <= until and (fate.until is None or fate.until > own):
                return Claim(name, (clue.evidence,), fate.why, fate.until)
        return Claim(name, (clue.evidence,), Why.CLUE, own)

    def _enter(
        self, make_uow: MakeUnitOfWork, chosen: Sequence[Going], plan: Plan, now: datetime
    ) -> int:
        """Register the end of pictures, of those alone whose claims still stand as planned."""
        claims: dict[str, list[Claim]] = {}
        for claim in plan.claims:
            for sha in claim.pictures:
                claims.setdefault(sha, []).append(claim)
        count = 0
        with make_uow() as uow:
            held = self.under_way(uow)
            for one in chosen:
                behind = [claim for sha in one.pictures for claim in claims[sha]]
                if all(_unchanged(uow, claim, held) for claim in behind):
                    count += _register(uow, one, now)
            if count:
                uow.commit()
        return count

    def _remove(self, make_uow: MakeUnitOfWork, now: datetime) -> int:
        """Remove the files whose destruction is registered; what is named again stays."""
        with make_uow(read_only=True) as uow:
            plan = self.plan(uow, now)
        kept = {sha for one in plan.claims if not one.over(now) for sha in one.pictures}
        before = self.untouched_since()
        gone = [sha for sha in sorted(plan.left) if sha not in kept]
        removed = [sha for sha in gone if self.files.remove(plan.left[sha], before)]
        if removed:
            log.info("evidence_removed", pictures=len(removed))
        return len(removed)


def _unchanged(uow: UnitOfWork, claim: Claim, held: set[str]) -> bool:
    kind, _, key = claim.name.partition(":")
    if kind != "finding":
        return True
    row = uow.findings.by_key(key)
    return row is not None and row.last_seq == claim.mark and key not in held


def _register(uow: UnitOfWork, one: Going, now: datetime) -> int:
    found = [uow.evidence.get(sha) for sha in one.pictures]
    pictures = [picture for picture in found if picture is not None]
    if not pictures:
        return 0
    key = sha256("".join(sorted(picture.sha256 for picture in pictures)).encode()).hexdigest()
    if uow.register.by_key(f"{PURGED}:{key}") is not None:
        return 0
    uow.register.append(PURGED, _said(one.claim, pictures), now, key=f"{PURGED}:{key}")
    return len(pictures)


def _said(claim: Claim, pictures: Sequence[EvidencePicture]) -> dict[str, Any]:
    return {
        "of": claim.name,
        "why": claim.why,
        "kept_until": claim.until,
        "sha256": [picture.sha256 for picture in pictures],
        "files": [
            {"sha256": picture.sha256, "path": picture.path, "taken_at": picture.taken_at}
            for picture in pictures
        ],
    }


def _purged(uow: UnitOfWork) -> dict[str, str]:
    """Path of every picture whose destruction is registered."""
    found: dict[str, str] = {}
    for entry in uow.register.find(kind=PURGED, limit=10**9):
        files = entry.payload.get("files") or ()
        found |= {str(one["sha256"]): str(one["path"]) for one in files}
    return found


def _findings(uow: UnitOfWork) -> Iterator[FindingRecord]:
    after = 0
    while page := uow.findings.list(after_id=after, limit=_PAGE):
        yield from page
        after = page[-1].id
