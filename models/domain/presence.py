"""Is a window staffed? A filter over time, per window and view.

One sample proves little: the detector misses a seated person in roughly one sample of
twenty. So evidence is summed as log-odds with the window's own hit rate, an absence opens
only after at least three looks, and what was not looked at is UNKNOWN, never absent.
All times are aware datetimes; all durations are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, log

from models.domain.errors import ClockWentBack, InputError


class State(StrEnum):
    """Three states, never two: staffed (有人), empty (无人), cannot be told (无法核查)."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Look(StrEnum):
    """What one sample is to the filter."""

    LOOKED = "looked"
    UNCHANGED = "unchanged"
    UNUSABLE = "unusable"


class Reason(StrEnum):
    """Why a state is what it is; for UNKNOWN, why nothing can be said (无法核查原因)."""

    SEEN = "seen"
    EMPTY = "empty"
    NOT_YET_LOOKED = "not_yet_looked"
    TOO_FEW_LOOKS = "too_few_looks"
    NO_SAMPLE = "no_sample"
    NOT_WATCHED = "not_watched"
    OFFLINE = "offline"
    STALE = "stale"
    FROZEN = "frozen"
    BLACK = "black"
    OVEREXPOSED = "overexposed"
    COVERED = "covered"
    BLURRED = "blurred"
    MOVED = "moved"
    WRONG_CLOCK = "wrong_clock"
    WRONG_SIZE = "wrong_size"
    BROKEN_PICTURE = "broken_picture"
    OCCLUDED = "occluded"
    DETECTOR_FAILED = "detector_failed"
    PARTIAL_VIEW = "partial_view"
    NOT_VISIBLE = "not_visible"


