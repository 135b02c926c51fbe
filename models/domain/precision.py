"""What decisions teach (从复核中学习): how often a window's findings were right, and why not.

Precision (准确率) is the share of decided findings that were no false alarm (误报). It stands with
its Wilson interval, since a window has few decisions; windows that surely err come first, each
with a likely cause and one proposal that an administrator accepts or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from models.domain.errors import GeometryError
from models.domain.geometry import Polygon
from models.domain.hall import Coverage, View

Z_95: Final = 1.959964
"""Of a normal distribution: 95 % lie within."""

FEWEST_DISMISSED: Final = 3
"""From so many false alarms on a cause is looked for."""

GOOD: Final = 0.9
"""A window errs where its precision may lie below this."""

FEWEST_TRIED: Final = 50
"""From so many looks on a hit rate is measured."""

LEAST_RATE, MOST_RATE = 0.5, 0.999
NARROW: Final = 0.6
"""A zone below this share of the usual size on its camera's picture is taken for too tight."""

EDGE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a count, and the interval that holds the true one at 95 %; 0..1.

    Attributes:
        estimate: None over nothing.
    """

    part: int
    whole: int
    estimate: float | None
    low: float
    high: float

    @property
    def width(self) -> float:
        """How little is known: 1 over nothing."""
        return self.high - self.low


def share(part: int, whole: int) -> Share:
    """`part` of `whole` with its Wilson score interval; over nothing it is anything from 0 to 1.

    Raises:
        ValueError: a count below zero, or a part larger than the whole.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole}")
    if whole == 0:
        return Share(0, 0, None, 0.0, 1.0)
    rate, square = part / whole, Z_95**2
    centre = (rate + square / (2 * whole)) / (1 + square / whole)
    spread = sqrt(rate * (1 - rate) / whole + square / (4 * whole**2)) * Z_95
    spread /= 1 + square / whole
    low, high = max(0.0, centre - spread), min(1.0, centre + spread)
    return Share(part, whole, rate, min(low, rate), max(high, rate))


class Cause(StrEnum):
    """Why a window is likely to err."""

    ZONE_TIGHT = "zone_tight"  # 工位区域过窄
    PARTIAL_VIEW = "partial_view"  # 画面只见部分工位
    SEAT_MOVED = "seat_moved"  # 座位移动
    MISSED = "missed"  # 漏检
    UNCLEAR = "unclear"  # 原因不明


WORDS: Final[Mapping[Cause, tuple[str, ...]]] = {
    Cause.SEAT_MOVED: (
        *("座位移", "移位", "挪", "换位", "换了位置", "搬", "调整座位"),
        *("seat moved", "moved seat", "moved the seat", "another seat", "desk moved"),
    ),
    Cause.PARTIAL_VIEW: (
        *("遮挡", "挡住", "看不全", "看不到", "半边", "部分可见", "死角"),
        *("partial", "hidden", "occlu", "behind", "cannot be seen", "blocked"),
    ),
    Cause.ZONE_TIGHT: (
        *("区域", "框外", "框太", "偏窄", "太小", "太窄", "站在", "旁边", "侧身", "工位边"),
        *("zone", "outside", "beside", "too tight", "too small", "next to"),
    ),
    Cause.MISSED: (
        *("漏检", "未识别", "没识别", "识别", "有人", "在岗", "低头", "弯腰"),
        *("missed", "not detected", "not found", "was there", "somebody", "bent"),
    ),
}
"""Words of dismissal reasons by cause; the first cause that has one wins."""


class ProposalKind(StrEnum):
    """What would mend it."""

    WIDEN = "widen"  # 放宽区域
    MARK_PARTIAL = "mark_partial"  # 标为部分可见
    HIT_RATE = "hit_rate"  # 调整检出率
    REDRAW = "redraw"  # 重画区域


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change that an administrator accepts or not.

    Attributes:
        camera_id: Whose view, empty for the hit rate.
        value: WIDEN: share by which the zone's sides grow; HIT_RATE: the new rate; else 0.
        version: Of the view's zone that it was reckoned on.
    """

    kind: ProposalKind
    camera_id: str = ""
    value: float = 0.0
    version: int = 0

    @property
    def key(self) -> str:
        """Its name, told back when it is accepted: what was seen is what is done."""
        return f"{self.kind.value}:{self.camera_id}:{self.version}:{self.value:g}"

    @property
    def by_itself(self) -> bool:
        """Whether accepting it is enough; a zone has to be drawn by a person."""
        return self.kind is not ProposalKind.REDRAW


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of one window.

    Attributes:
        right: Decided findings that were no false alarm.
        reasons: One for each false alarm (误报排除).
        views: In force.
        hit_rate: In force.
        tried: Looks that say how well the detector finds who is there, by camera.
        found: Sightings among them.
        usual_area: Usual area of a zone by camera; a camera with one zone has none.
        enter_at: The hit rate has to stay above it.
    """

    right: int = 0
    reasons: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    hit_rate: float = 0.95
    tried: int = 0
    found: int = 0
    usual_area: Mapping[str, float] | None = None
    enter_at: float = 0.6

    @property
    def precision(self) -> Share:
        """Share of decided findings that were right."""
        return share(self.right, self.right + len(self.reasons))

    @property
    def seen(self) -> Share:
        """The hit rate as measured (检出率)."""
        return share(min(self.found, self.tried), self.tried)

    @property
    def errs(self) -> bool:
        """Enough false alarms to ask why."""
        return len(self.reasons) >= FEWEST_DISMISSED and self.precision.low < GOOD


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a window's decisions teach; no cause where it does not err."""

    cause: Cause | None
    proposal: Proposal | None


