"""Spot checks as the watch carries them out: claims what is due, writes what was found, settles.

Each check is written in a transaction of its own, with the epoch of its claim: whoever lost the
claim writes nothing. What was told and not saved is told again in the next round, so that a watch
that is killed at any moment loses and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from models.domain.check_look import ACCUSING
from models.domain.check_result import Result
from models.domain.duty import Duty
from models.domain.hall import Window
from models.domain.inspection import Check, CheckResult, CheckState, StaleClaim
from models.domain.inspection_record import settle
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.presence import Reason, State
from models.domain.records import FindingRecord
from scheduler.jobs.checks import Patience
from vision.attention import Attention
from vision.check_entries import Found, clue_of, enter, result_of, told_of
from vision.check_room import CheckRoom
from vision.check_told import Standing, Told
from vision.entries import Proof
from vision.record_keeper import Photograph

log = structlog.get_logger("onpost.watch")

STALE_AFTER: Final = timedelta(minutes=7, seconds=30)
"""A claimer that gave no sign for so long has lost its check."""

SIGN_EVERY: Final = timedelta(seconds=20)
"""How often a claimer gives a sign of life."""


@dataclass(frozen=True, slots=True)
class Means:
    """What carrying out checks takes.

    Attributes:
        windows: All windows, by id.
        duty: Roster, notices and exemptions that rule now.
        photograph: Takes the pictures that an accusation needs.
        make_uow: The record.
        proof: What entries name.
        me: Name of this installation's watch, the same after a restart.
        patience: How long a check may stand still; what is older is left to the sweep of
            `onpost schedule`, which goes by the same.
    """

    windows: Mapping[str, Window]
    duty: Callable[[], Duty]
    photograph: Photograph
    make_uow: MakeUnitOfWork
    proof: Proof
    me: str
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class Inspector:
    """Carries out spot checks round by round.

    Attributes:
        room: The checks under way.
        attention: Told which cameras are to be looked at closer.
        means: What carrying out takes.
    """

    room: CheckRoom
    attention: Attention
    means: Means
    _kept: dict[int, datetime] = field(default_factory=dict)

    def take_up(self, now: datetime) -> int:
        """Go on with what this watch had claimed before it was stopped; how many checks.

        Only one watch runs on an installation's data, so whoever holds its name is gone.

        Raises:
            StorageError: the database cannot be used.
        """
        with self.means.make_uow(read_only=True) as uow:
            mine = [one for one in uow.checks.open() if one.claimed_by == self.means.me]
        return sum(self._claim(one, now) for one in mine if self._in_time(one, now))

    def round(self, now: datetime, *, claims: bool = True) -> list[Check]:
        """One round: claim, tell, settle; say which cameras are wanted.

        Args:
            now: The moment.
            claims: Whether checks that are due are begun; not by a watch that is stopping.

        Returns:
            The checks that were settled.

        Raises:
            StorageError: the database cannot be used; the next round tells the same again.
        """
        try:
            if claims:
                self._claim_due(now)
            settled = [self._write(one, now) for one in self.room.step(now)]
        finally:
            self.attention.set(self.room.wanted(now))
        return [one for one in settled if one is not None]

    def _claim_due(self, now: datetime) -> None:
        with self.means.make_uow(read_only=True) as uow:
            due = uow.checks.due(now - STALE_AFTER)
        under = {check_id for check_id, _ in self.room.under_way()}
        for check in due:
            ours = check.hall_id in self.room.halls and check.id not in under
            due_now = check.due_at <= now  # another machine's clock may be ahead of ours
            if ours and due_now and self._in_time(check, now):
                self._claim(check, now)

    def _in_time(self, check: Check, now: datetime) -> bool:
        """Whether a check may still be begun or gone on with: yesterday's is not made today."""
        patience = self.means.patience
        if check.state is CheckState.DUE:
            return now - max(check.due_at, check.written_at) <= patience.unclaimed
        return check.claimed_at is None or now - check.claimed_at <= patience.silent

    def _claim(self, check: Check, now: datetime) -> bool:
        with self.means.make_uow() as uow:
            epoch = uow.checks.claim(check.id, self.means.me, now, epoch=check.epoch)
            if epoch is None:
                return False
            uow.checks.look(check.id, epoch, now)
            saved = uow.checks.results(check.id)
            lost = [self._lost(one, now) for one in saved if self._is_lost(one)]
            if lost:
                uow.checks.save_results(check.id, epoch, lost, now)
            uow.commit()
        check = replace(check, claimed_by=self.means.me, epoch=epoch)
        self.room.begin(check, epoch, now, [told for one in saved if (told := told_of(one))])
        log.info("check_claimed", check=check.id, hall=check.hall_id, kind=check.kind.value)
        return True

    def _is_lost(self, one: CheckResult) -> bool:
        return one.pending and one.window_id not in self.means.windows

    def _lost(self, one: CheckResult, now: datetime) -> CheckResult:
        """A window that was 待复核 and has left the settings since."""
        return CheckResult(
            one.window_id,
            one.unit_id,
            Result.UNVERIFIABLE,
            Reason.NOT_VISIBLE.value,
            one.looked_at,
            now,
            details=one.details,
        )

    def _write(self, standing: Standing, now: datetime) -> Check | None:
        """Write what is new of a check; the check where that settled it."""
        check = standing.check
        try:
            found = self._found(standing, now)
            held = len(found) < len(standing.news)
            over = standing.over and not held
            if not (found or over or self._sign_is_due(check.id, now)):
                return None
            with self.means.make_uow() as uow:
                ended = self._save(uow, standing, found, over=over, now=now)
                uow.commit()
        except StaleClaim as stale:
            log.warning("check_lost", check=check.id, what=str(stale))
            self._forget(check.id)
            return None
        self._kept[check.id] = now
        self.room.saved(check.id, [one.told for one in found])
        for one in found:
            said = one.result.result
            log.info(
                "check_result",
                check=check.id,
                window=one.window.id,
                result="pending" if said is None else said.value,
                reason=one.result.reason,
            )
        if ended is not None:
            self._forget(check.id)
            log.info("check_settled", check=check.id, hall=check.hall_id)
        return ended

    def _save(
        self,
        uow: UnitOfWork,
        standing: Standing,
        found: Sequence[Found],
        *,
        over: bool,
        now: datetime,
    ) -> Check | None:
        check, epoch = standing.check, standing.epoch
        results = [enter(uow, check, one, self.means.proof, now) for one in found]
        uow.checks.save_results(check.id, epoch, results, now)
        for one in found:
            if one.told.seen is State.ABSENT and check.counted:
                uow.clues.put(clue_of(check, one, now))
        return settle(uow, check.id, epoch, now)[0] if over else None

    def _found(self, standing: Standing, now: datetime) -> list[Found]:
        """What is new as results; an accusation waits until its finding is registered."""
        keys = {one.checked.key for one in standing.news if one.checked and one.checked.key}
        with self.means.make_uow(read_only=True) as uow:
            rows = {key: uow.findings.by_key(key) for key in keys}
        pending = self.room.pending(standing.check.id)
        found = []
        for told in standing.news:
            row = rows.get(told.checked.key) if told.checked else None
            if told.checked and told.checked.result in ACCUSING and row is None:
                if told.window_id in pending:
                    continue
                told = replace(told, checked=None)  # noqa: PLW2901
            found.append(self._one(told, row, now))
        return found

    def _one(self, told: Told, row: FindingRecord | None, now: datetime) -> Found:
        window = self.means.windows[told.window_id]
        unit = self.means.duty().expectation(window, told.at).unit_id
        accuses = told.checked is not None and told.checked.result in ACCUSING
        shots = self.means.photograph(window) if accuses else []
        return Found(told, window, result_of(told, unit, row, shots, now), shots)

    def _sign_is_due(self, check_id: int, now: datetime) -> bool:
        before = self._kept.get(check_id)
        # A clock that was set back is no reason to fall silent.
        return before is None or abs(now - before) >= SIGN_EVERY

    def _forget(self, check_id: int) -> None:
        self.room.drop(check_id)
        self._kept.pop(check_id, None)
