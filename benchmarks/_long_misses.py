"""The miss process: how the real detector misses who is there and sees who is not, measured.

Measured from the samples of part A by what the script says of each: posture, what stands before
the window, light. A run of looks under one posture and one cover is a chain: the first look, a
look after a hit, a look after a miss. So misses that last, last in the replay, too. Windows
differ: each replayed window takes its share of misses from a measured one. Pure.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from random import Random
from typing import Any, Final

from models.domain.presence import Look

FIRST, AFTER_SEEN, AFTER_MISSED, CHANGED = "first", "after_seen", "after_missed", "changed"
BLIND: Final = {"": "blind_first", "x": "blind_again"}
BLIND_THEN: Final = "blind_then"
FEWEST: Final = 40
"""A condition with fewer samples is taken together with others of its posture."""
SHRINK: Final = 20
"""A window's own share of misses counts as much as the usual one from so many looks on."""
SCORES: Final = 400

Count = list[int]
"""How often, out of how many."""


@dataclass(frozen=True, slots=True)
class Process:
    """The miss process.

    Attributes:
        counts: By condition (posture, cover, light; shorter ones take several together) and
            by place in the chain: how often seen, out of how many looks. `changed`: how often
            the gate asked for a look within a run, out of how many samples that were neither
            forced nor doubtful. `blind_…`: how often health refused the window.
        scores: Detector scores of who was seen, by posture.
        windows: Looks that saw somebody and looks, of each measured window, by posture.
    """

    counts: Mapping[str, Mapping[str, Count]]
    scores: Mapping[str, Sequence[float]]
    windows: Sequence[Mapping[str, Count]] = ()

    def share(self, condition: str, place: str) -> float:
        """How often it is so, from the narrowest condition that was met often enough."""
        for length in (3, 2, 1):
            some, all_ = self.counts.get(condition[:length], {}).get(place, (0, 0))
            if all_ >= FEWEST or (length == 1 and all_):
                return some / all_
        if place.startswith("blind"):
            return 0.0
        some, all_ = self.counts.get(condition[:1], {}).get(FIRST, (0, 0))
        return some / all_ if all_ else 0.0

    @property
    def key(self) -> str:
        """Changes with whatever was measured."""
        return sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:8]

    def as_json(self) -> dict[str, Any]:
        """To be kept beside what is replayed from it."""
        return {"counts": self.counts, "scores": self.scores, "windows": self.windows}


@dataclass(slots=True)
class _Measuring:
    counts: dict[str, dict[str, Count]] = field(default_factory=dict)
    scores: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, condition: str, place: str, so: bool) -> None:
        for length in (3, 2, 1):
            places = self.counts.setdefault(condition[:length], {})
            count = places.setdefault(place, [0, 0])
            count[0] += so
            count[1] += 1


def measured(windows: Iterable[str], force_after: int) -> Process:
    """The process behind the samples of many windows, as part A writes them."""
    found, own = _Measuring(), []
    for samples in windows:
        own.append(_window(samples.split(), found, force_after))
    scores = {posture: _thinned(sorted(all_)) for posture, all_ in found.scores.items()}
    return Process(found.counts, scores, own)


def _window(tokens: Sequence[str], found: _Measuring, force_after: int) -> dict[str, Count]:
    own: dict[str, Count] = {}
    unchanged = 0
    for _, run in groupby(tokens, key=lambda token: token[:2]):
        before = ""
        for token in run:
            condition, look = token[:3], token[3:]
            found.note(condition, BLIND.get(before, BLIND_THEN), look.startswith("x"))
            if look.startswith("x"):
                before = "x"
                continue
            if before not in ("", "m", "x") and unchanged + 1 < force_after:
                found.note(condition, CHANGED, look != "u")
            unchanged = unchanged + 1 if look == "u" else 0
            if look == "u":
                before = before if before in ("s", "m") else "u"
                continue
            seen = look != "m"
            found.note(condition, _place(before), seen)
            count = own.setdefault(condition[0], [0, 0])
            count[0] += seen
            count[1] += 1
            if seen:
                found.scores[condition[0]].append(int(look) / 100)
            before = "s" if seen else "m"
    return own


def _place(before: str) -> str:
    return {"s": AFTER_SEEN, "m": AFTER_MISSED}.get(before, FIRST)


def _thinned(scores: Sequence[float]) -> list[float]:
    step = max(1, len(scores) // SCORES)
    return list(scores[::step])


class Misses:
    """What the detector would say of one window, sample by sample.

    Args:
        process: As measured.
        rng: Of this window's session.
        force_after: A window is looked at every so many samples, changed or not.
    """

    def __init__(self, process: Process, rng: Random, force_after: int) -> None:
        self._process, self._rng, self._force_after = process, rng, force_after
        self._own = rng.choice(process.windows) if process.windows else {}
        self._condition, self._before, self._unchanged = "", "", 0

    def look(self, condition: str, *, doubtful: bool) -> float | Look:
        """The score of who was seen, 0 for nobody; UNCHANGED, or UNUSABLE for a hidden window.

        Args:
            condition: Posture, cover and light, a letter each.
            doubtful: The window is looked at whether or not its picture changed.
        """
        new = condition[:2] != self._condition[:2]
        self._condition = condition
        if new:
            self._before = ""
        if self._chance(condition, BLIND.get(self._before, BLIND_THEN)):
            self._before = "x"
            return Look.UNUSABLE
        forced = self._unchanged + 1 >= self._force_after
        if not (new or doubtful or forced) and not self._chance(condition, CHANGED):
            self._unchanged += 1
            self._before = self._before if self._before in ("s", "m") else "u"
            return Look.UNCHANGED
        self._unchanged = 0
        share = self._adapted(condition[0], self._process.share(condition, _place(self._before)))
        seen = self._rng.random() < share
        self._before = "s" if seen else "m"
        scores = self._process.scores.get(condition[0], ())
        return (self._rng.choice(scores) if scores else 0.5) if seen else 0.0

    def _chance(self, condition: str, place: str) -> bool:
        return self._rng.random() < self._process.share(condition, place)

    def _adapted(self, posture: str, share: float) -> float:
        """The share for this window: of what is rarer, missed or seen, it has its own part."""
        usual = _rate(self._process.counts.get(posture, {}))
        seen, looks = self._own.get(posture, (0, 0))
        own = (seen + SHRINK * usual) / (looks + SHRINK)
        if share >= 0.5:
            return 1 - min(1.0, (1 - share) * (1 - own) / (1 - usual)) if usual < 1 else share
        return min(1.0, share * own / usual) if usual > 0 else share


def _rate(places: Mapping[str, Count]) -> float:
    chains = [places[one] for one in (FIRST, AFTER_SEEN, AFTER_MISSED) if one in places]
    looks = sum(count[1] for count in chains)
    return sum(count[0] for count in chains) / looks if looks else 0.0


def runs_of_misses(windows: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Looks in a row that missed somebody who was there: the posture of the first, how many."""
    for samples in windows:
        looks = [token for token in samples.split() if token[3:] != "u" and token[3] != "x"]
        for missed, run in groupby(looks, key=lambda token: token[3:] == "m" and token[0] != "A"):
            row = list(run)
            if missed:
                yield row[0][0], len(row)
