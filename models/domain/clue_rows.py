"""Observations from elsewhere as kept (线索): a webhook of other analytics, a spot check.

A row is added and never changed, and never is a finding by itself. One that says a window was
empty joins the finding in whose time it falls (`models/domain/clues.py`, scenario S16).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.domain.clues import Clue
from models.domain.errors import InputError
from models.domain.finding import SourceKind
from models.domain.hints import GATHER, PHONE, SLEEP

EARLY_S: Final = 60.0
"""How far ahead of our clock another system's may be."""

OLDEST: Final = timedelta(hours=24)
"""How old an observation may be when it comes."""


class ClueKind(StrEnum):
    """What was seen."""

    EMPTY = "empty"
    PHONE = "phone"
    SLEEP = "sleep"
    GATHER = "gather"


BEHAVIOURS: Final = {ClueKind.PHONE: PHONE, ClueKind.SLEEP: SLEEP, ClueKind.GATHER: GATHER}
"""Codes of the behaviour catalogue."""


@dataclass(frozen=True, slots=True)
class ClueRow:
    """One observation.

    Attributes:
        source: The system or the check it comes from.
        external_id: Its number there; unique within the source.
        at: When it was seen, by the source's clock.
        received_at: When it came, by ours.
        by: Account that brought it.
        people: How many people it saw, None where it does not say.
        score: 0..1, None where it does not say.
        model: Name and version of what saw it.
        evidence: SHA-256 of its masked picture, empty for none.
        number: 1, 2, 3, …, given by the record.
    """

    window_id: str
    hall_id: str
    unit_id: str
    kind: ClueKind
    at: datetime
    source_kind: SourceKind
    source: str
    external_id: str
    received_at: datetime
    by: str
    people: int | None = None
    score: float | None = None
    model: str = ""
    evidence: str = ""
    number: int = 0

    @property
    def ref(self) -> str:
        """As a finding's source names it."""
        return f"{self.source}/{self.external_id}"


def require_timely(at: datetime, now: datetime) -> None:
    """An observation is of about now.

    Raises:
        InputError: it has no time zone, is of the future, or too old.
    """
    if at.tzinfo is None:
        raise InputError(
            "时间 at 须带时区,例如 2026-11-23T08:30:00+08:00。",
            "`at` needs an offset, like 2026-11-23T08:30:00+08:00.",
            where="at",
        )
    if at > now + timedelta(seconds=EARLY_S):
        raise InputError(
            f"时间 {at.isoformat()} 晚于现在,请校准来源系统的时钟。",
            f"{at.isoformat()} is in the future; set the source's clock right.",
            where="at",
        )
    if at < now - OLDEST:
        raise InputError(
            f"时间 {at.isoformat()} 超过 24 小时,不再接收。",
            f"{at.isoformat()} is more than 24 hours old; not taken any more.",
            where="at",
        )


def clues_of(rows: Iterable[ClueRow]) -> list[Clue]:
    """Those that say a window was empty, for `merge_clues`."""
    return [
        Clue(row.window_id, row.at, row.source_kind, row.ref)
        for row in rows
        if row.kind is ClueKind.EMPTY
    ]
