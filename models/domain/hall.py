"""Service halls (政务大厅), their cameras (摄像头) and service windows (窗口)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.domain.errors import InputError
from models.domain.geometry import Polygon


class HallKind(StrEnum):
    """Main hall (政务服务中心), branch hall (分中心), township centre (便民服务中心)."""

    MAIN = "main"
    BRANCH = "branch"
    TOWNSHIP = "township"


class Coverage(StrEnum):
    """How much of a window's staff zone a camera sees (可视程度)."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hall:
    """A service hall; `time_zone` is an IANA name."""

    id: str
    name: str
    kind: HallKind = HallKind.MAIN
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class View:
    """One window as one camera sees it: the staff zone (工位区域) drawn on its picture, 0..1."""

    camera_id: str
    polygon: Polygon
    coverage: Coverage = Coverage.FULL
    version: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """A service window (窗口): the thing that is staffed or not.

    Attributes:
        required: People needed in the staff zone for the window to be staffed.
        hit_rate: Share of samples in which the detector finds a person who is there.
        key_post: A key post (重要岗位) has tighter thresholds and more random checks.
        duty_profile: Name of the threshold profile that judges it.
    """

    id: str
    hall_id: str
    name: str
    views: tuple[View, ...]
    unit_id: str = ""
    required: int = 1
    hit_rate: float = 0.95
    key_post: bool = False
    duty_profile: str = "default"

    def __post_init__(self) -> None:
        if self.required < 1:
            raise InputError(
                f"在岗人数须至少为 1,现为 {self.required}。",
                f"required people must be at least 1, not {self.required}.",
                where=f"windows.{self.id}.required",
            )
        if not 0.5 <= self.hit_rate <= 0.999:
            raise InputError(
                f"检出率 {self.hit_rate} 须在 0.5 与 0.999 之间。",
                f"hit_rate {self.hit_rate} must be between 0.5 and 0.999.",
                where=f"windows.{self.id}.hit_rate",
            )
        cameras = [view.camera_id for view in self.views]
        if len(set(cameras)) != len(cameras):
            raise InputError(
                "同一摄像头在一个窗口内只能有一个工位区域。",
                "a camera may have only one staff zone per window.",
                where=f"windows.{self.id}.views",
            )

    def view_of(self, camera_id: str) -> View | None:
        """The view by `camera_id`, or None where that camera does not see this window."""
        return next((view for view in self.views if view.camera_id == camera_id), None)


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera (摄像头). Its address is kept by the settings, never here."""

    id: str
    hall_id: str
    name: str
    period_s: float = 10.0
