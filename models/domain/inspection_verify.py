"""Was a day's plan drawn fairly, and was exactly what it asks for carried out?

Anybody can answer that after the reveal: from the register's entries alone commitment and plan
are computed again and held against the checks that were written. Source: architecture.md,
decision 8; scenario S14.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.domain.commitment import SYSTEM, DayPlan, commitment_of, inputs_from
from models.domain.errors import InputError, NotYet
from models.domain.inspection import Check, CheckKey, CheckState
from models.domain.inspection_compare import (
    Difference,
    Wrong,
    carried_out,
    name_en,
    name_zh,
    registered,
)
from models.domain.inspection_plan import Planned, plan_of, plan_text
from models.domain.register import Entry


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
    """What the register holds of a day; None where an entry is missing.

    Attributes:
        ended: How each check ended, by its key.
    """

    committed: Entry | None
    nonce: Entry | None
    revealed: Entry | None
    changes: Sequence[Entry] = ()
    ended: Mapping[CheckKey, Entry | None] = field(default_factory=dict)


def verify_day(
    plan: DayPlan,
    published: Published,
    checks: Iterable[Check],
    tallies: Mapping[int, Mapping[str, int]],
) -> Verdict:
    """Hold a day against itself.

    Args:
        plan: The day as the database has it.
        published: The same as the register has it.
        checks: Every check whose plan is of this day.
        tallies: Windows per result of each check, by its id.

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
    wrong += carried_out(planned, carried)
    for one in sorted(carried, key=lambda check: check.key):
        wrong += registered(one, published.ended.get(one.key), tallies.get(one.id, {}))
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
            f"{name_zh(one.key)}未执行:{one.reason}。",
            f"{name_en(one.key)} was not made: {one.reason}.",
        )
        for one in sorted(checks, key=lambda check: (check.due_at, check.key))
        if one.state is CheckState.NOT_DONE
    ]
