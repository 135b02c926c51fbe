"""Observations from elsewhere (线索): a spot check, a webhook, a person; joined, not counted twice.

Source: scenario S16; domain.md §3.3. A clue that meets no finding stays a clue until a person
confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.finding import Finding, Level, Source, SourceKind


@dataclass(frozen=True, slots=True)
class Clue:
    """Somebody else saw the window empty at `at`."""

    window_id: str
    at: datetime
    kind: SourceKind
    ref: str = ""

    @property
    def source(self) -> Source:
        """As one of a finding's sources."""
        return Source(self.at, self.kind, self.ref)


def merge_clues(
    judged: Sequence[Finding], clues: Iterable[Clue], *, tolerance_s: float = 60.0
) -> tuple[list[Finding], list[Clue]]:
    """Join clues to the findings in whose time they fall.

    Args:
        judged: What `judge` says.
        clues: Observations of any window.
        tolerance_s: How far outside a finding's proven time a clue may lie and still be of it:
            one sample period.

    Returns:
        The findings with their sources, in the same order; and the clues that met none.
    """
    near = timedelta(seconds=tolerance_s)
    by_key: dict[str, list[Source]] = {}
    loose: list[Clue] = []
    for clue in clues:
        home = _home(judged, clue, near)
        if home is None:
            loose.append(clue)
        else:
            by_key.setdefault(home.key, []).append(clue.source)
    joined = [one.with_sources(tuple(by_key.get(one.key, ()))) for one in judged]
    return joined, loose


def _home(judged: Sequence[Finding], clue: Clue, near: timedelta) -> Finding | None:
    """The finding a clue belongs to: one it falls inside before one it falls near, the gravest."""
    fitting = [
        one
        for one in judged
        if one.window_id == clue.window_id
        and one.since - near <= clue.at <= one.until_at_least + near
    ]
    grave = [Level.NOTE, Level.ALERT, Level.FINDING]
    return max(
        fitting,
        key=lambda one: (
            one.since <= clue.at <= one.until_at_least,
            grave.index(one.level),
            one.since,
        ),
        default=None,
    )
