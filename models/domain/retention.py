"""How long pictures of evidence are kept (证据图片保存期限). Pure.

Source: domain.md §3.3 item 6. Every thing that names a picture has a claim on it; a picture is
destroyed only when each claim on it has run out. Register and audit log stay, and say so.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.domain.errors import OnPostError
from models.domain.life import Stage


class Why(StrEnum):
    """Why a picture is kept, or by which rule it goes."""

    DISMISSED = "dismissed"
    CLOSED = "closed"
    CLUE = "clue"
    UNNAMED = "unnamed"
    UNDECIDED = "undecided"
    STANDING = "standing"
    LEGAL_HOLD = "legal_hold"


WHY_NAMES: Final[dict[Why, tuple[str, str]]] = {
    Why.DISMISSED: ("已排除、成立、豁免或撤销", "dismissed, excused, exempted or revoked"),
    Why.CLOSED: ("已销号", "closed"),
    Why.CLUE: ("未成为情形的线索", "a clue that became no finding"),
    Why.UNNAMED: ("无任何记录指明", "named by nothing"),
    Why.UNDECIDED: ("尚待处理", "not decided yet"),
    Why.STANDING: ("已确认、未销号", "confirmed and not closed"),
    Why.LEGAL_HOLD: ("申诉或通报办理中", "an appeal or a circular is under way"),
}

_ENDED: Final = frozenset(
    {Stage.DISMISSED.value, Stage.EXCUSED.value, Stage.EXEMPTED.value, Stage.REVOKED.value}
)
MAY_BE_PURGED: Final = _ENDED | {Stage.CLOSED.value, Stage.TO_VERIFY.value, Stage.APPEALED.value}
"""States of findings whose pictures may be gone: those that end, and those taken up again."""

_OPEN: Final = frozenset({Stage.CLUE.value, Stage.TO_VERIFY.value})


class EvidencePurged(OnPostError):
    """The picture was destroyed when its time was over; that is in the register."""

    def __init__(self, sha256: str, at: datetime, seq: int) -> None:
        super().__init__(
            f"该证据图片已按保存期限于 {at:%Y-%m-%d} 销毁,登记于第 {seq} 条;登记与审计记录仍在。",
            f"this picture was destroyed on {at:%Y-%m-%d} when its time was over; entry {seq} "
            "of the register says so. Register and audit log stay.",
            where=f"evidence:{sha256}",
        )


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long pictures are kept.

    Attributes:
        dismissed: After a finding was dismissed, excused, exempted or revoked.
        closed_months: After a finding was closed (销号).
        clue: After a clue came that became no finding.
    """

    dismissed: timedelta = timedelta(days=30)
    closed_months: int = 12
    clue: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that names pictures, and from when on it needs them no more.

    Attributes:
        name: `finding:<key>`, `clue:<number>`, or `picture` where nothing names it.
        until: When it runs out, None while it does not.
        mark: Rises whenever what stands behind the claim changes.
    """

    name: str
    pictures: tuple[str, ...]
    why: Why
    until: datetime | None = None
    mark: int = 0

    def over(self, now: datetime) -> bool:
        """Whether it has run out."""
        return self.until is not None and self.until <= now


@dataclass(frozen=True, slots=True)
class Going:
    """Pictures that go together, and the claim of which they were."""

    claim: Claim
    pictures: tuple[str, ...]


def later(moment: datetime, months: int) -> datetime:
    """So many months later, at the last day of a month that is shorter."""
    count = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(count, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def fate_of(
    state: str, changed_at: datetime, keeping: Keeping, *, held: bool
) -> tuple[Why, datetime | None]:
    """Why a finding keeps its pictures, and until when (None: as long as it stands so).

    Args:
        state: Where it is in its life.
        changed_at: When it was last changed.
        keeping: How long pictures are kept.
        held: An appeal or a circular under way needs them.
    """
    if held or state == Stage.APPEALED.value:
        return Why.LEGAL_HOLD, None
    if state in _ENDED:
        return Why.DISMISSED, changed_at + keeping.dismissed
    if state == Stage.CLOSED.value:
        return Why.CLOSED, later(changed_at, keeping.closed_months)
    return (Why.UNDECIDED if state in _OPEN else Why.STANDING), None


def going(claims: Iterable[Claim], purged: Set[str], now: datetime) -> list[Going]:
    """The pictures that go now, each once: every claim on them has run out.

    Args:
        claims: Every claim that there is.
        purged: Pictures that are destroyed already.
        now: The moment.
    """
    every = list(claims)
    kept = {sha for one in every if not one.over(now) for sha in one.pictures}
    done = {*kept, *purged}
    found = []
    for one in every:
        pictures = tuple(dict.fromkeys(sha for sha in one.pictures if sha not in done))
        if pictures:
            found.append(Going(one, pictures))
            done.update(pictures)
    return found


def kept_why(claims: Sequence[Claim], now: datetime) -> dict[Why, int]:
    """How many pictures are kept, by the first reason."""
    seen: dict[str, Why] = {}
    for one in claims:
        if not one.over(now):
            for sha in one.pictures:
                seen.setdefault(sha, one.why)
    reasons = list(seen.values())
    return {why: reasons.count(why) for why in Why if why in reasons}
