"""Learning from decisions (从复核中学习): precision by window and camera, proposals, what was said.

A window's decisions count from its newest change on: what was dismissed under another zone says
nothing of the one that stands. A finding counts as right where a person confirmed it or took an
explanation of why nobody was there; as a false alarm where it was dismissed (误报排除).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from api.settings import Settings
from api.settings.domain import presence_profile_of, window_of
from api.zone_changes import zoned
from models.domain.duty_rows import DutyKind, DutyRow
from models.domain.hall import Window
from models.domain.life import Stage
from models.domain.ports import UnitOfWork
from models.domain.precision import (
    FEWEST_DISMISSED,
    Judged,
    Lesson,
    Proposal,
    ProposalKind,
    lesson_of,
    order,
    widened,
)
from models.domain.records import FindingQuery, FindingRecord
from models.domain.standing import confirmed

PAGE: Final = 500
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an administrator said of a proposal.

    Attributes:
        said: `accepted` or `rejected`.
        dismissed: False alarms at that moment.
    """

    key: str
    said: str
    dismissed: int
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """One window.

    Attributes:
        window: As it is in force.
        since: From when its decisions count.
        answer: The newest answer, to whichever proposal.
        rejected: Whether this very proposal was refused and nothing has changed since.
    """

    window: Window
    judged: Judged
    lesson: Lesson
    since: datetime
    answer: Answer | None = None
    rejected: bool = False

    @property
    def open(self) -> bool:
        """Whether a proposal waits for an answer."""
        return self.lesson.proposal is not None and not self.rejected


@dataclass(slots=True)
class _Decisions:
    right: int = 0
    reasons: list[str] = field(default_factory=list)


def learned(
    uow: UnitOfWork, settings: Settings, now: datetime, *, days: int, only: str = ""
) -> list[Learned]:
    """What the decisions of the last days teach, windows that surely err first.

    Args:
        uow: The record.
        settings: As in the file.
        now: The present.
        days: How far back decisions count.
        only: One window; empty for all.

    Raises:
        StorageError: the record cannot be read.
    """
    force = zoned(settings, uow)
    names = [only] if only else list(force.windows)
    answers = {row.key: _answer(row) for row in uow.duty.standing(DutyKind.LESSON)}
    since = _since(uow, now - timedelta(days=days), answers)
    decided = _decisions(uow, names, since, now - timedelta(days=days), only)
    looks, areas = _looks(uow), _usual_areas(force)
    found = []
    for name in names:
        window = window_of(force, name)
        tried, hits = looks.get(name, (0, 0))
        done = decided.get(name, _Decisions())
        judged = Judged(
            done.right,
            tuple(done.reasons),
            window.views,
            window.hit_rate,
            tried,
            hits,
            areas,
            presence_profile_of(force, name).enter_at,
        )
        found.append(_learned(window, judged, since[name], answers.get(name)))
    return sorted(found, key=lambda one: (order(one.judged), not one.open, one.window.id))


def _learned(window: Window, judged: Judged, since: datetime, answer: Answer | None) -> Learned:
    lesson = lesson_of(judged)
    if lesson.proposal is not None and not _possible(window, lesson.proposal):
        redraw = Proposal(
            ProposalKind.REDRAW, lesson.proposal.camera_id, 0.0, lesson.proposal.version
        )
        lesson = replace(lesson, proposal=redraw)
    wanted = lesson.proposal
    refused = (
        wanted is not None
        and answer is not None
        and answer.said == REJECTED
        and answer.key == wanted.key
        and len(judged.reasons) < answer.dismissed + FEWEST_DISMISSED
    )
    return Learned(window, judged, lesson, since, answer, refused)


def _possible(window: Window, proposal: Proposal) -> bool:
    view = window.view_of(proposal.camera_id)
    if proposal.kind is not ProposalKind.WIDEN or view is None:
        return True
    return widened(view.polygon, proposal.value) is not None


def _answer(row: DutyRow) -> Answer:
    content = row.content
    return Answer(
        str(content["proposal"]),
        str(content["said"]),
        int(content["dismissed"]),
        row.at,
        row.by,
        row.reason,
    )


def _since(
    uow: UnitOfWork, earliest: datetime, answers: Mapping[str, Answer]
) -> defaultdict[str, datetime]:
    """From when each window's decisions count."""
    since: defaultdict[str, datetime] = defaultdict(lambda: earliest)
    for row in uow.duty.standing(DutyKind.ZONES, DutyKind.HIT_RATE):
        since[row.key] = max(since[row.key], row.at)
    for name, answer in answers.items():
        if answer.said == ACCEPTED:
            since[name] = max(since[name], answer.at)
    return since


def _decisions(
    uow: UnitOfWork,
    names: Iterable[str],
    since: defaultdict[str, datetime],
    earliest: datetime,
    only: str,
) -> dict[str, _Decisions]:
    found: dict[str, _Decisions] = {name: _Decisions() for name in names}
    for row in _rows(uow, FindingQuery(window_id=only, since=earliest)):
        done = found.get(row.window_id)
        if done is None or "finding" not in row.details or row.started_at < since[row.window_id]:
            continue
        if row.state == Stage.DISMISSED.value:
            done.reasons.append(_reason(row))
        elif row.state == Stage.EXCUSED.value or confirmed(row):
            done.right += 1
    return found


def _rows(uow: UnitOfWork, query: FindingQuery) -> Iterator[FindingRecord]:
    after = 0
    while page := uow.findings.list(query, after_id=after, limit=PAGE):
        yield from page
        after = page[-1].id


def _reason(row: FindingRecord) -> str:
    steps: list[Mapping[str, Any]] = list(row.details.get("life", ()))
    return str(steps[-1].get("reason", "")) if steps else ""


def camera_looks(uow: UnitOfWork) -> dict[str, tuple[int, int]]:
    """Looks while present and sightings among them, by camera."""
    found: dict[str, tuple[int, int]] = {}
    for (_, camera_id), memory in uow.presences.load().items():
        tried, hits = found.get(camera_id, (0, 0))
        found[camera_id] = (tried + memory.tried, hits + memory.found)
    return found


def _looks(uow: UnitOfWork) -> dict[str, tuple[int, int]]:
    """Looks and sightings while present, by window, all its views together."""
    found: dict[str, tuple[int, int]] = {}
    for (window_id, _), memory in uow.presences.load().items():
        tried, hits = found.get(window_id, (0, 0))
        found[window_id] = (tried + memory.tried, hits + memory.found)
    return found


def _usual_areas(settings: Settings) -> dict[str, float]:
    areas: dict[str, list[float]] = {}
    for name in settings.windows:
        for view in window_of(settings, name).views:
            areas.setdefault(view.camera_id, []).append(view.polygon.area)
    return {camera: median(found) for camera, found in areas.items() if len(found) > 1}
