"""Cameras and windows as the API tells them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from models.domain.hall import Coverage
from models.domain.presence import Reason, State


class CameraOut(BaseModel):
    """A camera (摄像头). `reason` is why its picture cannot be used, null while it can."""

    id: str
    name: str
    hall_id: str
    hall: str
    link: str
    reason: Reason | None
    taken_at: datetime | None
    frame_age_s: float | None
    thumbnail_etag: str
    windows: list[str]


class OutlineOut(BaseModel):
    """A staff zone (工位区域) on a camera's picture; corners are 0..1 of it."""

    window_id: str
    window: str
    polygon: list[tuple[float, float]] = Field(
        examples=[[[0.1, 0.2], [0.45, 0.2], [0.45, 0.9], [0.1, 0.9]]]
    )
    coverage: Coverage
    version: int


class WindowOut(BaseModel):
    """A service window (窗口): state, why, and since when; `p`: probability of being staffed."""

    id: str
    name: str
    hall_id: str
    hall: str
    unit: str
    key_post: bool
    required: int
    state: State
    reason: Reason
    since: datetime | None
    p: float
    cameras: list[str]
