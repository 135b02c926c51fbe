"""The sections of the settings: what a key may hold, its default, its unit.

A section whose keys can be overridden per hall, camera or window has a twin named
`...Override` whose keys may all be left out.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.settings.fields import (
    CameraSource,
    Identifier,
    NetworkText,
    PolygonPoints,
    SessionText,
    TimeZoneName,
    WeekdayNumber,
    unique_weekdays,
)
from models.domain.hall import Coverage, HallKind


class Section(BaseModel):
    """A part of the settings: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Base = TypeVar("Base", bound=Section)


def overridden(base: Base, *overrides: Section | None) -> Base:
    """`base` with the keys that each override sets, later overrides winning."""
    changes: dict[str, object] = {}
    for override in overrides:
        if override is not None:
            changes |= {
                name: value
                for name in type(override).model_fields
                if (value := getattr(override, name)) is not None
            }
    return base.model_copy(update=changes)


class DetectorSettings(Section):
    """Who finds people. `weights` replaces the known network of `size`."""

    kind: Literal["onnx", "ultralytics"] = "onnx"
    engine: Literal["auto", "onnxruntime", "openvino"] = "auto"
    precision: Literal["auto", "fp32", "int8"] = Field(
        "auto", description="auto: INT8 where it lies there, is as accurate, and is faster."
    )
    device: str = Field(
        "cpu",
        pattern=r"^(cpu|cuda|tensorrt|gpu|npu)(:\d{1,2})?$",
        description="What computes: cpu, cuda, tensorrt, gpu (OpenVINO), npu; cuda:1 for a second.",
    )
    size: Literal["n", "s"] = "s"
    weights: str | None = Field(None, description="Path of a weights file, relative to this file.")
    threads: int = Field(2, ge=1, le=64)
    min_score: float = Field(0.10, gt=0, lt=1)


class SamplingSettings(Section):
    """How often a camera is looked at, in seconds."""

    period_s: float = Field(10.0, gt=0, le=600)
    slowest_period_s: float = Field(60.0, gt=0, le=3600)
    quiet_period_s: float = Field(
        30.0, gt=0, le=3600, description="With `watch.adaptive`: the most while sure and quiet."
    )
    force_after: int = Field(6, ge=1, description="Look again after so many unchanged samples.")


class SamplingOverride(Section):
    """Sampling of one hall or camera."""

    period_s: float | None = Field(None, gt=0, le=600)
    slowest_period_s: float | None = Field(None, gt=0, le=3600)
    quiet_period_s: float | None = Field(None, gt=0, le=3600)
    force_after: int | None = Field(None, ge=1)


class PresenceSettings(Section):
    """How evidence is weighed; see `models.domain.presence.PresenceProfile`."""

    hit_rate: float = Field(0.95, ge=0.5, le=0.999)
    false_rate: float = Field(0.005, gt=0, lt=0.5)
    strong_score: float = Field(0.4, gt=0, le=1)
    enter_at: float = Field(0.6, gt=0, lt=1)
    leave_at: float = Field(0.15, gt=0, lt=1)
    looks_to_open: int = Field(3, ge=3)
    spacing_s: float = Field(10.0, gt=0)


class PresenceOverride(Section):
    """Presence of one hall or window."""

    hit_rate: float | None = Field(None, ge=0.5, le=0.999)
    false_rate: float | None = Field(None, gt=0, lt=0.5)
    strong_score: float | None = Field(None, gt=0, le=1)
    enter_at: float | None = Field(None, gt=0, lt=1)
    leave_at: float | None = Field(None, gt=0, lt=1)
    looks_to_open: int | None = Field(None, ge=3)
    spacing_s: float | None = Field(None, gt=0)


class Threshold(Section):
    """A limit and its operator: `>=` for 以上, `>` for 超过 (domain.md §2.1)."""

    minutes: float = Field(ge=0, le=24 * 60)
    operator: Literal[">=", ">"] = ">="


