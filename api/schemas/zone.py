"""Staff zones (工位区域) as calls carry them: corners are 0..1 of the picture."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.schemas.fields import Asked, Name
from models.domain.hall import Coverage

SQUARE: Final[list[JsonValue]] = [[0.1, 0.2], [0.45, 0.2], [0.45, 0.9], [0.1, 0.9]]
Corner = tuple[float, float]
Corners = Annotated[list[Corner], Field(max_length=64, examples=[SQUARE])]
People = Annotated[int, Field(ge=1, le=20)]


class ZoneIn(Asked):
    """One window's zone on this camera's picture."""

    window_id: Name
    polygon: Corners
    coverage: Coverage = Coverage.FULL
    required: People = 1
    seats: People = 1
    based_on: int = Field(1, ge=1, description="Version that it was drawn over.")


class ZonesIn(Asked):
    """Zones to save or to try."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"zones": [{"window_id": "w01-1", "polygon": SQUARE, "required": 1, "based_on": 1}]}
            ]
        },
    )

    zones: list[ZoneIn] = Field(min_length=1, max_length=50)


class ZoneOut(BaseModel):
    """One window as this camera sees it, in force."""

    window_id: str
    window: str
    unit: str
    polygon: Corners
    coverage: Coverage
    version: int
    drawn: bool = Field(description="Drawn on a page, rather than from the settings file.")
    required: int
    seats: int


class ZonesOut(BaseModel):
    """A camera's zones."""

    camera_id: str
    camera: str
    hall_id: str
    hall: str
    taken_at: datetime | None = Field(description="When the newest picture was taken.")
    zones: list[ZoneOut]
    in_watch: bool = Field(False, description="Whether the watch judges by these zones already.")
    changed: list[str] = Field([], examples=[["w01-1"]], description="Windows just saved.")


class CameraZonesOut(BaseModel):
    """A camera in the list."""

    camera_id: str
    camera: str
    hall_id: str
    hall: str
    windows: int
    drawn: int
    taken_at: datetime | None


class CameraZonesPage(BaseModel):
    """Cameras with their zones, in the order of the settings."""

    items: list[CameraZonesOut]
    total: int
    next_after: str | None
    limit: int


class VersionOut(BaseModel):
    """A zone as it was from a moment on."""

    window_id: str
    version: int
    at: datetime | None = Field(description="Null for the settings file's.")
    by: str
    polygon: Corners
    coverage: Coverage
    required: int
    seats: int


class VersionsOut(BaseModel):
    """Every version of a camera's zones, newest first."""

    items: list[VersionOut]
    total: int


class BoxOut(BaseModel):
    """A person that the detector found."""

    box: tuple[float, float, float, float] = Field(examples=[[0.2, 0.3, 0.35, 0.8]])
    score: float
    window_id: str | None = Field(description="For which window they count; null for none.")


class TriedWindow(BaseModel):
    """What the picture says of one window."""

    window_id: str
    people: int
    required: int
    staffed: bool


class TriedOut(BaseModel):
    """What the detector found on the newest picture with these zones."""

    taken_at: datetime
    detector: str = Field(examples=["yolov8s/onnxruntime"])
    seconds: float
    boxes: list[BoxOut]
    windows: list[TriedWindow]
