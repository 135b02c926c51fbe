"""Appeals (申诉) and explanations (情况说明) as the API takes and tells them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.fields import Asked, Maybe, Paged
from api.schemas.rectification import LongText, PaperFileOut


class AppealsFilter(Paged):
    """Which appeals."""

    unit: Maybe = ""
    state: Literal["", "accepted", "upheld", "granted"] = ""


class ExplanationsFilter(Paged):
    """Which explanations."""

    unit: Maybe = ""
    state: Literal["", "waiting", "accepted", "refused"] = ""


class AppealFields(Asked):
    """Why a unit appeals; files beside it in `file`."""

    grounds: LongText


class ExplanationFields(Asked):
    """How a finding came about; files beside it in `file`."""

    text: LongText


class ScoreChangeOut(BaseModel):
    """The unit's score of the period before and after; `—` where nothing was checked."""

    period: str = Field(examples=["2026-11"])
    before: str = Field(examples=["95.0"])
    after: str = Field(examples=["100.0"])


class AppealOut(BaseModel):
    """An appeal and what became of it."""

    id: str = Field(examples=["appeal-17-1"])
    finding_id: int
    label: str
    unit: str
    state: Literal["accepted", "upheld", "granted"] = Field(examples=["accepted"])
    by: str
    filed_at: datetime
    grounds: str = Field(examples=["当日停电,已报备"])
    told_at: datetime = Field(description="From when the time for an appeal runs.")
    last_day: date = Field(description="The last day on which it is in time.")
    circular: str = Field("", examples=["监通〔2026〕3号"])
    overridden_by: str = Field("", examples=[""], description="Who let it in although late.")
    override_reason: str = Field("", examples=[""])
    decided_by: str = Field("", examples=["zhao.min"])
    decided_at: datetime | None
    reason: str = ""
    score: ScoreChangeOut | None = Field(description="Of a granted one.")
    correction: str = Field("", description="Id of the correction notice that was drafted.")
    withdrawn: list[str] = Field(description="Notices of rectification withdrawn with it.")


class AppealDetail(AppealOut):
    """With its files."""

    files: list[PaperFileOut]


class AppealPage(BaseModel):
    """A page of appeals, newest first."""

    items: list[AppealOut]
    total: int
    next_after: str | None
    limit: int


class LeaveOut(BaseModel):
    """That a late appeal will be taken."""

    finding_id: int
    allowed_by: str = Field(examples=["zhao.min"])
    reason: str


class ExplanationOut(BaseModel):
    """An explanation and the answer to it."""

    id: str = Field(examples=["explanation-17-1"])
    finding_id: int
    label: str
    unit: str
    state: Literal["waiting", "accepted", "refused"] = Field(examples=["waiting"])
    by: str
    given_at: datetime
    text: str = Field(examples=["领取物料,已请同事代看"])
    answered_by: str = Field("", examples=[""])
    answered_at: datetime | None
    reason: str = ""


class ExplanationDetail(ExplanationOut):
    """With its files."""

    files: list[PaperFileOut]


class ExplanationPage(BaseModel):
    """A page of explanations, newest first."""

    items: list[ExplanationOut]
    total: int
    next_after: str | None
    limit: int
