"""A correction notice (更正通知): it cites the number it corrects; the original stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.domain.circular import DocumentNumber
from models.domain.document import Document, Para, printed
from models.domain.report import Correction
from scheduler.circulars import tables
from scheduler.circulars.compose import Heads, Issue


@dataclass(frozen=True, slots=True)
class CorrectedIssue:
    """What is corrected.

    Attributes:
        number: Number of the original.
        title: Its title.
    """

    number: DocumentNumber
    title: str


def correction(
    original: CorrectedIssue, items: Sequence[Correction], heads: Heads, issue: Issue
) -> Document:
    """The notice.

    Args:
        original: The circular that is corrected.
        items: What holds instead, line by line.
        heads: Issuer and readers.
        issue: Number and date of the notice itself.
    """
    blocks = (
        Para(
            f"我单位印发的《{original.title}》({original.number})中,"
            f"下列{len(items)}项内容经复核须予更正,原文其他内容不变:"
        ),
        tables.corrections(items),
        Para("有关统计数据按更正后的内容重新计算,并在下期通报附件4中列示。"),
    )
    return printed(
        Document(
            heads.issuer,
            f"关于更正{original.number}有关内容的通知",
            blocks,
            number=issue.number,
            to=heads.to,
            dated=issue.dated,
            copies=heads.copies,
            printed_by=heads.printed_by,
            mark=issue.mark,
        )
    )
