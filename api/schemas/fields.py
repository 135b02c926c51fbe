"""Values that calls carry, checked the same way everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
NO_CONTROL: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
MONTH: Final = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


def _moment(value: datetime) -> datetime:
    if not FIRST <= value < LAST:
        raise ValueError("须在 2000 至 2099 年之间 / must lie between 2000 and 2099")
    return value


def _day(value: date) -> date:
    if not FIRST.date() < value < LAST.date():
        raise ValueError("须在 2000 至 2099 年之间 / must lie between 2000 and 2099")
    return value


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_moment),
    Field(examples=["2026-11-23T09:00:00+08:00"], description="RFC 3339, with an offset."),
]
Day = Annotated[date, AfterValidator(_day), Field(examples=["2026-11-23"])]
Month = Annotated[str, StringConstraints(pattern=MONTH), Field(examples=["2026-11"])]
Words = Annotated[str, StringConstraints(max_length=500, pattern=NO_CONTROL)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_CONTROL)
]
Maybe = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=NO_CONTROL)]
"""A name, or nothing."""

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_CONTROL),
    Field(examples=["登记有误"], description="Why; kept with the change."),
]


class Asked(BaseModel):
    """A body or query; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Paged(Asked):
    """Where a page of a list begins and how long it is."""

    after: str = Field("", max_length=400, description="`next_after` of the page before.")
    limit: int = Field(50, ge=1, le=500)


class Because(Asked):
    """Why something is taken back or refused."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "登记有误,本人未请假"}]}
    )

    reason: Reason


class ChangeOut(BaseModel):
    """One change of a row of the duty record: when, by whom, why."""

    number: int = Field(examples=[17])
    at: datetime
    by: str = Field(examples=["li.na"])
    reason: str = Field(examples=["销假"])
    withdrawn: bool = Field(examples=[False])
