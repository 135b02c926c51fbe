"""The duty roster (排班表): who is to be at which window when.

Three kinds of rows make it: dated shifts (班次), standing cover chains (AB岗表) and rotations
(轮值) of a window that several units share. All instants are aware; local wall time was turned
into instants by whoever read the file, in the hall's zone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from models.domain.errors import InputError
from models.domain.hours import ExtraSession, SessionKind
from models.domain.people import rank_of


@dataclass(frozen=True, slots=True)
class Shift:
    """A person at a window for a while, `start` ≤ t < `end`.

    Attributes:
        person_id: Who; empty where only the unit is known.
        grade: A is on duty, B, C … stand in, in this order.
        unit_id: The unit that sends them; empty for the window's own.
        kind: Anything but REGULAR makes an extra session of the window.
    """

    window_id: str
    start: datetime
    end: datetime
    person_id: str = ""
    grade: str = "A"
    unit_id: str = ""
    kind: SessionKind = SessionKind.REGULAR

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InputError(
                "班次的结束须晚于开始。",
                "a shift must end after it starts.",
                where=f"roster.{self.window_id}",
                code="E106",
            )
        rank_of(self.grade)

    @property
    def rank(self) -> int:
        """0 for A, 1 for B …"""
        return rank_of(self.grade)


@dataclass(frozen=True, slots=True)
class CoverChain:
    """A standing A/B/C… table row (AB岗表), valid until the window's next one.

    It supplies the stand-ins where dated shifts name only A, and everybody where there are none.
    """

    window_id: str
    valid_from: datetime
    person_ids: tuple[str, ...]
    unit_id: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A unit's turn (轮值) at a window that several units share, `start` ≤ t < `end`."""

    window_id: str
    start: datetime
    end: datetime
    unit_id: str
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class OnRoster:
    """Everything the roster says of a window at a moment, best grade first."""

    shifts: tuple[Shift, ...]
    unit_id: str


@dataclass(frozen=True)
class Roster:
    """All rows, indexed by window. Two rosters with the same rows have the same `version`."""

    shifts: tuple[Shift, ...] = ()
    chains: tuple[CoverChain, ...] = ()
    turns: tuple[Turn, ...] = ()
    version: str = ""
    _by_window: dict[str, _Lane] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        lanes: dict[str, _Lane] = {}
        for shift in sorted(self.shifts, key=lambda one: (one.start, one.rank, one.person_id)):
            lanes.setdefault(shift.window_id, _Lane()).add(shift)
        for chain in sorted(self.chains, key=lambda one: one.valid_from):
            lanes.setdefault(chain.window_id, _Lane()).chains.append(chain)
        for turn in sorted(self.turns, key=lambda one: one.start):
            lanes.setdefault(turn.window_id, _Lane()).turns.append(turn)
        object.__setattr__(self, "_by_window", lanes)
        if not self.version:
            object.__setattr__(self, "version", _hash(self))

    def at(self, window_id: str, moment: datetime) -> OnRoster:
        """What holds for a window at `moment`; no shifts and no unit = 无排班."""
        lane = self._by_window.get(window_id)
        return lane.at(moment) if lane else OnRoster((), "")

    def edges(self, window_id: str, start: datetime, end: datetime) -> list[datetime]:
        """The moments between `start` and `end` at which a row of the window begins or ends."""
        lane = self._by_window.get(window_id)
        return lane.edges(start, end) if lane else []

    def people(self, window_id: str, start: datetime, end: datetime) -> set[str]:
        """Everybody whom a row of the window names between `start` and `end`."""
        lane = self._by_window.get(window_id)
        return lane.people(start, end) if lane else set()

    def shifts_of(self, window_id: str, start: datetime, end: datetime) -> list[Shift]:
        """Dated shifts of a window that touch `start` … `end`, oldest first."""
        lane = self._by_window.get(window_id)
        return lane.between(start, end) if lane else []

    def extra_sessions(self, window_id: str, start: datetime, end: datetime) -> list[ExtraSession]:
        """Rostered sessions outside regular hours that begin in `start` ≤ t < `end`."""
        return [
            ExtraSession(window_id, shift.start, shift.end, shift.kind)
            for shift in self.shifts_of(window_id, start, end)
            if shift.kind is not SessionKind.REGULAR and start <= shift.start < end
        ]