class DutySettings(Section):
    """When an empty window counts: 离岗 alert, 脱岗, 迟到, 早退, 缺岗."""

    alert: Threshold = Threshold(minutes=5)
    off_post: Threshold = Threshold(minutes=15)
    late: Threshold = Threshold(minutes=5, operator=">")
    early: Threshold = Threshold(minutes=5, operator=">")
    missing: Threshold = Threshold(minutes=30)


class DutyOverride(Section):
    """Duty thresholds of one hall, window or named profile."""

    alert: Threshold | None = None
    off_post: Threshold | None = None
    late: Threshold | None = None
    early: Threshold | None = None
    missing: Threshold | None = None


class ClueSettings(Section):
    """Which machine clues (机器线索) on behaviour a window gives; none unless set."""

    phone: bool = False
    gather: bool = False
    sleep: bool = False
    seats: int = Field(1, ge=1, le=20, description="People who have a seat in the zone.")
    phone_s: float = Field(60.0, ge=0)
    gather_s: float = Field(120.0, ge=0)
    still_s: float = Field(1200.0, ge=0)


class HealthSettings(Section):
    """When a camera's picture is not to be trusted."""

    clock_tolerance_s: float = Field(60.0, gt=0)


class ClockKind(StrEnum):
    """The real clock, or an accelerated one for rehearsals."""

    REAL = "real"
    SIMULATED = "simulated"


class ClockSettings(Section):
    """The one clock of all processes.

    `start` is the simulated moment (in `time_zone` where it names no offset) that falls on
    the real moment `anchored_at` (seconds since 1970); the same anchor gives the same time
    in every process.
    """

    kind: ClockKind = ClockKind.REAL
    start: datetime | None = None
    speed: float = Field(1.0, gt=0, le=1000)
    anchored_at: float | None = Field(None, gt=0)


class WebSettings(Section):
    """Where the web listens. Beyond 127.0.0.1 only with `open_to_network`."""

    host: str = "127.0.0.1"
    port: int = Field(8300, ge=0, le=65535)
    open_to_network: bool = Field(False, description="Listen beyond this machine.")
    hosts: tuple[str, ...] = Field(
        (), description="Names and addresses under which browsers reach this, without the port."
    )
    tls_certificate: str | None = Field(None, description="PEM file, relative to this file.")
    tls_key: str | None = Field(None, description="PEM file of its key.")
    behind_tls: bool = Field(False, description="A proxy before this takes TLS off.")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses of proxies whose word on the caller's address counts."
    )
    camera_networks: tuple[NetworkText, ...] = Field(
        (), description="Networks beside public and private ones where cameras may be tested."
    )
    demo: bool = Field(False, description="The rehearsal: sign in by role, without a password.")
    language: Literal["zh", "en"] = "zh"
    upload_mb: int = Field(10, ge=1, le=50, description="Most megabytes of one upload.")
    escalate_after_min: float = Field(
        10, ge=1, le=240, description="Minutes until an alert in nobody's hand is shown first."
    )

    @property
    def tls(self) -> bool:
        """Whether browsers reach this over TLS."""
        return self.behind_tls or self.tls_certificate is not None

    @property
    def escalate_after(self) -> timedelta:
        """`escalate_after_min` as a length of time."""
        return timedelta(minutes=self.escalate_after_min)


class AccountsSettings(Section):
    """How long sessions, passwords and tokens last (账号)."""

    idle_minutes: float = Field(30, ge=1, le=24 * 60, description="Unused, then signed out.")
    session_hours: float = Field(12, gt=0, le=24 * 7, description="Signed out at the latest.")
    sessions_each: int = Field(10, ge=1, le=100, description="At once; the oldest one ends.")
    password_days: int = Field(180, ge=0, le=3650, description="Then to be changed; 0 never.")
    first_password_hours: float = Field(
        72, ge=0, le=24 * 90, description="A one-time password has to be changed by then; 0 never."
    )
    token_days: int = Field(366, ge=1, le=366, description="The longest life of a token.")


