"""Was a day's plan drawn fairly, and was exactly what it asks for carried out?

Anybody can answer that after the reveal: from the register's entries alone commitment and plan
are computed again and held against the checks that were written. Source: architecture.md,
decision 8; scenario S14.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from models.domain.commitment import SYSTEM, DayPlan, commitment_of, inputs_from
from models.domain.errors import InputError, NotYet
from models.domain.inspection import KIND_NAMES, PLANNED, Check, CheckKey, CheckState
from models.domain.inspection_plan import Planned, plan_of, plan_text
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found.

    Attributes:
        differences: What speaks against it; none where all is well.
        notes: What a reader should know though it is allowed: a late commitment, a nonce of the
            system, halls or rules that changed during the day, checks that were not made.
        planned: The plan as computed again.
        plan: Its canonical text.
    """

    differences: tuple[Difference, ...]
    notes: tuple[tuple[str, str], ...]
    planned: tuple[Planned, ...]
    plan: str

    @property
    def good(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Published:
    """What the register holds of a day; None where an entry is missing."""

    committed: Entry | None
    nonce: Entry | None
    revealed: Entry | None
    changes: Sequence[Entry] = ()


def verify_day(plan: DayPlan, published: Published, checks: Iterable[Check]) -> Verdict:
    """Hold a day against itself.

    Args:
        plan: The day as the database has it.
        published: The same as the register has it.
        checks: Every check whose plan is of this day.

    Raises:
        NotYet: the day is not revealed.
        InputError: its seed or its inputs cannot be read.
    """
    if not plan.seed:
        raise NotYet(
            f"{plan.day} 的种子尚未公开,当日结束后才能核对。",
            f"the seed of {plan.day} is not revealed yet; verify it when the day is over.",
            where=str(plan.day),
        )
    wrong = [*_entries(plan, published), *_commitment(plan)]
    planned = plan_of(inputs_from(plan.inputs), _seed(plan), plan.nonce)
    carried = list(checks)
    wrong += _carried_out(planned, carried)
    notes = [*_notes(plan, published), *_not_made(carried)]
    return Verdict(tuple(wrong), tuple(notes), tuple(planned), plan_text(planned))


def _seed(plan: DayPlan) -> bytes:
    try:
        return bytes.fromhex(plan.seed)
    except ValueError:
        raise InputError(
            "公开的种子不是十六进制。", "the revealed seed is not hex.", where=str(plan.day)
        ) from None


def _commitment(plan: DayPlan) -> list[Difference]:
    if commitment_of(_seed(plan), plan.day, plan.inputs) == plan.commitment:
        return []
    return [
        Difference(
            Wrong.COMMITMENT,
            "由公开的种子、日期和大厅、时间、规则算出的承诺与公布的不一致:"
            "其中有内容在公布后被改动。",
            "seed, date, halls, hours and rules do not give the published commitment: something "
            "of them was changed after it.",
        )
    ]


def _entries(plan: DayPlan, published: Published) -> list[Difference]:
    """Whether the register says what the database says, in the right order."""
    found: list[Difference] = []
    wanted: tuple[tuple[str, str, Entry | None, dict[str, Any]], ...] = (
        (
            "承诺",
            "commitment",
            published.committed,
            {"commitment": plan.commitment, "inputs": plan.inputs, "key_id": plan.key_id},
        ),
        ("随机数", "nonce", published.nonce, {"nonce": plan.nonce, "by": plan.nonce_by}),
        (
            "公开",
            "reveal",
            published.revealed,
            {"seed": plan.seed, "nonce": plan.nonce, "commitment": plan.commitment},
        ),
    )
    for zh, en, entry, said in wanted:
        if entry is None:
            found.append(
                Difference(
                    Wrong.NO_ENTRY,
                    f"登记台账中没有{zh}的记录。",
                    f"the register has no entry of the {en}.",
                )
            )
            continue
        payload = entry.payload
        names = [name for name, value in said.items() if payload.get(name) != value]
        if names:
            found.append(
                Difference(
                    Wrong.ENTRY_DIFFERS,
                    f"数据库与登记台账第 {entry.seq} 条({zh})不一致:{'、'.join(names)}。",
                    f"database and register entry {entry.seq} ({en}) differ in {', '.join(names)}.",
                )
            )
    order = [entry.seq for _, _, entry, _ in wanted if entry is not None]
    if order != sorted(order):
        found.append(
            Difference(
                Wrong.ORDER,
                "登记次序不对,应为承诺、随机数、公开。",
                "the entries are out of order: commitment, nonce, reveal.",
            )
        )
    return found


def _carried_out(planned: Sequence[Planned], checks: Sequence[Check]) -> list[Difference]:
    """Exactly the planned checks, each once, at its moment, ended."""
    wanted = {one.key: one for one in planned}
    there = {one.key: one for one in checks if one.kind in PLANNED}
    found = [
        Difference(
            Wrong.MISSING,
            f"{_zh(key)}(应于 {wanted[key].due_at.isoformat()})没有记录。",
            f"{_en(key)} (due {wanted[key].due_at.isoformat()}) was never written.",
        )
        for key in sorted(wanted.keys() - there.keys())
    ]
    found += [
        Difference(
            Wrong.EXTRA,
            f"{_zh(key)}({there[key].due_at.isoformat()})不在计划之内。",
            f"{_en(key)} ({there[key].due_at.isoformat()}) is not of the plan.",
        )
        for key in sorted(there.keys() - wanted.keys())
    ]
    for key in sorted(wanted.keys() & there.keys()):
        found += _one(wanted[key], there[key])
    return found


def _one(planned: Planned, check: Check) -> list[Difference]:
    key, found = check.key, []
    if abs(check.due_at - planned.due_at) > ROUNDING:
        found.append(
            Difference(
                Wrong.MOMENT,
                f"{_zh(key)}应于 {planned.due_at.isoformat()},记录为 {check.due_at.isoformat()}。",
                f"{_en(key)} was due {planned.due_at.isoformat()}, "
                f"written as {check.due_at.isoformat()}.",
            )
        )
    if check.kind is not planned.kind:
        found.append(
            Difference(
                Wrong.KIND,
                f"{_zh(key)}应为{KIND_NAMES[planned.kind]},记录为{KIND_NAMES[check.kind]}。",
                f"{_en(key)} should be {planned.kind.value}, is {check.kind.value}.",
            )
        )
    seen = [one for one in (check.written_at, check.started_at) if one is not None]
    if min(seen) < planned.due_at - ROUNDING:
        found.append(
            Difference(
                Wrong.EARLY,
                f"{_zh(key)}在到点之前已写入或已开始。",
                f"{_en(key)} was written or begun before it was due.",
            )
        )
    if not check.ended:
        found.append(
            Difference(Wrong.NOT_ENDED, f"{_zh(key)}没有结束。", f"{_en(key)} has not ended.")
        )
    return found


def _notes(plan: DayPlan, published: Published) -> list[tuple[str, str]]:
    notes = []
    if plan.late:
        committed, opened = plan.committed_at.isoformat(), plan.opens_at.isoformat()
        zh = f"承诺公布于 {committed},晚于开门时间 {opened}。"
        en = f"the commitment is of {committed}, after the opening at {opened}."
        notes.append((zh, en))
    if plan.nonce_by == SYSTEM:
        notes.append(("无人给出随机数,由系统抽取。", "nobody gave a nonce; the system drew it."))
    for entry in published.changes:
        what = ", ".join(entry.payload.get("what", ()))
        zh = f"公布承诺后,大厅、时间或规则有变动({what},登记第 {entry.seq} 条),当日仍按公布时执行。"
        en = (
            f"halls, hours or rules changed after the commitment ({what}, entry {entry.seq}); "
            "the day went on as committed."
        )
        notes.append((zh, en))
    return notes


def _not_made(checks: Iterable[Check]) -> list[tuple[str, str]]:
    return [
        (
            f"{_zh(one.key)}未执行:{one.reason}。",
            f"{_en(one.key)} was not made: {one.reason}.",
        )
        for one in sorted(checks, key=lambda check: (check.due_at, check.key))
        if one.state is CheckState.NOT_DONE
    ]


def _zh(key: CheckKey) -> str:
    return f"{key.plan} 大厅 {key.hall_id} 第 {key.number} 次"


def _en(key: CheckKey) -> str:
    return f"{key.plan}, hall {key.hall_id}, number {key.number}"