class _Lane:
    """One window's rows, sorted by their start."""

    def __init__(self) -> None:
        self.shifts: list[Shift] = []
        self.starts: list[datetime] = []
        self.chains: list[CoverChain] = []
        self.turns: list[Turn] = []
        self._longest = 0.0

    def add(self, shift: Shift) -> None:
        self.shifts.append(shift)
        self.starts.append(shift.start)
        self._longest = max(self._longest, (shift.end - shift.start).total_seconds())

    def between(self, start: datetime, end: datetime) -> list[Shift]:
        found = []
        for index in range(bisect_left(self.starts, end) - 1, -1, -1):
            shift = self.shifts[index]
            if (start - shift.start).total_seconds() > self._longest:
                break
            if shift.end > start:
                found.append(shift)
        return found[::-1]

    def _now(self, moment: datetime) -> list[Shift]:
        found = []
        for index in range(bisect_left(self.starts, moment) - 1, -1, -1):
            shift = self.shifts[index]
            if (moment - shift.start).total_seconds() > self._longest:
                break
            if shift.end > moment:
                found.append(shift)
        index = bisect_left(self.starts, moment)
        while index < len(self.starts) and self.starts[index] == moment:
            found.append(self.shifts[index])
            index += 1
        return found

    def chain(self, moment: datetime) -> CoverChain | None:
        valid = [chain for chain in self.chains if chain.valid_from <= moment]
        return valid[-1] if valid else None

    def turn(self, moment: datetime) -> Turn | None:
        return next((one for one in self.turns if one.start <= moment < one.end), None)

    def at(self, moment: datetime) -> OnRoster:
        dated = self._now(moment)
        turn = self.turn(moment) if self.turns else None
        chain = self.chain(moment) if self.chains else None
        if any(row.kind is not SessionKind.REGULAR and row.rank == 0 for row in dated):
            # At noon whoever has lunch duty is on duty, not whoever is there all day.
            dated = [row for row in dated if row.rank or row.kind is not SessionKind.REGULAR]
        rows = sorted(dated, key=lambda one: (one.rank, one.person_id))
        if turn is not None and not any(row.rank == 0 for row in rows):
            start, end = turn.start, turn.end
            rows.insert(0, Shift(turn.window_id, start, end, turn.person_id, "A", turn.unit_id))
        if chain is not None:
            rows = _with_chain(rows, chain, moment)
        unit = turn.unit_id if turn else next((row.unit_id for row in rows if row.unit_id), "")
        return OnRoster(tuple(rows), unit)

    def edges(self, start: datetime, end: datetime) -> list[datetime]:
        moments = {edge for one in self.between(start, end) for edge in (one.start, one.end)}
        moments |= {edge for one in self.turns for edge in (one.start, one.end)}
        moments |= {chain.valid_from for chain in self.chains}
        return sorted(moment for moment in moments if start < moment < end)

    def people(self, start: datetime, end: datetime) -> set[str]:
        names = {one.person_id for one in self.between(start, end)}
        names |= {one.person_id for one in self.turns if one.start < end and one.end > start}
        for chain in self.chains:
            names |= set(chain.person_ids)
        return names - {""}


def _with_chain(rows: list[Shift], chain: CoverChain, moment: datetime) -> list[Shift]:
    """The standing chain behind the dated rows; for grades that these already fill it is mute."""
    filled = {row.rank for row in rows}
    named = {row.person_id for row in rows}
    until = max((row.end for row in rows), default=datetime.max.replace(tzinfo=UTC))
    for rank, person in enumerate(chain.person_ids):
        if rank not in filled and person not in named and person:
            grade = chr(ord("A") + rank)
            rows.append(
                Shift(
                    chain.window_id,
                    min(chain.valid_from, moment),
                    until,
                    person,
                    grade,
                    chain.unit_id,
                )
            )
    return sorted(rows, key=lambda one: (one.rank, one.person_id))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _hash(roster: Roster) -> str:
    lines = [
        f"shift|{one.window_id}|{_stamp(one.start)}|{_stamp(one.end)}|{one.person_id}"
        f"|{one.grade}|{one.unit_id}|{one.kind.value}"
        for one in roster.shifts
    ]
    lines += [
        f"chain|{one.window_id}|{_stamp(one.valid_from)}|{','.join(one.person_ids)}|{one.unit_id}"
        for one in roster.chains
    ]
    lines += [
        f"turn|{one.window_id}|{_stamp(one.start)}|{_stamp(one.end)}|{one.unit_id}|{one.person_id}"
        for one in roster.turns
    ]
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def merge(rosters: Iterable[Roster]) -> Roster:
    """One roster of the rows of several; equal rows once."""
    shifts: dict[Shift, None] = {}
    chains: dict[CoverChain, None] = {}
    turns: dict[Turn, None] = {}
    for roster in rosters:
        shifts |= dict.fromkeys(roster.shifts)
        chains |= dict.fromkeys(roster.chains)
        turns |= dict.fromkeys(roster.turns)
    return Roster(tuple(shifts), tuple(chains), tuple(turns))
