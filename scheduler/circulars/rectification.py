"""A notice of rectification (整改通知书, 监察建议书) as a document. Source: domain.md §2.9.

Its title is configuration: 监察建议书 is for a body of supervision only, and suggests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.domain.document import Block, Column, Document, Heading, Para, Table, day_text, printed
from models.domain.report import ReportProblem
from scheduler.circulars import tables
from scheduler.circulars.compose import Heads, Issue

CASES: Final = "办件清单"
SUGGESTS: Final = "建议书"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case that the notice rests on."""

    project_no: str
    item: str
    card: str
    since: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a notice tells.

    Attributes:
        heading: Kind of document by the settings: 整改通知书.
        unit_id: The unit that rectifies.
        matter: What is to be put right.
        basis: What it rests on beside findings and cases, empty for nothing.
        due: The day until which the unit reports.
        appeal_days: Working days for an appeal.
    """

    heading: str
    unit_id: str
    matter: str
    due: date
    problems: tuple[ReportProblem, ...] = ()
    cases: tuple[CaseLine, ...] = ()
    basis: str = ""
    appeal_days: int = 5


def rectification_notice(told: Noticed, heads: Heads, issue: Issue) -> Document:
    """The notice to the unit."""
    suggests = told.heading.endswith(SUGGESTS)
    asks = "建议你单位" if suggests else "请你单位"
    blocks: list[Block] = [
        Para(f"{heads.basis},经核查,你单位存在下列问题:{told.matter}。"),
        *_basis(told),
        Heading(1, "整改要求"),
        Para(f"{asks}收到本{told.heading}后登录系统认领,查明原因,逐项整改。"),
        Para(f"请于{day_text(told.due)}前反馈整改情况并附有关材料;逾期未反馈的,在通报中列示。"),
        Para("反馈经审核符合要求的予以销号;不符合要求的退回,限期再整改。"),
        Para(
            f"对所列问题有异议的,请在{told.appeal_days}个工作日的申诉期限内申诉,"
            f"方式:{heads.channel}。"
        ),
    ]
    return printed(
        Document(
            heads.issuer,
            told.heading,
            tuple(blocks),
            number=issue.number,
            to=told.unit_id,
            dated=issue.dated,
            copies=heads.copies,
            printed_by=heads.printed_by,
            mark=issue.mark,
        )
    )


def _basis(told: Noticed) -> list[Block]:
    blocks: list[Block] = []
    if told.problems:
        blocks.append(tables.own_problems(told.problems))
    if told.cases:
        blocks.append(_case_table(told.cases))
    if told.basis:
        blocks.append(Para(f"依据:{told.basis}。"))
    return blocks


def _case_table(cases: Sequence[CaseLine]) -> Table:
    columns = (Column("办件编号", 8), Column("事项", 10), Column("亮牌", 4), Column("亮牌时间", 7))
    rows = tuple((one.project_no, one.item, one.card, one.since) for one in cases)
    return Table(CASES, columns, rows)
