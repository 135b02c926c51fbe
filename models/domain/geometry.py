"""Polygons, boxes and who stands in which window's staff zone.

All coordinates are relative, 0..1 of the picture, x to the right and y down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from models.domain.errors import GeometryError

UPPER_BODY = 0.60
"""Share of a person's box, from its top, that counts as the upper body (上半身)."""

INSIDE = 0.50
"""Share of the upper body that must lie inside a zone for the person to count there."""


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle, 0..1: `x1 <= x2`, `y1 <= y2`."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return max(0.0, self.x2 - self.x1)

    @property
    def height(self) -> float:
        return max(0.0, self.y2 - self.y1)

    @property
    def area(self) -> float:
        return self.width * self.height

    def upper_body(self) -> Box:
        """The upper 60 %: what shows of a clerk behind a counter."""
        return Box(self.x1, self.y1, self.x2, self.y1 + UPPER_BODY * self.height)

    def intersection(self, other: Box) -> float:
        """Area shared with `other`."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        shared = self.intersection(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0


Point = tuple[float, float]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Polygon:
    """A simple polygon drawn on a camera's picture: a window's staff zone (工位区域).

    Raises:
        GeometryError: fewer than three corners, a corner outside 0..1, two edges
            that cross, or no area.
    """

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        _require_simple(self.points)

    @classmethod
    def from_pixels(cls, points: Sequence[Sequence[float]], width: int, height: int) -> Polygon:
        """Scale corners given in pixels of a `width` × `height` picture to 0..1."""
        if width <= 0 or height <= 0:
            raise GeometryError(
                f"画面尺寸 {width}×{height} 无效,宽和高须为正整数。",
                f"picture size {width}x{height} is invalid; width and height must be positive.",
            )
        return cls(tuple((float(x) / width, float(y) / height) for x, y in points))

    @property
    def bounds(self) -> Box:
        xs = [x for x, _ in self.points]
        ys = [y for _, y in self.points]
        return Box(min(xs), min(ys), max(xs), max(ys))

    @property
    def area(self) -> float:
        return abs(_signed_area(self.points))

    def overlap(self, box: Box) -> float:
        """Area of `box` that lies inside this polygon (0..1 squared)."""
        return abs(_signed_area(_clip(self.points, box)))

    def share_inside(self, box: Box) -> float:
        """Share of `box` inside this polygon, 0..1."""
        return self.overlap(box) / box.area if box.area > 0 else 0.0


def assign(people: Sequence[Box], zones: Mapping[Key, Polygon]) -> list[Key | None]:
    """Give each person at most one zone: the one that holds most of the upper body.

    Args:
        people: Person boxes, 0..1 of the same picture as the zones.
        zones: Staff zones by window. Ties go to the zone named first.

    Returns:
        For each person, the zone's key, or None where no zone holds at least half
        of the upper body.
    """
    return [_zone_of(box.upper_body(), zones) for box in people]


def _zone_of(body: Box, zones: Mapping[Key, Polygon]) -> Key | None:
    best: Key | None = None
    best_share = 0.0
    for key, zone in zones.items():
        share = zone.share_inside(body)
        if share >= INSIDE and share > best_share:
            best, best_share = key, share
    return best


def _signed_area(points: Sequence[Point]) -> float:
    total = 0.0
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], *points[:1]], strict=True):
        total += x1 * y2 - x2 * y1
    return total / 2


def _clip(points: Sequence[Point], box: Box) -> list[Point]:
    """Sutherland–Hodgman: cut a polygon to a rectangle (right in area for concave ones too)."""
    edges = ((0, box.x1, 1), (0, box.x2, -1), (1, box.y1, 1), (1, box.y2, -1))
    kept = list(points)
    for axis, limit, sign in edges:
        if not kept:
            return []
        kept = _clip_edge(kept, axis, limit, sign)
    return kept


def _clip_edge(points: Sequence[Point], axis: int, limit: float, sign: int) -> list[Point]:
    out: list[Point] = []
    previous = points[-1]
    for current in points:
        before = sign * (previous[axis] - limit)
        after = sign * (current[axis] - limit)
        if (before >= 0) != (after >= 0):
            share = before / (before - after)
            out.append(
                (
                    previous[0] + share * (current[0] - previous[0]),
                    previous[1] + share * (current[1] - previous[1]),
                )
            )
        if after >= 0:
            out.append(current)
        previous = current
    return out


def _require_simple(points: Sequence[Point]) -> None:
    if len(points) < 3:
        raise GeometryError(
            f"多边形只有 {len(points)} 个顶点,至少需要 3 个。",
            f"the polygon has {len(points)} corners; it needs at least 3.",
        )
    for number, (x, y) in enumerate(points, 1):
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise GeometryError(
                f"第 {number} 个顶点 ({x:.4f}, {y:.4f}) 在画面之外,坐标须在画面内(相对值 0..1)。",
                f"corner {number} ({x:.4f}, {y:.4f}) lies outside the picture; "
                "keep it inside (0..1 of the picture).",
            )
    _require_no_crossing(points)
    if abs(_signed_area(points)) < 1e-6:
        raise GeometryError(
            "多边形面积为零,请重新绘制。", "the polygon has no area; draw it again."
        )


def _require_no_crossing(points: Sequence[Point]) -> None:
    count = len(points)
    edges = [(points[i], points[(i + 1) % count]) for i in range(count)]
    for i in range(count):
        for j in range(i + 1, count):
            neighbours = j == i + 1 or (i == 0 and j == count - 1)
            if not neighbours and _cross(edges[i], edges[j]):
                raise GeometryError(
                    f"第 {i + 1} 条边与第 {j + 1} 条边相交,多边形不能自相交;请按顺序重新绘制。",
                    f"edges {i + 1} and {j + 1} cross; a zone may not cross itself. "
                    "Draw its corners in order.",
                )


def _cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    a, b = first
    c, d = second
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(turn == 0 and _between(p, q, r) for turn, p, q, r in ends)


def _turn(a: Point, b: Point, c: Point) -> float:
    value = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return 0.0 if abs(value) < 1e-12 else value


def _between(a: Point, b: Point, c: Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
