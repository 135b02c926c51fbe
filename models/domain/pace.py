"""How soon a camera is sampled again (自适应采样): rarely while sure and quiet, closely in doubt.

A window is in doubt while its filter is undecided, sure and quiet while somebody is at it for
certain and its picture has not changed for several samples. Everything else keeps the usual
period: a window that is empty, because an absence must end when it ends, one that cannot be
told, and one whose picture has just changed.

Bounds. Nothing is sampled more rarely than `slowest_s`, of which `slowest_allowed` leaves room
for a lost sample, so that no gap becomes UNKNOWN by this saving. From the first empty sample on
an absence opens no later than at the usual period (`fastest_allowed`). A clerk who leaves is
found absent at the latest after slowest_s + looks_to_open * max(fastest_s, spacing_s): the
picture changes, and every look misses. Where the picture does not change, the look that is due
after `look_again_s` finds it, at most one slowest_s late.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from models.domain.errors import InputError
from models.domain.presence import Look, Presence, PresenceProfile, State

SURE_AT: Final = 0.95
"""From this probability on, somebody is there for certain."""
QUIET_AFTER: Final = 3
"""Unchanged samples after which a window is quiet."""
ROOM_FOR_ONE: Final = 0.8
"""Share of the profile's slowest period: one lost sample then leaves no gap."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One camera's bounds, in seconds.

    Attributes:
        fastest_s: Between samples in doubt.
        usual_s: Between samples otherwise.
        slowest_s: Between samples at most.
        look_again_s: A window that was not looked at for so long is looked at, changed or not.
    """

    fastest_s: float
    usual_s: float
    slowest_s: float
    look_again_s: float

    def __post_init__(self) -> None:
        if not (0 < self.fastest_s <= self.usual_s <= self.slowest_s and self.look_again_s > 0):
            raise InputError(
                "须满足 0 < 最快周期 ≤ 通常周期 ≤ 最慢周期,且复看间隔为正数。",
                "0 < fastest_s <= usual_s <= slowest_s must hold, and look_again_s be positive.",
                where="sampling",
            )


@dataclass(frozen=True, slots=True)
class Calm:
    """How quiet one window's picture has been.

    Attributes:
        row: Unchanged samples in a row; one look among them does not end the row.
        looked: Whether the newest sample was looked at: it changed, or its turn had come.
    """

    row: int = 0
    looked: bool = True


def calm_after(calm: Calm, look: Look) -> Calm:
    """Take one sample into account."""
    if look is Look.UNCHANGED:
        return Calm(calm.row + 1, looked=False)
    if look is Look.LOOKED and not calm.looked:
        return Calm(calm.row, looked=True)
    return Calm()


def in_doubt(presence: Presence, profile: PresenceProfile) -> bool:
    """Whether the next look may change or settle the window's state."""
    if presence.looked_at is None:
        return False  # nothing is known, and unusable pictures settle nothing
    between = profile.leave_at < presence.p < profile.enter_at
    return presence.doubtful or between


def window_period(presence: Presence, profile: PresenceProfile, calm: Calm, pace: Pace) -> float:
    """Seconds until the next sample, for one window's sake."""
    if in_doubt(presence, profile):
        return pace.fastest_s
    sure = presence.state is State.PRESENT and presence.p >= SURE_AT
    if not sure or calm.looked or calm.row < QUIET_AFTER:
        return pace.usual_s
    return min(pace.slowest_s, pace.usual_s * (2 + calm.row - QUIET_AFTER))


def camera_period(periods: Iterable[float], pace: Pace) -> float:
    """Seconds until the next sample: as soon as any window needs it.

    Args:
        periods: One for each window at which somebody is expected; none where nobody is.
        pace: The camera's bounds.
    """
    return min(periods, default=pace.slowest_s)


def look_is_due(presence: Presence, at: datetime, pace: Pace) -> bool:
    """Whether the picture of `at` must be looked at because the last look is long ago."""
    known = presence.looked_at
    return known is not None and at - known >= timedelta(seconds=pace.look_again_s)


def opens_in_s(period_s: float, profile: PresenceProfile) -> float:
    """Seconds from the first empty sample until enough looks were taken for an absence."""
    share = period_s / profile.spacing_s
    weight = 1.0 if share >= 0.9 else share
    return period_s * ceil((profile.looks_to_open - 1) / weight - 1e-6)


def fastest_allowed(usual_s: float, profiles: Iterable[PresenceProfile]) -> float:
    """The period in doubt: the smallest spacing of looks, where no absence opens later by it.

    Looks closer than their spacing count in proportion: they cost and decide nothing sooner.
    """
    known = list(profiles)
    fastest = min([usual_s, *(one.spacing_s for one in known)])
    sooner = all(opens_in_s(fastest, one) <= opens_in_s(usual_s, one) for one in known)
    return fastest if sooner else usual_s


def slowest_allowed(usual_s: float, wanted_s: float, slowest_period_s: float) -> float:
    """The period while quiet: `wanted_s`, but never so slow that one lost sample leaves a gap,
    and never faster than the usual one."""
    return max(usual_s, min(wanted_s, ROOM_FOR_ONE * slowest_period_s))
