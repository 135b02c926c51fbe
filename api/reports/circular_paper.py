"""A circular as it is kept: one paper whose versions are the steps of its life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from models.domain.circular import (
    CircularKind,
    CircularLife,
    CircularState,
    DocumentNumber,
    Sign,
)
from models.domain.errors import InputError
from models.domain.papers import Paper, PaperKind
from models.domain.ports import UnitOfWork
from models.domain.rectify_json import number_json, number_of


@dataclass(frozen=True, slots=True)
class Corrected:
    """One thing that a correction notice (更正通知) corrects.

    Attributes:
        finding_id: Number of the finding.
        unit_id: Its unit.
        what: What holds instead, in a sentence.
    """

    finding_id: int
    unit_id: str
    what: str


@dataclass(frozen=True, slots=True)
class CircularPaper:
    """A circular.

    Attributes:
        key: Its name for good, e.g. `monthly:2026-11:1`.
        period: Name of its period; of a correction, that of the original.
        frozen: Documents as reviewed, paths of JSON files by variant (`full`, `public`,
            `unit:<id>`); empty while it is a draft.
        findings: Numbers of the findings it publishes.
        despite: Why it went to review although findings were still to be verified.
        corrects: Number of the circular that it corrects, empty for none.
        version: Of the paper.
    """

    key: str
    kind: CircularKind
    period: str
    title: str
    life: CircularLife
    frozen: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[int, ...] = ()
    number: DocumentNumber | None = None
    despite: str = ""
    corrects: str = ""
    items: tuple[Corrected, ...] = ()
    version: int = 1

    @property
    def state(self) -> CircularState:
        """Where it stands."""
        return self.life.state

    def paper(self, at: datetime, by: str) -> Paper:
        """It as a version to be kept."""
        content = {
            "kind": self.kind.value,
            "period": self.period,
            "title": self.title,
            "steps": [
                {
                    "state": one.state.value,
                    "by": one.by,
                    "at": one.at.isoformat(),
                    "reason": one.reason,
                }
                for one in self.life.steps
            ],
            "frozen": dict(self.frozen),
            "findings": list(self.findings),
            "number": None if self.number is None else number_json(self.number),
            "number_text": "" if self.number is None else str(self.number),
            "despite": self.despite,
            "corrects": self.corrects,
            "items": [
                {"finding": one.finding_id, "unit": one.unit_id, "what": one.what}
                for one in self.items
            ],
        }
        return Paper(
            PaperKind.CIRCULAR, self.key, content, at, by, "", self.state.value, self.version
        )


def circular_of(paper: Paper) -> CircularPaper:
    """The circular that a paper holds."""
    content: Mapping[str, Any] = paper.content
    number = content["number"]
    return CircularPaper(
        paper.key,
        CircularKind(content["kind"]),
        content["period"],
        content["title"],
        CircularLife(tuple(_sign(step) for step in content["steps"])),
        content["frozen"],
        tuple(content["findings"]),
        None if number is None else number_of(number),
        content["despite"],
        content["corrects"],
        tuple(Corrected(one["finding"], one["unit"], one["what"]) for one in content["items"]),
        paper.version,
    )


def _sign(values: Mapping[str, Any]) -> Sign:
    at = datetime.fromisoformat(values["at"])
    return Sign(CircularState(values["state"]), values["by"], at, values["reason"])


def find(uow: UnitOfWork, key: str) -> CircularPaper:
    """A circular by its key.

    Raises:
        InputError: there is none.
    """
    paper = uow.papers.get(PaperKind.CIRCULAR, key)
    if paper is None:
        raise InputError(f"没有通报“{key}”。", f"there is no circular {key!r}.", where=key)
    return circular_of(paper)


def series_of(uow: UnitOfWork, stem: str) -> list[CircularPaper]:
    """Circulars whose keys are a stem and 1, 2, 3, …, oldest first."""
    found: list[CircularPaper] = []
    while paper := uow.papers.get(PaperKind.CIRCULAR, f"{stem}:{len(found) + 1}"):
        found.append(circular_of(paper))
    return found


def numbered(uow: UnitOfWork, number: str) -> CircularPaper:
    """The circular of a number (文号).

    Raises:
        InputError: there is none.
    """
    found = uow.papers.holding(PaperKind.CIRCULAR, "number_text", number) if number else None
    if found is None:
        raise InputError(
            f"没有文号为“{number}”的通报。", f"there is no circular {number!r}.", where=number
        )
    return circular_of(found)


def next_version(one: CircularPaper, **changes: Any) -> CircularPaper:
    """The same with changes, as its next version."""
    return replace(one, version=one.version + 1, **changes)
