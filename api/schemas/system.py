"""How the house is, and what it says about itself."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class ProcessOut(BaseModel):
    """One of the processes."""

    name: str = Field(examples=["watch"])
    alive: bool
    age_s: float | None = Field(description="Seconds since its last sign of life; null for none.")
    zh: str
    en: str


class CameraStateOut(BaseModel):
    """A camera that does not work as it should."""

    camera_id: str
    camera: str
    hall_id: str
    hall: str
    link: str = Field(examples=["backing_off"])
    reason: str = Field(examples=["offline"])
    since: datetime | None
    frame_age_s: float | None


class CameraAlertOut(BaseModel):
    """A fault that technicians were told of, and that is not over."""

    camera_id: str
    camera: str
    hall_id: str
    hall: str
    window: str = Field(description="Where only one window cannot be told; else empty.")
    reason: str = Field(examples=["blurred"])
    since: datetime
    mend_zh: str
    mend_en: str


class DiskOut(BaseModel):
    """A folder's disk, in bytes."""

    what: str = Field(examples=["data"])
    path: str = Field(examples=["/srv/onpost/var"])
    free: int
    total: int


class SystemOut(BaseModel):
    """Every part at one moment."""

    at: datetime
    version: str = Field(examples=["0.1.0"])
    processes: list[ProcessOut]
    cameras: int
    camera_links: dict[str, int] = Field(examples=[{"live": 82}])
    troubled: list[CameraStateOut]
    alerts: list[CameraAlertOut] = Field(description="Faults that were told and are not over.")
    samples_due: int | None
    samples_missed: int | None
    detector: str = Field(examples=["onnx/yolov8s"])
    weights_present: bool
    disks: list[DiskOut]
    database: str = Field(examples=["sqlite"])
    database_fault: str = ""
    register_entries: int
    signed_at: datetime | None = Field(description="When the newest head was signed.")
    settings_hash: str
    settings_in_watch: bool | None = Field(
        description="Whether the watch judges by these settings and zones; null: never started."
    )


class ThresholdOut(BaseModel):
    """A limit in force."""

    name: str = Field(examples=["off_post"])
    operator: str = Field(examples=[">="])
    minutes: float = Field(examples=[15.0])


class FactOut(BaseModel):
    """A measured figure."""

    value: str = Field(examples=["94.8 %"])
    zh: str
    en: str


class AboutOut(BaseModel):
    """What is recorded, for how long, by which limits, and how good it is."""

    version: str = Field(examples=["0.1.0"])
    thresholds: list[ThresholdOut]
    windows_with_own_thresholds: int
    sampling_s: float
    retention: dict[str, int] = Field(examples=[{"dismissed_days": 30, "closed_months": 12}])
    shown_min: float = Field(description="Minutes that a live picture is held at most.")
    hints: bool = Field(description="Whether a window gives machine clues on behaviour.")
    facts: list[FactOut]