@dataclass(frozen=True, slots=True)
class PresenceProfile:
    """How evidence is weighed.

    Attributes:
        required: People needed in the zone.
        hit_rate: Chance that a person who is there is found by one look.
        false_rate: Chance that an empty zone shows a person in one look.
        strong_score: A sighting from this detector score on counts in full; a weaker one less.
        enter_at: From this probability on, the window is PRESENT.
        leave_at: Down to this probability, and after `looks_to_open` looks, it is ABSENT.
        looks_to_open: LOOKED samples without a person that an absence takes at least.
        spacing_s: Looks closer together than this count in proportion, being alike.
        slowest_period_s: The slowest sampling period; no sample for more than twice
            this gives UNKNOWN.
    """

    required: int = 1
    hit_rate: float = 0.95
    false_rate: float = 0.005
    strong_score: float = 0.4
    enter_at: float = 0.6
    leave_at: float = 0.15
    looks_to_open: int = 3
    spacing_s: float = 10.0
    slowest_period_s: float = 60.0

    def __post_init__(self) -> None:
        if not (0 < self.false_rate < self.leave_at < self.enter_at < self.hit_rate < 1):
            raise InputError(
                "须满足 0 < false_rate < leave_at < enter_at < hit_rate < 1。",
                "0 < false_rate < leave_at < enter_at < hit_rate < 1 must hold.",
                where="presence",
            )
        if self.looks_to_open < 3 or self.spacing_s <= 0 or self.slowest_period_s <= 0:
            raise InputError(
                "looks_to_open 至少为 3,spacing_s 与 slowest_period_s 须为正数。",
                "looks_to_open must be at least 3; spacing_s and slowest_period_s positive.",
                where="presence",
            )

    @property
    def longest_gap(self) -> timedelta:
        """Longest stretch without a sample that still counts as watched."""
        return timedelta(seconds=2 * self.slowest_period_s)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one sample says of one window in one view.

    Attributes:
        at: When the picture was taken.
        look: LOOKED, UNCHANGED or UNUSABLE.
        people: People found in the staff zone, for LOOKED.
        score: Highest detector score in the zone, 0 where nobody was found.
        reason: For UNUSABLE, why.
    """

    at: datetime
    look: Look
    people: int = 0
    score: float = 0.0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """The filter's memory and its answer, for one window in one view.

    Attributes:
        since: When the present `state` began: first sighting, first empty sample, or the
            last usable sample before it became UNKNOWN.
        log_odds: Log-odds that the window is staffed.
        last_at: Newest sample that proves coverage (LOOKED or UNCHANGED).
        newest_at: Newest sample of any kind; older ones are refused.
        looked_at: Newest LOOKED sample, for the spacing of looks.
        hit_at: Newest sighting (last present).
        hit_since: First sighting of the running row of sightings.
        empty_since: First empty sample of the running row of empty samples.
        empty_until: Newest empty sample of that row (or unchanged since).
        looks: LOOKED samples in the running row of empty samples; one that follows the last
            look too closely counts in proportion.
        samples: Usable samples in this state.
        weakest: Probability nearest to a change of mind in this state.
        tried: LOOKED samples while PRESENT that say how well the detector finds who is there:
            sightings, and misses that a sighting followed.
        found: Sightings among them; `found / tried` is the hit rate as measured (检出率).
        missed: Misses since the last sighting; no sighting has followed them yet.
    """

    state: State = State.UNKNOWN
    reason: Reason = Reason.NOT_YET_LOOKED
    since: datetime | None = None
    log_odds: float = 0.0
    last_at: datetime | None = None
    newest_at: datetime | None = None
    looked_at: datetime | None = None
    hit_at: datetime | None = None
    hit_since: datetime | None = None
    empty_since: datetime | None = None
    empty_until: datetime | None = None
    looks: float = 0.0
    samples: int = 0
    weakest: float = 0.5
    tried: int = 0
    found: int = 0
    missed: int = 0

    @property
    def doubtful(self) -> bool:
        """Not settled: the next picture has to be looked at, changed or not."""
        if self.state is State.UNKNOWN:
            return True
        if self.state is State.PRESENT:
            return self.empty_since is not None
        return self.hit_since is not None

    @property
    def p(self) -> float:
        """Probability that the window is staffed, 0..1."""
        return 1.0 / (1.0 + exp(-self.log_odds))


_CEILING = log(0.99 / 0.01)
_ROUNDING = 1e-6


def step(presence: Presence, evidence: Evidence, profile: PresenceProfile) -> Presence:
    """Take one sample into account.

    Source: architecture.md, decisions 1–3; domain.md §2.1, measurement rule.

    Raises:
        ClockWentBack: The sample is older than one already taken.
    """
    if presence.newest_at is not None and evidence.at < presence.newest_at:
        raise ClockWentBack(
            f"样本时间 {evidence.at.isoformat()} 早于已处理的 {presence.newest_at.isoformat()}"
            ",已拒绝。",
            f"sample at {evidence.at.isoformat()} is older than {presence.newest_at.isoformat()}; "
            "refused.",
        )
    known = as_of(presence, evidence.at, profile)
    if evidence.look is Look.UNUSABLE:
        return _unusable(known, evidence)
    if evidence.look is Look.UNCHANGED:
        return _unchanged(known, evidence)
    if evidence.people >= profile.required:
        return _seen(known, evidence, profile)
    return _missed(known, evidence, profile)


def steps(
    presence: Presence, evidence: Iterable[Evidence], profile: PresenceProfile
) -> list[Presence]:
    """The answers after each of several samples, oldest first."""
    answers = []
    for item in evidence:
        presence = step(presence, item, profile)
        answers.append(presence)
    return answers


def as_of(
    presence: Presence,
    now: datetime,
    profile: PresenceProfile,
    reason: Reason = Reason.NO_SAMPLE,
) -> Presence:
    """The answer at `now`: UNKNOWN once no sample came for more than twice the slowest period.

    Args:
        presence: The filter's memory.
        now: The moment asked about.
        profile: How evidence is weighed.
        reason: Why no sample came, where that is known (the camera is offline).
    """
    last = presence.last_at
    if last is None or now - last <= profile.longest_gap:
        return presence
    if presence.state is State.UNKNOWN and presence.looked_at is None:
        return presence  # nothing is remembered that could speak across the gap
    return _forget(presence, last, reason)


def _forget(presence: Presence, since: datetime, reason: Reason) -> Presence:
    """UNKNOWN from the last usable sample on; nothing earlier speaks for what follows."""
    if presence.state is State.UNKNOWN:
        since = presence.since or since
    return Presence(
        state=State.UNKNOWN,
        reason=reason,
        since=since,
        last_at=presence.last_at,
        newest_at=presence.newest_at,
        hit_at=presence.hit_at,
        tried=presence.tried,
        found=presence.found,
    )


def _unusable(presence: Presence, evidence: Evidence) -> Presence:
    reason = evidence.reason or Reason.BROKEN_PICTURE
    since = presence.last_at or presence.since or evidence.at
    return replace(_forget(presence, since, reason), newest_at=evidence.at)


def _unchanged(presence: Presence, evidence: Evidence) -> Presence:
    """No new evidence, but proof that somebody was looking."""
    if presence.looked_at is None:
        return replace(presence, newest_at=evidence.at, since=presence.since or evidence.at)
    still_empty = presence.empty_since is not None and presence.hit_since is None
    still_seen = presence.state is State.PRESENT and presence.empty_since is None
    return replace(
        presence,
        last_at=evidence.at,
        newest_at=evidence.at,
        empty_until=evidence.at if still_empty else presence.empty_until,
        hit_at=evidence.at if still_seen else presence.hit_at,
        samples=presence.samples + 1,
    )


def _spacing(presence: Presence, at: datetime, profile: PresenceProfile) -> float:
    if presence.looked_at is None:
        return 1.0
    share = (at - presence.looked_at).total_seconds() / profile.spacing_s
    return 1.0 if share >= 0.9 else share


def _weighed(presence: Presence, at: datetime, gain: float, profile: PresenceProfile) -> float:
    total = presence.log_odds + gain * _spacing(presence, at, profile)
    return min(_CEILING, max(-_CEILING, total))


def _seen(presence: Presence, evidence: Evidence, profile: PresenceProfile) -> Presence:
    strength = min(1.0, max(0.5, evidence.score / profile.strong_score))
    gain = strength * log(profile.hit_rate / profile.false_rate)
    after = replace(
        presence,
        log_odds=_weighed(presence, evidence.at, gain, profile),
        last_at=evidence.at,
        newest_at=evidence.at,
        looked_at=evidence.at,
        hit_since=presence.hit_since or evidence.at,
        since=presence.since or evidence.at,
        samples=presence.samples + 1,
        missed=0,
    )
    if presence.state is State.PRESENT:
        tried = presence.tried + presence.missed + 1
        after = replace(after, tried=tried, found=presence.found + 1)
    if after.state is not State.ABSENT:  # any sighting ends a row that is not yet an absence
        after = replace(after, empty_since=None, empty_until=None, looks=0.0, hit_at=evidence.at)
    if after.p >= profile.enter_at:
        return _become(after, State.PRESENT, Reason.SEEN, after.hit_since, hit_at=evidence.at)
    return after if after.state is State.PRESENT else _doubtful(after)


def _missed(presence: Presence, evidence: Evidence, profile: PresenceProfile) -> Presence:
    gain = log((1 - profile.hit_rate) / (1 - profile.false_rate))
    first = presence.empty_since is None
    counted = 1.0 if first else _spacing(presence, evidence.at, profile)
    # A doubtful sighting inside an absence does not restart its row of empty samples.
    after = replace(
        presence,
        log_odds=_weighed(presence, evidence.at, gain, profile),
        last_at=evidence.at,
        newest_at=evidence.at,
        looked_at=evidence.at,
        hit_since=None,
        empty_since=presence.empty_since or evidence.at,
        empty_until=evidence.at,
        looks=presence.looks + counted,
        since=presence.since or evidence.at,
        samples=presence.samples + 1,
        missed=presence.missed + 1 if presence.state is State.PRESENT else 0,
    )
    enough = after.looks >= profile.looks_to_open - _ROUNDING
    if enough and after.p <= profile.leave_at:
        return _become(after, State.ABSENT, Reason.EMPTY, after.empty_since)
    return _doubtful(after)


def _doubtful(after: Presence) -> Presence:
    """Keep the state, and remember how near it came to a change."""
    if after.state is State.UNKNOWN:
        return replace(after, reason=Reason.TOO_FEW_LOOKS, weakest=after.p)
    nearest = min if after.state is State.PRESENT else max
    return replace(after, weakest=nearest(after.weakest, after.p))


def _become(
    after: Presence,
    state: State,
    reason: Reason,
    since: datetime | None,
    *,
    hit_at: datetime | None = None,
) -> Presence:
    changed = after.state is not state
    nearest = min if state is State.PRESENT else max
    kept = replace(
        after,
        state=state,
        reason=reason,
        since=since if changed else after.since,
        samples=1 if changed else after.samples,
        weakest=after.p if changed else nearest(after.weakest, after.p),
    )
    if state is State.PRESENT:
        return replace(kept, hit_at=hit_at, empty_since=None, empty_until=None, looks=0.0)
    return replace(kept, hit_since=None)
