"""Staff zones (工位区域) as they are drawn on a page, over what the settings file says.

The file is the base: it names the windows and which cameras see them. What is drawn replaces the
polygon and the coverage of such a view, under the next version. It stands until the file gives
the view a version that is as high: whoever raises it there means it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.domain.errors import ForbiddenMove, InputError
from models.domain.geometry import Polygon
from models.domain.hall import Coverage, View, Window

MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class DrawnWindow:
    """What was drawn for one window.

    Attributes:
        views: The views that were drawn, each with its version.
        required: People needed in the zone.
        seats: People who have a seat in it; hints of gathering count from there.
    """

    views: tuple[View, ...] = ()
    required: int = 1
    seats: int = 1

    def view_of(self, camera_id: str) -> View | None:
        """What was drawn on a camera's picture."""
        return next((view for view in self.views if view.camera_id == camera_id), None)


@dataclass(frozen=True, slots=True)
class Wish:
    """A zone as somebody drew it.

    Attributes:
        based_on: Version that they saw; another one means that somebody was quicker.
    """

    window_id: str
    polygon: Polygon
    coverage: Coverage
    required: int
    seats: int
    based_on: int


def to_json(drawn: DrawnWindow) -> dict[str, Any]:
    """JSON values only."""
    return {
        "required": drawn.required,
        "seats": drawn.seats,
        "views": [
            {
                "camera": view.camera_id,
                "polygon": [list(point) for point in view.polygon.points],
                "coverage": view.coverage.value,
                "version": view.version,
            }
            for view in drawn.views
        ],
    }


def from_json(data: Mapping[str, Any]) -> DrawnWindow:
    """What `to_json` was given."""
    views = tuple(
        View(
            one["camera"],
            Polygon(tuple((float(x), float(y)) for x, y in one["polygon"])),
            Coverage(one["coverage"]),
            int(one["version"]),
        )
        for one in data["views"]
    )
    return DrawnWindow(views, int(data["required"]), int(data["seats"]))


def in_force(filed: View, drawn: DrawnWindow | None) -> View:
    """A view of the settings file, or what was drawn over it."""
    over = drawn.view_of(filed.camera_id) if drawn else None
    return filed if over is None or over.version <= filed.version else over


def is_over(filed: Sequence[View], drawn: DrawnWindow) -> bool:
    """Whether anything of what was drawn stands over the file's views."""
    return any(in_force(view, drawn) is not view for view in filed)


def redrawn(window: Window, seats: int, camera_id: str, wish: Wish) -> DrawnWindow | None:
    """What a window becomes by a wish; None where that is what it is.

    Args:
        window: As it is in force.
        seats: Of it, in force.
        camera_id: On whose picture it was drawn.
        wish: What was drawn.

    Raises:
        ForbiddenMove: it was drawn over an older version.
        InputError: the camera does not see the window, or a number is out of range.
    """
    view = window.view_of(camera_id)
    if view is None:
        raise InputError(
            f"摄像头“{camera_id}”看不到窗口 {window.id};请先在设置文件中写明。",
            f"camera {camera_id!r} does not see window {window.id}; name it in the settings file.",
            where=window.id,
        )
    if view.version != wish.based_on:
        raise ForbiddenMove(
            f"窗口 {window.name} 的工位区域已被他人改为第 {view.version} 版,请刷新后重画。",
            f"the zone of window {window.name} is at version {view.version} by now; "
            "load the page again and redraw.",
            where=window.id,
        )
    _check_number("required", wish.required)
    _check_number("seats", wish.seats)
    same_view = (view.polygon, view.coverage) == (wish.polygon, wish.coverage)
    if same_view and (window.required, seats) == (wish.required, wish.seats):
        return None
    new = View(camera_id, wish.polygon, wish.coverage, view.version + 1)
    views = tuple(new if one.camera_id == camera_id else one for one in window.views)
    return DrawnWindow(views, wish.required, wish.seats)


def _check_number(name: str, value: int) -> None:
    if not 1 <= value <= MOST_PEOPLE:
        raise InputError(
            f"{name} 须为 1 到 {MOST_PEOPLE},现为 {value}。",
            f"{name} must be from 1 to {MOST_PEOPLE}, not {value}.",
            where=name,
        )
