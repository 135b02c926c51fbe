"""Thresholds (阈值) by which an empty window becomes an alert or a finding, by effective date.

Source: domain.md §2.1. Chinese drafting counts the number itself in 以上/以内 and leaves it
out in 超过/不满, so every threshold keeps its operator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from models.domain.errors import InputError
from models.domain.hall import Window


class Operator(StrEnum):
    """`>=` for 以上 (the number counts), `>` for 超过 (it does not)."""

    AT_LEAST = ">="
    MORE_THAN = ">"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A length of time, in seconds, and whether the number itself counts."""

    operator: Operator
    seconds: float

    def __post_init__(self) -> None:
        if not 0 <= self.seconds <= 86400:
            raise InputError(
                f"阈值 {self.seconds} 秒须在 0 与 86400 之间。",
                f"threshold {self.seconds} s must be between 0 and 86400.",
                where="profiles",
            )

    def reached(self, seconds: float) -> bool:
        """Whether a proven length of `seconds` passes it."""
        if self.operator is Operator.AT_LEAST:
            return seconds >= self.seconds
        return seconds > self.seconds

    def __str__(self) -> str:
        return f"{self.operator.value}{self.seconds:g}s"

    @classmethod
    def parse(cls, text: str) -> Threshold:
        """Read `>=15min`, `>5m`, `>= 300 s`; minutes where no unit is given.

        Raises:
            InputError: It is none of these.
        """
        found = re.fullmatch(r"\s*(>=|≥|>)\s*(\d+(?:\.\d+)?)\s*(s|秒|min|m|分钟|分|)\s*", text)
        if found is None:
            raise InputError(
                f"阈值“{text}”无法识别,应类似 >=15min(以上)或 >5min(超过)。",
                f"threshold {text!r}: write >=15min (at least) or >5min (more than).",
                where="profiles",
            )
        sign, number, unit = found.groups()
        operator = Operator.MORE_THAN if sign == ">" else Operator.AT_LEAST
        return cls(operator, float(number) * (1 if unit in {"s", "秒"} else 60))


def at_least(minutes: float) -> Threshold:
    """以上: the number itself counts."""
    return Threshold(Operator.AT_LEAST, minutes * 60)


def more_than(minutes: float) -> Threshold:
    """超过: the number itself does not count."""
    return Threshold(Operator.MORE_THAN, minutes * 60)


@dataclass(frozen=True, slots=True)
class DutyProfile:
    """The thresholds that judge a window from `valid_from` on. Source: domain.md §2.1.

    Attributes:
        alert: From here on an empty window is an alert (离岗提醒), not yet a finding.
        off_post: From here on it is 脱岗.
        unmanned: From here on, with everybody excused, it is 空岗 of the unit.
        late: 迟到 beyond the grace.
        early: 早退 beyond the grace.
        half_day: Touching an edge for this long is 缺岗(半天).
    """

    name: str = "default"
    valid_from: date = date.min
    alert: Threshold = field(default_factory=lambda: at_least(5))
    off_post: Threshold = field(default_factory=lambda: at_least(15))
    unmanned: Threshold = field(default_factory=lambda: at_least(15))
    late: Threshold = field(default_factory=lambda: more_than(5))
    early: Threshold = field(default_factory=lambda: more_than(5))
    half_day: Threshold = field(default_factory=lambda: at_least(30))

    def __post_init__(self) -> None:
        if self.alert.seconds > self.off_post.seconds:
            raise InputError(
                f"提醒阈值 {self.alert} 不应大于脱岗阈值 {self.off_post}。",
                f"the alert threshold {self.alert} must not exceed off_post {self.off_post}.",
                where=f"profiles.{self.name}",
            )

    @property
    def version(self) -> str:
        """Name, date and every threshold: what a finding quotes as its rule."""
        return _version(self)


@lru_cache(maxsize=256)
def _version(of: DutyProfile) -> str:
    rules = (of.alert, of.off_post, of.unmanned, of.late, of.early, of.half_day)
    since = "" if of.valid_from == date.min else f"@{of.valid_from.isoformat()}"
    return f"{of.name}{since}:" + ",".join(str(rule) for rule in rules)


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """A profile for a hall or a window; both empty means for all of that profile's name."""

    profile: DutyProfile
    hall_id: str = ""
    window_id: str = ""


class ProfileBook:
    """All profiles; the nearest (window, then hall, then name) and newest valid one judges."""

    def __init__(self, choices: Iterable[ProfileChoice] = ()) -> None:
        self._choices = tuple(choices)
        self._default = DutyProfile()
        self._known: dict[tuple[str, str, str, date], DutyProfile] = {}

    def of(self, window: Window, on: date) -> DutyProfile:
        """The profile that judges `window` on the local date `on`."""
        key = (window.id, window.hall_id, window.duty_profile, on)
        if key not in self._known:
            self._known[key] = self._find(window, on)
        return self._known[key]

    def _find(self, window: Window, on: date) -> DutyProfile:
        fitting = [
            choice
            for choice in self._choices
            if choice.profile.valid_from <= on and _fits(choice, window)
        ]
        if not fitting:
            return self._default
        best = max(
            fitting,
            key=lambda choice: (
                choice.window_id != "",
                choice.hall_id != "",
                choice.profile.valid_from,
            ),
        )
        return best.profile


def _fits(choice: ProfileChoice, window: Window) -> bool:
    if choice.window_id:
        return choice.window_id == window.id
    if choice.hall_id:
        return choice.hall_id == window.hall_id
    return choice.profile.name == window.duty_profile
