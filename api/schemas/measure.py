"""Measures, scores, the ledger (处理措施、计分、问责台账) as the API takes and tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.circular import PeriodName
from api.schemas.fields import NO_CONTROL, Asked, Day, Maybe, Moment, Name, Paged, Reason, Words
from models.domain.measures import Measure

SuggestionKey = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL)]


class SuggestionsFilter(Paged):
    """Which suggestions."""

    state: Literal["", "waiting", "approved", "refused"] = ""


class Evaluate(Asked):
    """By which period rules are evaluated."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"period": "2026-H2"}]}
    )

    period: PeriodName


class SuggestionDecision(Asked):
    """An approver's decision; a refusal needs a reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"id": "last-3:户籍:2026-H2", "agree": True, "reason": "同意约谈"}]
        },
    )

    id: SuggestionKey
    agree: bool
    reason: Words = ""


class SuggestionOut(BaseModel):
    """A suggested measure; nothing is carried out by itself."""

    id: str = Field(examples=["last-3:户籍:2026-H2"])
    rule: str = Field(examples=["last-3"])
    subject: str = Field(examples=["户籍"])
    period: str = Field(examples=["2026-H2"])
    measure: Measure
    measure_name: str = Field(examples=["诫勉谈话"])
    why: str = Field(examples=["连续2次排名后3名"])
    tied: bool = Field(description="A shared place is among the reasons.")
    state: Literal["waiting", "approved", "refused"] = Field(examples=["waiting"])
    decided_by: str = Field(examples=[""])
    decided_at: datetime | None
    reason: str = Field(examples=[""])


class TooFewOut(BaseModel):
    """Units left out of a period's ranking for their small sample (样本不足)."""

    period: str = Field(examples=["2026-H2"])
    units: list[str]


class SuggestedOut(BaseModel):
    """What an evaluation gave."""

    new: int = Field(examples=[1])
    items: list[SuggestionOut] = Field(description="All suggestions of the period.")
    too_few: list[TooFewOut]


class SuggestionPage(BaseModel):
    """A page of suggestions, newest first."""

    items: list[SuggestionOut]
    total: int
    next_after: str | None
    limit: int


class NewMeasure(Asked):
    """A measure that was taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "case": "2026-12",
                    "subject": "户籍",
                    "measure": "talk",
                    "at": "2026-12-07T09:00:00+08:00",
                    "basis": "监通〔2026〕3号",
                }
            ]
        },
    )

    case: Name = Field(description="The affair; several measures may belong to one.")
    subject: Name = Field(description="A unit or a post, no person's name.")
    measure: Measure
    at: Moment
    basis: Reason


class LedgerFilter(Paged):
    """Measures taken from a day to another, both counted."""

    since: Day | None = None
    until: Day | None = None
    subject: Maybe = ""


class MeasureOut(BaseModel):
    """A row of the ledger."""

    id: str = Field(examples=["measure-2026-1"])
    case: str = Field(examples=["2026-12"])
    subject: str = Field(examples=["户籍"])
    measure: Measure
    measure_name: str = Field(examples=["约谈"])
    at: datetime
    basis: str = Field(examples=["监通〔2026〕3号"])
    by: str
    withdrawn: str = Field(examples=[""])


class AmongOut(BaseModel):
    """How many affairs with one measure (其中); these need not add up."""

    measure: Measure
    name: str = Field(examples=["约谈"])
    count: int


class LedgerPage(BaseModel):
    """A page of the ledger, with the counts of all that was asked for."""

    items: list[MeasureOut]
    total: int
    next_after: str | None
    limit: int
    affairs: int
    among: list[AmongOut]
    said: str = Field(examples=["共30,其中停职检查9"])


class HonoursOut(BaseModel):
    """Units to praise (表扬): checked often enough, nothing found."""

    period: str = Field(examples=["2026-11"])
    units: list[str]


class UnitScoreOut(BaseModel):
    """A unit's score of a period; null places and values where the sample is too small."""

    unit: str
    group: str = Field(examples=[""])
    score: str | None = Field(examples=["95.0"])
    points: str = Field(examples=["5"])
    effective: int
    enough: bool
    rank: int | None
    from_bottom: int | None
    tied: bool


class UnitScoresOut(BaseModel):
    """Every unit's."""

    period: str = Field(examples=["2026-11"])
    items: list[UnitScoreOut]


class PersonScoreOut(BaseModel):
    """A person's score: confirmed and attributed findings only."""

    unit: str
    person: str = Field(examples=["李四"])
    score: str = Field(examples=["97.0"])
    points: str = Field(examples=["3"])
    findings: int


class PersonScoresOut(BaseModel):
    """Everybody who was named in a confirmation of the period."""

    period: str = Field(examples=["2026-11"])
    items: list[PersonScoreOut]


class PeriodQuery(Asked):
    """Of which period."""

    period: PeriodName