def lesson_of(judged: Judged) -> Lesson:
    """Likely cause and proposal for one window."""
    if not judged.errs:
        return Lesson(None, _hit_rate(judged))
    cause = cause_of(judged)
    return Lesson(cause, _proposal(judged, cause))


def cause_said(reason: str) -> Cause | None:
    """The cause that a reason speaks of."""
    text = reason.casefold()
    return next((cause for cause, words in WORDS.items() if any(w in text for w in words)), None)


def causes_said(reasons: Iterable[str]) -> Counter[Cause]:
    """How many reasons speak of each cause."""
    return Counter(cause for cause in map(cause_said, reasons) if cause is not None)


def cause_of(judged: Judged) -> Cause:
    """The cause that at least half of the reasons speak of, else what the geometry shows."""
    said = causes_said(judged.reasons).most_common(1)
    if said and 2 * said[0][1] >= len(judged.reasons):
        return said[0][0]
    if any(_at_edge(view) for view in _full(judged.views)):
        return Cause.PARTIAL_VIEW
    if any(_narrow(view, judged) for view in judged.views):
        return Cause.ZONE_TIGHT
    if judged.tried >= FEWEST_TRIED and judged.seen.high < judged.hit_rate:
        return Cause.MISSED
    return Cause.UNCLEAR


def _full(views: Sequence[View]) -> list[View]:
    return [view for view in views if view.coverage is Coverage.FULL]


def _at_edge(view: View) -> bool:
    box = view.polygon.bounds
    return min(box.x1, box.y1) < EDGE or max(box.x2, box.y2) > 1 - EDGE


def _narrow(view: View, judged: Judged) -> bool:
    usual = (judged.usual_area or {}).get(view.camera_id)
    return usual is not None and view.polygon.area < NARROW * usual


def _proposal(judged: Judged, cause: Cause) -> Proposal | None:
    full = _full(judged.views)
    if cause is Cause.ZONE_TIGHT and full:
        view = min(full, key=lambda one: one.polygon.area)
        wrong = 1 - (judged.precision.estimate or 0.0)
        by = 0.1 if wrong < 0.5 else 0.2
        return Proposal(ProposalKind.WIDEN, view.camera_id, by, view.version)
    if cause is Cause.PARTIAL_VIEW and full:
        view = next((one for one in full if _at_edge(one)), full[0])
        return Proposal(ProposalKind.MARK_PARTIAL, view.camera_id, 0.0, view.version)
    if cause is Cause.SEAT_MOVED and judged.views:
        view = judged.views[0]
        return Proposal(ProposalKind.REDRAW, view.camera_id, 0.0, view.version)
    return _hit_rate(judged)


def _hit_rate(judged: Judged) -> Proposal | None:
    """Lower it to what was measured, raise it to what is sure; within its bounds, to 1/100."""
    seen = judged.seen
    if judged.tried < FEWEST_TRIED or seen.estimate is None:
        return None
    least = max(LEAST_RATE, judged.enter_at + 0.01)
    if seen.high < judged.hit_rate:
        wanted = seen.estimate
    elif seen.low > judged.hit_rate:
        wanted = seen.low
    else:
        return None
    value = round(min(MOST_RATE, max(least, wanted)), 2)
    value = min(MOST_RATE, value)
    if abs(value - judged.hit_rate) < 0.01:
        return None
    return Proposal(ProposalKind.HIT_RATE, "", value)


def widened(polygon: Polygon, by: float) -> Polygon | None:
    """A zone whose sides are longer by a share, about its middle, kept inside the picture.

    Returns:
        None where that is no zone (a bent one may cross itself at the picture's edge) or not a
        larger one.
    """
    box = polygon.bounds
    middle_x, middle_y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    points = tuple(
        (
            _inside(middle_x + (x - middle_x) * (1 + by)),
            _inside(middle_y + (y - middle_y) * (1 + by)),
        )
        for x, y in polygon.points
    )
    try:
        wider = Polygon(points)
    except GeometryError:
        return None
    return wider if wider.area > polygon.area else None


def _inside(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)


def order(judged: Judged) -> tuple[float, float]:
    """Windows that surely err first: by the upper end of the interval, then by the lower."""
    precision = judged.precision
    return (precision.high, precision.low) if precision.whole else (2.0, 2.0)
