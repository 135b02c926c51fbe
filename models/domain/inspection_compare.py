"""Holding checks that were carried out against the plan, and against the register's entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from models.domain.inspection import KIND_NAMES, PLANNED, Check, CheckKey
from models.domain.inspection_plan import Planned
from models.domain.register import Entry

ROUNDING: Final = timedelta(milliseconds=1)


class Wrong(StrEnum):
    """What verification can find."""

    NO_ENTRY = "no_entry"
    ENTRY_DIFFERS = "entry_differs"
    ORDER = "order"
    COMMITMENT = "commitment"
    MISSING = "missing"
    EXTRA = "extra"
    MOMENT = "moment"
    KIND = "kind"
    EARLY = "early"
    NOT_ENDED = "not_ended"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree; in Chinese and English."""

    what: Wrong
    zh: str
    en: str


def carried_out(planned: Sequence[Planned], checks: Sequence[Check]) -> list[Difference]:
    """Exactly the planned checks, each once, at its moment, ended."""
    wanted = {one.key: one for one in planned}
    there = {one.key: one for one in checks if one.kind in PLANNED}
    found = [
        Difference(
            Wrong.MISSING,
            f"{name_zh(key)}(应于 {wanted[key].due_at.isoformat()})没有记录。",
            f"{name_en(key)} (due {wanted[key].due_at.isoformat()}) was never written.",
        )
        for key in sorted(wanted.keys() - there.keys())
    ]
    found += [
        Difference(
            Wrong.EXTRA,
            f"{name_zh(key)}({there[key].due_at.isoformat()})不在计划之内。",
            f"{name_en(key)} ({there[key].due_at.isoformat()}) is not of the plan.",
        )
        for key in sorted(there.keys() - wanted.keys())
    ]
    for key in sorted(wanted.keys() & there.keys()):
        found += _one(wanted[key], there[key])
    return found


def _one(planned: Planned, check: Check) -> list[Difference]:
    key, found = check.key, []
    due = planned.due_at.isoformat()
    if abs(check.due_at - planned.due_at) > ROUNDING:
        found.append(
            Difference(
                Wrong.MOMENT,
                f"{name_zh(key)}应于 {due},记录为 {check.due_at.isoformat()}。",
                f"{name_en(key)} was due {due}, written as {check.due_at.isoformat()}.",
            )
        )
    if check.kind is not planned.kind:
        found.append(
            Difference(
                Wrong.KIND,
                f"{name_zh(key)}应为{KIND_NAMES[planned.kind]},记录为{KIND_NAMES[check.kind]}。",
                f"{name_en(key)} should be {planned.kind.value}, is {check.kind.value}.",
            )
        )
    seen = [one for one in (check.written_at, check.started_at) if one is not None]
    if min(seen) < planned.due_at - ROUNDING:
        found.append(
            Difference(
                Wrong.EARLY,
                f"{name_zh(key)}在到点之前已写入或已开始。",
                f"{name_en(key)} was written or begun before it was due.",
            )
        )
    if not check.ended:
        found.append(
            Difference(
                Wrong.NOT_ENDED, f"{name_zh(key)}没有结束。", f"{name_en(key)} has not ended."
            )
        )
    return found


def registered(check: Check, entry: Entry | None, tally: Mapping[str, int]) -> list[Difference]:
    """Whether the register says of a check that ended what the database says."""
    if not check.ended:
        return []
    if entry is None:
        return [
            Difference(
                Wrong.NO_ENTRY,
                f"登记台账中没有{name_zh(check.key)}如何结束的记录。",
                f"the register has no entry of how {name_en(check.key)} ended.",
            )
        ]
    started = None if check.started_at is None else check.started_at.isoformat()
    said = {
        "kind": check.kind.value,
        "due_at": check.due_at.isoformat(),
        "started_at": started,
        "reason": check.reason,
        "results": dict(tally),
    }
    payload = {"reason": "", **entry.payload}
    names = [name for name, value in said.items() if payload.get(name) != value]
    if not names:
        return []
    return [
        Difference(
            Wrong.ENTRY_DIFFERS,
            f"{name_zh(check.key)}与登记台账第 {entry.seq} 条不一致:{'、'.join(names)}。",
            f"{name_en(check.key)} and register entry {entry.seq} differ in {', '.join(names)}.",
        )
    ]


def name_zh(key: CheckKey) -> str:
    """A check as a person names it, in Chinese."""
    return f"{key.plan} 大厅 {key.hall_id} 第 {key.number} 次"


def name_en(key: CheckKey) -> str:
    """The same in English."""
    return f"{key.plan}, hall {key.hall_id}, number {key.number}"
