"""Spot checks (抽查): their kinds, their states and allowed moves, one result per window.

Source: domain.md §1.1 (定时或不定时抽查) and §2.5; scenarios S08, S27. `schedule` writes a check
when it is due, `watch` claims it and writes its results, and only the sweeper in `schedule` says
未执行. A check ends exactly once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from models.domain.check_result import Result
from models.domain.errors import ForbiddenMove, OnPostError


class CheckKind(StrEnum):
    """What a check is for."""

    DAILY = "daily"
    RANDOM = "random"
    CAMPAIGN = "campaign"
    JOINT = "joint"
    OPEN_VISIT = "open_visit"
    SECRET_VISIT = "secret_visit"  # noqa: S105  暗访, no password
    ROLL_CALL = "roll_call"


KIND_NAMES: Final[Mapping[CheckKind, str]] = {
    CheckKind.DAILY: "日常检查",
    CheckKind.RANDOM: "随机抽查",
    CheckKind.CAMPAIGN: "专项清查",
    CheckKind.JOINT: "联合督查",
    CheckKind.OPEN_VISIT: "明查",
    CheckKind.SECRET_VISIT: "暗访",
    CheckKind.ROLL_CALL: "一键查岗",
}

VISITS: Final = frozenset({CheckKind.OPEN_VISIT, CheckKind.SECRET_VISIT})
"""Kinds that people make on the spot and enter by hand; no camera is asked."""

PLANNED: Final = frozenset({CheckKind.DAILY, CheckKind.RANDOM, CheckKind.CAMPAIGN, CheckKind.JOINT})
"""Kinds that a plan asks for."""


class CheckState(StrEnum):
    """Where a check stands."""

    DUE = "due"
    CLAIMED = "claimed"
    LOOKING = "looking"
    SETTLED = "settled"
    NOT_DONE = "not_done"


STATE_NAMES: Final[Mapping[CheckState, str]] = {
    CheckState.DUE: "待执行",
    CheckState.CLAIMED: "已领取",
    CheckState.LOOKING: "核查中",
    CheckState.SETTLED: "已完成",
    CheckState.NOT_DONE: "未执行",
}

MOVES: Final[Mapping[CheckState, frozenset[CheckState]]] = {
    CheckState.DUE: frozenset({CheckState.CLAIMED, CheckState.NOT_DONE}),
    CheckState.CLAIMED: frozenset({CheckState.CLAIMED, CheckState.LOOKING, CheckState.NOT_DONE}),
    CheckState.LOOKING: frozenset({CheckState.LOOKING, CheckState.SETTLED, CheckState.NOT_DONE}),
    CheckState.SETTLED: frozenset(),
    CheckState.NOT_DONE: frozenset(),
}
"""CLAIMED and LOOKING move to themselves when another claimer takes over (the epoch rises)."""

OPEN_STATES: Final = frozenset(state for state, moves in MOVES.items() if moves)
"""States of a check that has not ended."""


def came_from(to: CheckState) -> tuple[str, ...]:
    """The states from which a check may move to `to`, as the record spells them."""
    return tuple(sorted(state.value for state, moves in MOVES.items() if to in moves))


class NotDone(StrEnum):
    """Why a planned check was not made (未执行)."""

    NOT_RUNNING = "not_running"
    NOBODY_LOOKED = "nobody_looked"
    INTERRUPTED = "interrupted"
    CLOSED_AFTER_PLAN = "closed_after_plan"
    NO_WINDOW = "no_window"


NOT_DONE_NAMES: Final[Mapping[NotDone, tuple[str, str]]] = {
    NotDone.NOT_RUNNING: ("到点时系统未运行", "the system was not running when it was due"),
    NotDone.NOBODY_LOOKED: ("到点后无监看进程领取", "no watching process took it up in time"),
    NotDone.INTERRUPTED: ("核查中断且未能恢复", "it was interrupted and not taken up again"),
    NotDone.CLOSED_AFTER_PLAN: (
        "计划公布后该大厅停止开放",
        "the hall was closed after the plan was committed",
    ),
    NotDone.NO_WINDOW: ("该大厅已无窗口", "the hall has no window any more"),
}


class StaleClaim(OnPostError):
    """Somebody else claimed the check since, or it has ended; nothing was written."""

    def __init__(self, check_id: int, epoch: int) -> None:
        super().__init__(
            f"抽查 {check_id} 已由他人接手或已结束(本次领取号 {epoch}),未写入任何结果。",
            f"check {check_id} was taken over or has ended (claim {epoch}); nothing was written.",
            where=f"checks#{check_id}",
        )


class CheckKey(NamedTuple):
    """What names a check for good: a plan asks for it once, so it is written once."""

    plan: str
    hall_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one hall.

    Attributes:
        plan: `fixed:2026-11-23`, `random:2026-11-23`, `campaign:<id>:2026-11-23`,
            `manual:<uuid>`, `visit:<uuid>`.
        number: 1, 2, 3, … within the plan and the hall.
        due_at: When it was to be made.
        written_at: When it was written here; never before `due_at`.
        epoch: Rises at each claim; a write with an older one is refused.
        claimed_at: Last sign of life of the claimer.
        started_at: First look.
        ended_at: When it was settled, or given up.
        reason: For 未执行, or for windows that were given up: a value of `NotDone`.
        late_s: Seconds between `due_at` and the moment it was written.
        by: Login of who asked for it by hand, empty for a plan.
        details: JSON values only. `off_day`: made outside working hours, not counted in rates;
            `reason`: why it was made; `campaign`, `leads`, `behaviours` of a campaign.
        id: Given by the record; 0 before.
    """

    plan: str
    hall_id: str
    number: int
    kind: CheckKind
    due_at: datetime
    written_at: datetime
    state: CheckState = CheckState.DUE
    epoch: int = 0
    claimed_by: str = ""
    claimed_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    late_s: float = 0.0
    by: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    @property
    def key(self) -> CheckKey:
        """Its name for good."""
        return CheckKey(self.plan, self.hall_id, self.number)

    @property
    def ended(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.state not in OPEN_STATES

    @property
    def counted(self) -> bool:
        """Whether it counts in rates; one on a day of rest does not (S08)."""
        return not self.details.get("off_day", False)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found at one window.

    Attributes:
        result: None while it is 待复核: the window was empty and is looked at again.
        reason: A value of `models.domain.presence.Reason`, or of `NotDone`.
        looked_at: First look.
        settled_at: When the result was certain.
        evidence: SHA-256 of its pictures.
        finding_key: The finding it belongs to, empty where there is none.
        entry_seq: Its own register entry, 0 for none.
    """

    window_id: str
    unit_id: str = ""
    result: Result | None = None
    reason: str = ""
    looked_at: datetime | None = None
    settled_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    finding_key: str = ""
    entry_seq: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    check_id: int = 0

    @property
    def pending(self) -> bool:
        """待复核: not certain yet."""
        return self.result is None


@dataclass(frozen=True, slots=True)
class CheckQuery:
    """Which checks to list; empty values do not filter.

    Attributes:
        plan: A whole plan key.
        day: An ISO date: plans of that day (`…:2026-11-23`).
        campaign: Id of a campaign.
        since: `due_at` at or after.
        until: `due_at` before.
        halls: Only these halls, None for all: the visitor's scope.
        units: Only checks with a window of these units, None for all.
    """

    plan: str = ""
    day: str = ""
    campaign: str = ""
    hall_id: str = ""
    kind: str = ""
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    halls: frozenset[str] | None = None
    units: frozenset[str] | None = None


def unfinished(check_id: int, left: int) -> ForbiddenMove:
    """A check is settled only when every window of it has its result."""
    return ForbiddenMove(
        f"抽查 {check_id} 还有 {left} 个窗口待复核或没有结果,不能结束。",
        f"check {check_id} has {left} window(s) without a certain result; it cannot be settled.",
        where=f"checks#{check_id}",
    )


def result_fixed(check_id: int, window_id: str) -> ForbiddenMove:
    """A certain result is never changed; a finding's life goes on elsewhere."""
    return ForbiddenMove(
        f"抽查 {check_id} 中窗口“{window_id}”已有结果,不得更改。",
        f"window {window_id!r} of check {check_id} has its result; it is not changed.",
        where=f"checks#{check_id}",
    )
