"""Behaviour (规范服务) as the API tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.fields import NO_CONTROL, Asked, Maybe, Moment, Month, Name, Paged, Words
from api.schemas.finding import FindingOut

Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=NO_CONTROL),
    Field(examples=["B-PHONE"]),
]


class CatalogueEntry(BaseModel):
    """What may be registered; `machine_clue`: a machine may hint at it."""

    code: str = Field(examples=["B-PHONE"])
    name: str = Field(examples=["玩手机"])
    name_en: str = Field(examples=["using a phone"])
    basis: Literal["manual", "machine_clue"]
    group: str = Field(examples=["上班纪律"])
    retired: bool


class CataloguePage(BaseModel):
    """The catalogue by code."""

    items: list[CatalogueEntry]
    total: int
    next_after: str | None
    limit: int


class NewEntry(Asked):
    """An entry to add, change or retire; old registrations keep theirs."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"code": "S-01", "name": "首问不负责", "group": "十个不准"}]
        },
    )

    code: Code
    name: Name
    name_en: Maybe = ""
    group: Name = "上班纪律"
    retired: bool = False


class BehaviourFilter(Paged):
    """Which clues and registrations; `after` is a number."""

    after: str = Field("", pattern=r"^[0-9]{0,18}$")
    state: str = Field("", max_length=40)
    code: str = Field("", max_length=40)
    hall_id: str = Field("", max_length=100)
    window_id: str = Field("", max_length=100)


class BehaviourOut(FindingOut):
    """A clue or a registration; `basis` says whether a machine or a person told it."""

    basis: str = Field(examples=["manual"])
    by: str = Field(examples=["li.na"])
    note: str


class BehaviourPage(BaseModel):
    """Clues and registrations, newest first."""

    items: list[BehaviourOut]
    total: int
    next_after: str | None
    limit: int


class BehaviourFields(Asked):
    """What a person saw; with a picture, the newest one of the wall, or the recorder's."""

    window_id: Name
    code: Code
    at: Moment | None = Field(None, description="When; else now.")
    camera_id: Maybe = Field("", description="Else the window's first.")
    note: Words = ""
    live: bool = Field(False, description="Take the camera's newest picture.")
    recorder: bool = Field(False, description="Take stills of `at` out of the recorder.")


class ReportFilter(Asked):
    """Which month."""

    month: Month


class CountOut(BaseModel):
    """How often one behaviour was confirmed at a unit's windows."""

    unit_id: str
    code: str
    name: str
    count: int


class BehaviourReport(BaseModel):
    """Confirmed behaviour of a month; clues are in no report."""

    month: str
    since: datetime
    until: datetime
    total: int
    counts: list[CountOut]
