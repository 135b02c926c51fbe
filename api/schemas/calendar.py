"""The work calendar (工作日历) as the API tells it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.fields import Asked, Day, Maybe, Reason


class DayOut(BaseModel):
    """A day that is not as its weekday says, or that a hall changed."""

    date: date
    worked: bool
    kind: Literal["workday", "make_up", "rest", "holiday"]
    status: Literal["official", "estimated", "override"]
    name: str = Field(examples=["国庆节"])
    source: str
    hall_id: str = Field(description="The hall that it holds for, empty for all.")


class YearOut(BaseModel):
    """A year: whether its plan is official, its special days, workdays by month."""

    year: int = Field(examples=[2026])
    official: bool
    notice_zh: str = Field(description="What to show while there is no official plan.")
    notice_en: str
    workdays: list[int] = Field(description="January to December.")
    days: list[DayOut]


class YearIn(BaseModel):
    """What an import of a year's plan took."""

    year: int = Field(examples=[2027])
    days_off: int = Field(examples=[28])
    make_up_days: int = Field(examples=[6])


class NewOverride(Asked):
    """A hall's own day, or one of all halls, that is worked or not."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"date": "2026-11-28", "worked": True, "reason": "周末延时服务", "hall_id": "h00"}
            ]
        },
    )

    date: Day
    worked: bool
    reason: Reason
    hall_id: Maybe = ""


class OverrideOut(BaseModel):
    """An override that stands."""

    id: str = Field(examples=["h00@2026-11-28"])
    day: DayOut