class WatchSettings(Section):
    """The process that watches: threads that examine pictures beside one for each camera."""

    workers: int = Field(2, ge=1, le=64)
    shard_cameras: int = Field(
        40, ge=1, le=1000, description="On a cluster: most cameras that one process watches."
    )
    adaptive: bool = Field(
        False, description="Sample sure and quiet cameras more rarely, doubtful ones closely."
    )
    gate: bool = Field(True, description="Spare the detector windows whose picture did not change.")
    packing: bool = Field(
        True, description="Look at few windows by a packed picture of them before the frame."
    )


class ScheduleSettings(Section):
    """The scheduling process and its lease, in real seconds."""

    heartbeat_s: float = Field(3.0, ge=0.1, le=5, description="Between the holder's beats.")
    takeover_s: float = Field(
        15.0, ge=0.5, le=25, description="Without a beat, before another process takes over."
    )
    pace: float | None = Field(
        None, ge=1, le=100, description="Ticks so many times as often; by itself for a fast clock."
    )


class LogSettings(Section):
    """How much is logged and in which shape."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class HoursSettings(Section):
    """Working hours (工作时间) from a day on; weekdays 1 (Monday) to 7."""

    valid_from: date = date(2000, 1, 1)
    weekdays: Annotated[tuple[WeekdayNumber, ...], AfterValidator(unique_weekdays)] = (
        *range(1, 6),
    )
    sessions: tuple[SessionText, ...] = Field(min_length=1)


class HallSettings(Section):
    """A service hall (政务大厅), with what differs there."""

    name: str = Field(min_length=1)
    kind: HallKind = HallKind.MAIN
    place: Identifier | None = Field(
        None, description="On a cluster: label of the nodes that its cameras are read on."
    )
    time_zone: TimeZoneName | None = None
    hours: tuple[HoursSettings, ...] | None = None
    sampling: SamplingOverride | None = None
    presence: PresenceOverride | None = None
    duty: DutyOverride | None = None


class CameraWatch(StrEnum):
    """Watched all the time, or connected for spot checks only (thin lines, 窄带线路)."""

    ALWAYS = "always"
    ON_CHECK = "on_check"


class LineSettings(Section):
    """A line that several cameras share."""

    max_cameras: int = Field(1, ge=1, le=64, description="Cameras connected at one time.")


class CameraSettings(Section):
    """A camera (摄像头). `source` may hold a password and never shows in a print."""

    hall: Identifier
    name: str = Field(min_length=1)
    source: CameraSource
    width: int | None = Field(None, ge=16, le=16384)
    height: int | None = Field(None, ge=16, le=16384)
    reference: str | None = Field(None, description="Picture of the camera when it was set up.")
    check_clock: bool = Field(
        True, description="False for a camera that sends local time as GMT in its HTTP Date."
    )
    watch: CameraWatch = CameraWatch.ALWAYS
    line: Identifier | None = Field(None, description="The line of `lines` it is on.")
    sampling: SamplingOverride | None = None


class ViewSettings(Section):
    """One window as one camera sees it; corners are 0..1 of the picture."""

    camera: Identifier
    polygon: PolygonPoints
    coverage: Coverage = Coverage.FULL
    version: int = Field(1, ge=1)


class WindowSettings(Section):
    """A service window (窗口) and its staff zones (工位区域)."""

    hall: Identifier
    name: str = Field(min_length=1)
    unit: str = ""
    views: tuple[ViewSettings, ...] = Field(min_length=1)
    required: int = Field(1, ge=1, le=20)
    hit_rate: float | None = Field(None, ge=0.5, le=0.999)
    key_post: bool = False
    profile: str = "default"
    presence: PresenceOverride | None = None
    duty: DutyOverride | None = None
    clues: ClueSettings | None = None


class RosterSettings(Section):
    """Files with the duty roster (排班表) and the leave book, relative to this file."""

    shifts: str | None = None
    leave: str | None = None
