"""The lease (租约) of the scheduling process: exactly one holds it, all others wait. A hall that
is watched on a cluster has one too.

The holder makes a counter go on (心跳). One that waits times the unchanged counter on its own
steady clock, so that no wall clock, here or there, matters; where it stood still too long the
waiter takes the lease and the epoch (任期) grows by one. Every write of the holder checks the
epoch in its own transaction: one that was paused and comes back can write nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models.domain.errors import OnPostError

SCHEDULE: Final = "schedule"
"""Name of the scheduling process's lease."""

_LONGEST: Final = 40
_HALL: Final = "watch:"


def hall_lease(hall_id: str) -> str:
    """Name of the lease on watching a hall; a long id is shortened to its hash."""
    name = _HALL + hall_id
    if len(name) <= _LONGEST:
        return name
    return f"watch#{hashlib.sha256(hall_id.encode()).hexdigest()[: _LONGEST - len(_HALL)]}"


class LeaseLost(OnPostError):
    """Another process holds the lease now; nothing was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease as it stands.

    Attributes:
        holder: Who holds it, empty where it was given back.
        epoch: Grows by one whenever it is taken.
        beat: Grows by one with every sign of life; it never starts again.
        beat_at: The holder's own time of the last one; for people, nothing is decided by it.
    """

    holder: str
    epoch: int
    beat: int
    beat_at: datetime

    @property
    def free(self) -> bool:
        """Whether it was given back."""
        return not self.holder


class Vigil:
    """What one that waits has seen of the lease, and since when it stood still.

    Args:
        takeover_s: Steady seconds without a sign of life after which it may be taken.
    """

    def __init__(self, takeover_s: float) -> None:
        self._takeover_s = takeover_s
        self._seen: tuple[int, int] | None = None
        self._since = 0.0

    def may_take(self, lease: Lease | None, steady: float) -> bool:
        """Whether the lease may be taken now.

        Args:
            lease: As it stands, None where nobody ever held it.
            steady: The waiter's own steady seconds.
        """
        if lease is None or lease.free:
            return True
        seen = lease.epoch, lease.beat
        if seen != self._seen:
            self._seen, self._since = seen, steady
        return steady - self._since >= self._takeover_s


def lease_lost(epoch: int, name: str = SCHEDULE) -> LeaseLost:
    """The error of one that comes with an old epoch, or too late to take it."""
    if name != SCHEDULE:
        return LeaseLost(
            f"租约“{name}”(任期 {epoch})已由另一进程持有,本次未写入任何内容;本进程停止监看该大厅。",
            f"another process holds the lease {name!r} now (epoch {epoch} is over); "
            "nothing was written, this one stops watching that hall.",
            where=name,
        )
    return LeaseLost(
        f"调度租约(任期 {epoch})已由另一进程持有,本次未写入任何内容;本进程转为等待。",
        f"another process holds the schedule's lease now (epoch {epoch} is over); "
        "nothing was written, this one waits.",
        where="schedule",
    )
