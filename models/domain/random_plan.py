"""Random checks (随机抽查): a pure draw that nobody can foresee and anybody can repeat.

Source: architecture.md, decision 8; scenario S14. Numbers come from HMAC-SHA256 in counter mode
under a key of seed, date and nonce, by rejection, so that none is likelier than another. Moments
are drawn on a circle of the open time, so that every second is as likely as every other, those
beside opening and closing too.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from models.domain.commitment import DrawRules, PlanInputs
from models.domain.fixed_plan import moment_at
from models.domain.hours import Session

_DRAW: Final = b"onpost-draw-1"


def draw_key(seed: bytes, day: date, nonce: str) -> bytes:
    """What a day's draws hang on; known to nobody before the seed is revealed."""
    text = b"\0".join((_DRAW, day.isoformat().encode("ascii"), nonce.encode("utf-8")))
    return hmac.digest(seed, text, "sha256")


class Stream:
    """Whole numbers, each as likely as another, that `key` and `label` determine."""

    def __init__(self, key: bytes, label: str) -> None:
        self._key = key
        self._label = label.encode("utf-8") + b"\0"
        self._block = 0
        self._bytes = b""

    def below(self, count: int) -> int:
        """A number 0 ≤ n < `count`; ones beyond are thrown away, never folded back."""
        bits = (count - 1).bit_length()
        size = (bits + 7) // 8
        while True:
            drawn = int.from_bytes(self._take(size), "big") >> (8 * size - bits)
            if drawn < count:
                return drawn

    def _take(self, size: int) -> bytes:
        while len(self._bytes) < size:
            text = self._label + self._block.to_bytes(8, "big")
            self._bytes += hmac.digest(self._key, text, "sha256")
            self._block += 1
        taken, self._bytes = self._bytes[:size], self._bytes[size:]
        return taken


def how_many(stream: Stream, mean: int, rules: DrawRules, fits: int) -> int:
    """How many checks a hall gets.

    Varied, it is one and a sum of fair-coin runs: `mean` on average, at least one (a mean of
    one may give none), and after each check another one is about as likely as before, so that
    none tells that the day is over.
    """
    count = mean
    if rules.vary and mean > 0:
        count = 1 if mean > 1 else 0
        for _ in range(max(1, mean - 1)):
            while stream.below(2) and count < rules.most:
                count += 1
    return min(count, rules.most, fits)


def positions(stream: Stream, count: int, open_s: int, gap_s: int) -> list[int]:
    """Seconds of the open time, in order, at least `gap_s` apart, also across the day's ends.

    The first is uniform; the others follow round the circle, each a gap and a part of what the
    gaps leave further on. Turning everything by a uniform second makes each of them uniform.
    """
    if count == 0:
        return []
    first = stream.below(open_s)
    spare = max(0, open_s - count * gap_s)
    extra = [0, *sorted(stream.below(spare + 1) for _ in range(count - 1))]
    return sorted((first + n * gap_s + extra[n]) % open_s for n in range(count))


def draw(
    stream: Stream, sessions: Sequence[Session], mean: int, rules: DrawRules
) -> list[datetime]:
    """Moments of one hall's random checks, in order."""
    open_s = int(sum(one.seconds for one in sessions))
    if open_s <= 0:
        return []
    fits = max(1, open_s // rules.gap_s)
    count = how_many(stream, mean, rules, fits)
    return [moment_at(sessions, one) for one in positions(stream, count, open_s, rules.gap_s)]


def random_moments(inputs: PlanInputs, seed: bytes, nonce: str) -> dict[str, list[datetime]]:
    """Moments of the day's random checks by hall.

    Each hall draws from a stream of its own, so that one hall's moments tell nothing of
    another's.
    """
    key = draw_key(seed, inputs.day, nonce)
    return {
        hall.id: draw(Stream(key, f"hall:{hall.id}"), hall.sessions, hall.mean, inputs.rules)
        for hall in inputs.halls
    }


def campaign_moments(
    inputs: PlanInputs, seed: bytes, nonce: str
) -> dict[tuple[str, str], list[datetime]]:
    """The same of the campaigns' random checks, by campaign and hall."""
    key = draw_key(seed, inputs.day, nonce)
    sessions = {hall.id: hall.sessions for hall in inputs.halls}
    return {
        (one.id, hall_id): draw(
            Stream(key, f"campaign:{one.id}:{hall_id}"),
            sessions.get(hall_id, ()),
            one.mean,
            inputs.rules,
        )
        for one in inputs.campaigns
        for hall_id, _ in one.times
    }
