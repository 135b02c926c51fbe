"""What is written on paper and kept for good (文书): each change is a new row, none is edited.

Circulars, explanations, appeals, rectifications, suggested measures, the ledger of measures taken,
receipts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.domain.errors import OnPostError


class PaperKind(StrEnum):
    """What a row is about."""

    CIRCULAR = "circular"
    EXPLANATION = "explanation"
    APPEAL = "appeal"
    RECTIFICATION = "rectification"
    SUGGESTION = "suggestion"
    MEASURE = "measure"
    RECEIPT = "receipt"
    SCORE_RULES = "score_rules"


class StalePaper(OnPostError):
    """Somebody else changed the paper since it was read; nothing was written."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of one paper.

    Attributes:
        kind: What it is about.
        key: Its name within the kind, for good.
        version: 1, 2, 3, …
        content: JSON values.
        at: When this version was written.
        by: Login of who wrote it.
        unit_id: The unit it concerns, empty for none: the scope of a liaison.
        state: Where it stands, for lists.
        number: Given by the record, rises with every row; 0 before.
    """

    kind: PaperKind
    key: str
    content: Mapping[str, Any]
    at: datetime
    by: str
    unit_id: str = ""
    state: str = ""
    version: int = 1
    number: int = 0


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file of a paper (附件, 成品文件), outside the database, named by its hash.

    Attributes:
        paper: Key of the paper.
        name: File name as people see it.
        sha256: Its hash.
        path: Relative to the folder of documents.
        variant: Which variant it is, empty for none.
        unit_id: The unit it is for, empty for all.
    """

    paper: str
    name: str
    sha256: str
    path: str
    bytes: int
    at: datetime
    variant: str = ""
    unit_id: str = ""
