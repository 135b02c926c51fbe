"""Precision and proposals as the API tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.fields import NO_CONTROL, Asked, Paged, Reason, Words

Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL),
    Field(examples=["widen:c01:1:0.1"], description="`key` of the proposal that was looked at."),
]


class PrecisionFilter(Paged):
    """Which windows, and how far back decisions count."""

    days: int = Field(90, ge=1, le=3660)
    hall_id: str = Field("", max_length=100)


class ShareOut(BaseModel):
    """A share of a count with its 95 % interval (Wilson), 0..1; `estimate` is null over nothing."""

    part: int
    whole: int
    estimate: float | None
    low: float
    high: float


class ProposalOut(BaseModel):
    """One change; `by_itself`: accepting it is enough."""

    key: str = Field(examples=["widen:c01:1:0.1"])
    kind: Literal["widen", "mark_partial", "hit_rate", "redraw"]
    camera_id: str
    value: float
    by_itself: bool
    state: Literal["open", "rejected"]
    zh: str
    en: str


class AnswerOut(BaseModel):
    """What an administrator said last of a proposal for the window."""

    key: str
    said: Literal["accepted", "rejected"]
    at: datetime
    by: str
    reason: str


class PrecisionOut(BaseModel):
    """One window: `precision` of its decided findings since its last change, `seen` of looks while
    somebody was there (检出率); `said` counts dismissal reasons by the cause they speak of."""

    window_id: str
    window: str
    hall_id: str
    hall: str
    unit: str
    cameras: list[str]
    since: datetime
    precision: ShareOut
    cause: str | None
    cause_zh: str
    cause_en: str
    said: dict[str, int]
    hit_rate: float
    seen: ShareOut
    proposal: ProposalOut | None
    answer: AnswerOut | None


class PrecisionPage(BaseModel):
    """Windows that surely err first."""

    items: list[PrecisionOut]
    total: int
    next_after: str | None
    limit: int


class CameraPrecisionOut(BaseModel):
    """One camera: all windows that it sees together; `seen` is of its own looks."""

    camera_id: str
    camera: str
    hall_id: str
    hall: str
    windows: int
    precision: ShareOut
    seen: ShareOut


class CameraPrecisionPage(BaseModel):
    """Cameras that surely err first."""

    items: list[CameraPrecisionOut]
    total: int
    next_after: str | None
    limit: int


class Accepted(Asked):
    """A proposal is carried out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"key": "widen:c01:1:0.1"}]}
    )

    key: Key
    reason: Words = ""


class Rejected(Asked):
    """A proposal is refused, with a reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"key": "widen:c01:1:0.1", "reason": "区域无误"}]},
    )

    key: Key
    reason: Reason


class AnsweredOut(BaseModel):
    """What an answer left; the running watch takes zones and rates by itself within a minute."""

    window_id: str
    key: str
    said: Literal["accepted", "rejected"]
