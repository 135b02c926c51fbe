"""A window's day: when it was open, what was expected, what was seen, what was found."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from api.schemas.fields import Asked, Day, Moment
from api.schemas.finding import FindingOut, SpanOut


class SessionOut(BaseModel):
    """An open session (开放时段)."""

    start: datetime
    end: datetime
    kind: str = Field(examples=["regular"])


class StandingOut(BaseModel):
    """What is expected for a while. Posts only; nobody is named."""

    start: datetime
    end: datetime
    status: str = Field(examples=["on_duty"])
    unit_id: str
    posts: list[str] = Field(examples=[["w01-1/A"]])
    excused: int = Field(description="How many are on leave or out.", examples=[0])
    notice_ids: list[str]
    late_notice: bool
    exemption_id: str
    why_zh: str = Field(examples=["排班为A岗。"])
    why_en: str = Field(examples=["rostered: A."])


class WindowDayOut(BaseModel):
    """A window's local day."""

    window_id: str
    window: str
    hall_id: str
    hall: str
    date: date
    time_zone: str
    worked: bool
    day_name: str
    roster_version: str
    thresholds: dict[str, str] = Field(examples=[{"off_post": ">=15 min"}])
    sessions: list[SessionOut]
    expected: list[StandingOut]
    spans: list[SpanOut]
    findings: list[FindingOut]


class DayFilter(Asked):
    """Which local day."""

    date: Day | None = Field(None, description="Else today.")


class AtFilter(Asked):
    """Which moment."""

    at: Moment | None = Field(None, description="Else now.")
