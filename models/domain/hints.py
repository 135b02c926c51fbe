"""What pixels can hint at beside presence (机器线索): a phone, a gathering, no motion for long.

Source: domain.md §2.1. A hint is a clue and stays one until a person confirms it with a still;
nothing here knows who anybody is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from models.domain.geometry import Box

PHONE, SLEEP, GATHER = "B-PHONE", "B-SLEEP", "B-GATHER"


@dataclass(frozen=True, slots=True)
class HintRules:
    """What is hinted at in a window; everything is off unless a hall wants it.

    Attributes:
        phone: Hint at a phone near a person (玩手机).
        gather: Hint at more people than `seats` (串岗、聚众聊天).
        sleep: Hint at a person who does not move (睡岗).
        seats: People who have a seat in the zone.
        phone_s: Seconds that a phone has to be seen for.
        gather_s: Seconds that there are too many for.
        still_s: Seconds without motion.
        looks: Looks that must carry a hint, at least.
        gap_s: Longest time between two looks of one stretch.
        again_s: The same is not hinted at again sooner.
    """

    phone: bool = False
    gather: bool = False
    sleep: bool = False
    seats: int = 1
    phone_s: float = 60.0
    gather_s: float = 120.0
    still_s: float = 1200.0
    looks: int = 3
    gap_s: float = 120.0
    again_s: float = 1800.0

    def seconds(self, code: str) -> float | None:
        """How long `code` has to last, None where it is off."""
        chosen = {
            PHONE: (self.phone, self.phone_s),
            GATHER: (self.gather, self.gather_s),
            SLEEP: (self.sleep, self.still_s),
        }
        on, length = chosen[code]
        return length if on else None


@dataclass(frozen=True, slots=True)
class Glance:
    """What one picture shows of a window.

    Attributes:
        people: People in the zone; None where the picture had not changed and nobody looked.
        score: Best score among them.
        phone_score: Best score of a phone near one of them, 0 for none.
        box: The best person's box, 0..1 of the picture.
    """

    at: datetime
    people: int | None
    score: float = 0.0
    phone_score: float = 0.0
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Streak:
    """A stretch in which something was seen again and again."""

    since: datetime
    until: datetime
    looks: int
    score: float


@dataclass(frozen=True, slots=True)
class Hint:
    """One clue: what, from when until when, carried by how many looks, and the best score."""

    code: str
    since: datetime
    until: datetime
    looks: int
    score: float


@dataclass(frozen=True, slots=True)
class HintMemory:
    """What is remembered of a window between looks."""

    streaks: Mapping[str, Streak] = field(default_factory=dict)
    told: Mapping[str, datetime] = field(default_factory=dict)
    box: Box | None = None


SAME_PLACE = 0.9
"""Boxes that overlap this much (IoU) show somebody who has not moved."""


def glance(
    memory: HintMemory, seen: Glance | None, rules: HintRules
) -> tuple[HintMemory, list[Hint]]:
    """Take one look into account.

    Args:
        memory: What is remembered.
        seen: The look; None for an unusable picture, which ends every stretch.
        rules: What is hinted at.

    Returns:
        What is remembered now, and hints that are new with this look.
    """
    if seen is None:
        return HintMemory(told=memory.told), []
    streaks = dict(memory.streaks)
    told = dict(memory.told)
    hints: list[Hint] = []
    for code in (PHONE, GATHER, SLEEP):
        length = rules.seconds(code)
        if length is None:
            continue
        streak = _carried(streaks.pop(code, None), _score(code, seen, memory, rules), seen, rules)
        if streak is None:
            continue
        streaks[code] = streak
        lasted = (streak.until - streak.since).total_seconds() >= length
        if lasted and streak.looks >= rules.looks and _free(told.get(code), seen.at, rules):
            told[code] = seen.at
            hints.append(Hint(code, streak.since, streak.until, streak.looks, streak.score))
    box = memory.box if seen.people is None else seen.box
    return HintMemory(streaks, told, box), hints


def _score(code: str, seen: Glance, memory: HintMemory, rules: HintRules) -> float | None:
    """The score that carries `code` in this look; None where it does not show; −1 where nobody
    looked because nothing had changed."""
    if seen.people is None:
        return -1.0
    if code == PHONE:
        return seen.phone_score if seen.people and seen.phone_score > 0 else None
    if code == GATHER:
        return seen.score if seen.people > rules.seats else None
    if not seen.people or seen.box is None:
        return None
    moved = memory.box is not None and memory.box.iou(seen.box) < SAME_PLACE
    return None if moved else seen.score


def _carried(
    streak: Streak | None, score: float | None, seen: Glance, rules: HintRules
) -> Streak | None:
    if score is None:
        return None
    near = streak is not None and seen.at - streak.until <= timedelta(seconds=rules.gap_s)
    if score < 0:  # an unchanged picture carries a stretch on, it never begins one
        return replace(streak, until=seen.at) if streak is not None and near else None
    if streak is None or not near:
        return Streak(seen.at, seen.at, 1, score)
    return Streak(streak.since, seen.at, streak.looks + 1, max(streak.score, score))


def _free(told: datetime | None, now: datetime, rules: HintRules) -> bool:
    return told is None or now - told >= timedelta(seconds=rules.again_s)
