"""What the sheets of an import gave, each thing with its place, before it becomes a roster."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from models.domain.hall import Window
from models.domain.leave import Notice
from models.domain.roster import CoverChain, Turn
from scheduler.rosters.entries import Placed


@dataclass(frozen=True, slots=True)
class PlacedTurn:
    """A unit's turn, its first and last day, and where it was written."""

    turn: Turn
    window: Window
    first: date
    last: date
    where: str


@dataclass(frozen=True, slots=True)
class PlacedChain:
    """A row of a standing A/B/C table and where it was written."""

    chain: CoverChain
    window: Window
    where: str


@dataclass(frozen=True, slots=True)
class PlacedNotice:
    """A row of a leave book and where it was written."""

    notice: Notice
    where: str


@dataclass
class Harvest:
    """Everything the sheets gave."""

    placed: list[Placed] = field(default_factory=list)
    chains: list[PlacedChain] = field(default_factory=list)
    turns: list[PlacedTurn] = field(default_factory=list)
    notices: list[PlacedNotice] = field(default_factory=list)
    layouts: list[tuple[str, str]] = field(default_factory=list)
    """Of each sheet: its place and the letter of its layout."""
