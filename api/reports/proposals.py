"""What proposes a rectification and has none yet: serious confirmed findings, red cards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.reports.papers import every
from api.reports.rectifications import finding_ref
from api.reports.red_cards import without_rectification
from api.settings import Settings
from models.domain.access import Scope
from models.domain.deadline import CARD_NAMES
from models.domain.life import Stage
from models.domain.papers import PaperKind
from models.domain.ports import UnitOfWork
from models.domain.records import FindingQuery, FindingRecord
from models.domain.rectification import RectifyState, proposes
from models.domain.rectify_json import rectification_of

LOOKS_BACK: Final = timedelta(days=183)
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Proposed:
    """Something on which no notice rests yet.

    Attributes:
        at: When it began.
        what: In words, Chinese.
        finding_id: The finding, 0 for a case.
        project_no: The case, empty for a finding.
    """

    unit_id: str
    at: datetime
    what: str
    finding_id: int = 0
    project_no: str = ""


def proposals(
    uow: UnitOfWork,
    settings: Settings,
    now: datetime,
    *,
    scope: Scope,
    units: frozenset[str] | None = None,
) -> list[Proposed]:
    """What proposes a notice in the last half year, newest first.

    Args:
        uow: The record.
        settings: Windows: at a key post any finding proposes one.
        now: The moment.
        scope: Where whoever asks sees findings.
        units: Units whose cases they see, None for all.
    """
    named = {
        ref
        for paper in every(uow, PaperKind.RECTIFICATION)
        if (one := rectification_of(paper.content)).state is not RectifyState.WITHDRAWN
        for ref in one.refs
    }
    found = [
        Proposed(row.unit_id, row.started_at, str(row.details.get("label", row.kind)), row.id)
        for row in _standing(uow, now - LOOKS_BACK, scope)
        if finding_ref(row.id) not in named and _serious(row, settings)
    ]
    cards = without_rectification(uow, now - LOOKS_BACK, now, units=units)
    found += [
        Proposed(
            one.case.unit_id,
            one.due_at,
            f"{CARD_NAMES[one.card]} {one.case.task_name}".strip(),
            project_no=one.case.project_no,
        )
        for one in cards
    ]
    return sorted(found, key=lambda one: (one.at, one.finding_id, one.project_no), reverse=True)


def _serious(row: FindingRecord, settings: Settings) -> bool:
    window = settings.windows.get(row.window_id)
    return bool(row.unit_id) and proposes(row.kind, key_post=window is not None and window.key_post)


def _standing(uow: UnitOfWork, since: datetime, scope: Scope) -> Iterator[FindingRecord]:
    for state in (Stage.CONFIRMED, Stage.PUBLISHED):
        query, after = FindingQuery(state=state.value, since=since, scope=scope), 0
        while page := uow.findings.list(query, after_id=after, limit=PAGE):
            after = page[-1].id
            yield from page
