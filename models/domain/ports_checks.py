"""What the record keeps of spot checks (抽查): plans, checks, results, campaigns.

Register entries are appended beside these by `models.domain.inspection_record`, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from models.domain.campaign import Campaign
from models.domain.commitment import DayPlan
from models.domain.inspection import Check, CheckKey, CheckQuery, CheckResult, NotDone


class PlanSecret(Protocol):
    """The master key of random plans; it lives outside the database."""

    @property
    def key_id(self) -> str:
        """Names the key without telling it."""
        ...

    def seed(self, day: date) -> bytes:
        """The day's seed, 32 bytes: HMAC-SHA256 of the date under the key."""
        ...


class CheckBook(Protocol):
    """Checks and their results, the days' plans, the campaigns."""

    # -- checks ---------------------------------------------------------------------------

    def put_check(self, check: Check) -> Check:
        """Write a check, state DUE; gives it back with its `id`. Where one of this
        (plan, hall, number) stands, that one is given back unchanged."""
        ...

    def get(self, check_id: int) -> Check | None: ...

    def by_key(self, key: CheckKey) -> Check | None: ...

    def written(self, day: date) -> set[CheckKey]:
        """Keys of all checks that the plans of `day` have asked for so far."""
        ...

    def due(self, stale_before: datetime, *, limit: int = 100) -> list[Check]:
        """Checks for a camera to claim, by `due_at`: nobody's, or of a claimer who gave no sign
        since `stale_before`. Visits are not among them."""
        ...

    def open(self) -> list[Check]:
        """Every check that has not ended, by `due_at`: what the sweeper looks at."""
        ...

    def claim(self, check_id: int, by: str, at: datetime, *, epoch: int) -> int | None:
        """Take a check, compare-and-set: only while its epoch is still `epoch` and it has not
        ended. Gives the new epoch, None where another was quicker. A check that was LOOKING
        stays so; its results stand."""
        ...

    def keep(self, check_id: int, epoch: int, at: datetime) -> bool:
        """A sign of life of the claimer; False where the claim is stale."""
        ...

    def look(self, check_id: int, epoch: int, at: datetime) -> None:
        """The first look begins: CLAIMED → LOOKING; where it is LOOKING already, a sign of life.

        Raises:
            StaleClaim: the claim is stale, or the check has ended.
        """
        ...

    def save_results(
        self, check_id: int, epoch: int, results: Iterable[CheckResult], at: datetime
    ) -> None:
        """Write results of a LOOKING check, one per window; a pending one is carried on, the
        same certain one again changes nothing. Also a sign of life.

        Raises:
            StaleClaim: the claim is stale, or the check is not LOOKING.
            ForbiddenMove: a certain result would change.
        """
        ...

    def settle(self, check_id: int, epoch: int, at: datetime) -> Check:
        """LOOKING → SETTLED.

        Raises:
            StaleClaim: the claim is stale, or the check is not LOOKING.
            ForbiddenMove: a window has no certain result, or there is none at all.
        """
        ...

    def not_done(
        self,
        check_id: int,
        epoch: int,
        reason: NotDone,
        windows: Mapping[str, str],
        at: datetime,
    ) -> Check | None:
        """Give a check up, for the sweeper alone: from DUE, CLAIMED or LOOKING, and only while
        its epoch is still `epoch`.

        Every window (id → unit) without a certain result gets 未执行. The check becomes
        NOT_DONE, or SETTLED (with `reason`) where some windows had theirs. None where it was
        claimed since, or has ended: then look again.
        """
        ...

    def find(
        self, query: CheckQuery = ..., *, after_id: int = 0, limit: int = 100
    ) -> Sequence[Check]:
        """Newest first; `after_id` is the last id of the page before, 0 for the first page."""
        ...

    def count(self, query: CheckQuery = ...) -> int: ...

    def results(self, check_id: int, *, units: frozenset[str] | None = None) -> list[CheckResult]:
        """Results of one check by window, of these units only where they are named."""
        ...

    def results_of(
        self, check_ids: Collection[int], *, units: frozenset[str] | None = None
    ) -> dict[int, list[CheckResult]]:
        """The same of several checks, by check."""
        ...

    def pictured(self) -> list[tuple[str, tuple[str, ...]]]:
        """Key of the finding and pictures of every result that has pictures."""
        ...

    def tallies(self, check_ids: Collection[int]) -> dict[int, dict[str, int]]:
        """Windows per result of each check: values of `Result`, and `pending`."""
        ...

    # -- the days' plans ------------------------------------------------------------------

    def commit_day(self, plan: DayPlan) -> DayPlan:
        """Keep a day's commitment; where the day has one already, that is given back."""
        ...

    def day(self, day: date) -> DayPlan | None: ...

    def days(self, first: date, last: date) -> list[DayPlan]:
        """Committed days from `first` to `last`, both counted, oldest first."""
        ...

    def unrevealed(self) -> list[DayPlan]:
        """Committed days that are not revealed, oldest first."""
        ...

    def first_day(self) -> date | None:
        """The first day that was ever committed: nothing was planned before."""
        ...

    def give_nonce(self, day: date, nonce: str, by: str, at: datetime) -> DayPlan:
        """Mix a nonce in, once.

        Raises:
            ForbiddenMove: the day is not committed, or has a nonce.
        """
        ...

    def reveal_day(self, day: date, seed: str, at: datetime) -> DayPlan:
        """Keep the revealed seed (hex), once.

        Raises:
            ForbiddenMove: the day has no nonce, or is revealed.
        """
        ...

    # -- campaigns ------------------------------------------------------------------------

    def put_campaign(self, campaign: Campaign, at: datetime) -> Campaign:
        """Keep a new version of a campaign (1 for a new one); gives it with its number. The
        content of the newest version gives that one back."""
        ...

    def campaign(self, campaign_id: str) -> Campaign | None:
        """Its newest version."""
        ...

    def campaigns(self, *, before: datetime | None = None) -> list[Campaign]:
        """The newest version of every campaign, also of those that were withdrawn; of those
        made before a moment only, where one is named."""
        ...

    def campaign_versions(self, campaign_id: str) -> list[Campaign]:
        """Every version, oldest first."""
        ...
