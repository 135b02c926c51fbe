"""Rosters (排班表) as the API tells them, and what an import does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.fields import Asked, Maybe, Month, Paged, Words
from api.schemas.problem import MendOut


class FileOut(BaseModel):
    """A file that was imported."""

    name: str = Field(examples=["十一月.xlsx"])
    sha256: str = Field(examples=["9f86d081884c7d65"])


class VersionOut(BaseModel):
    """An imported roster, kept for good."""

    number: int = Field(examples=[3])
    sha256: str
    imported_at: datetime
    file_name: str = Field(examples=["十一月.xlsx"])
    by: str = Field(examples=["li.na"])
    files: list[FileOut]
    correction: bool = Field(description="Whether a closed month was changed (更正).")
    shifts: int = Field(description="Shifts that the caller may see.", examples=[220])
    chains: int = Field(examples=[12])
    turns: int = Field(examples=[4])


class VersionPage(BaseModel):
    """Versions, newest first."""

    items: list[VersionOut]
    total: int
    next_after: str | None
    limit: int


class ShiftOut(BaseModel):
    """Somebody on duty at a window (班次). A standing chain (AB岗表) and a turn (轮值) are rows
    too, told by `row`; the end of a chain is open."""

    row: Literal["shift", "chain", "turn"]
    window_id: str = Field(examples=["w01-1"])
    start: datetime
    end: datetime | None
    person_id: str = Field(examples=["公安局/李四"])
    person: str = Field(examples=["李四"])
    grade: str = Field(examples=["A"])
    unit_id: str = Field(examples=["公安局"])
    kind: str = Field(examples=["regular"])


class VersionDetail(VersionOut):
    """A version with a page of its rows, by start."""

    items: list[ShiftOut]
    total: int
    next_after: str | None
    limit: int


class VersionFilter(Paged):
    """Which rows of a version."""

    month: Month | None = None
    window_id: str = Field("", max_length=100)


class GridFilter(Paged):
    """Which month of which hall; without a hall every one that the caller sees."""

    month: Month
    hall_id: str = Field("", max_length=100)
    limit: int = Field(50, ge=1, le=200)


class GridDayOut(BaseModel):
    """One day of the month."""

    date: date
    worked: bool
    kind: str = Field(examples=["workday"])
    name: str = Field(examples=[""])


class GridCellOut(BaseModel):
    """A window's rows that begin on one day."""

    date: date
    rows: list[ShiftOut]


class GridWindowOut(BaseModel):
    """A window's month; days without a row are left out."""

    window_id: str
    window: str
    hall_id: str
    unit: str
    days: list[GridCellOut]
    chain: list[ShiftOut] = Field(description="The standing chain of the month's end.")
    turns: list[ShiftOut]


class GridOut(BaseModel):
    """A month of the roster in force; windows by id."""

    month: str = Field(examples=["2026-11"])
    roster_version: str
    days: list[GridDayOut]
    items: list[GridWindowOut]
    total: int
    next_after: str | None
    limit: int


class AheadOut(BaseModel):
    """A gap or a clash before it happens."""

    window_id: str
    trouble: Literal["no_roster", "unmanned", "several", "double"]
    start: datetime
    end: datetime
    why_zh: str = Field(examples=["该时段没有排班,不作缺岗。"])
    why_en: str = Field(examples=["nobody is rostered; not counted as an absence."])


class CoveragePage(BaseModel):
    """Gaps and clashes of a month by start, and how much of the open time is rostered."""

    open_s: float
    rostered_s: float
    notice_zh: str = Field(description="Where the year's calendar is not official yet.")
    notice_en: str
    items: list[AheadOut]
    total: int
    next_after: str | None
    limit: int


class ImportFields(Asked):
    """What goes with the files."""

    month: Month | None = Field(None, description="Rows outside it are refused.")
    correction: Words = Field(
        "", description="Why a past or published month is changed (更正).", examples=[""]
    )


class RowChangeOut(BaseModel):
    """A row that an import adds or takes away."""

    added: bool
    day: date
    window_id: str
    person_id: str
    grade: str
    times: str = Field(examples=["08:30-12:00"])


class ImportNoticeOut(BaseModel):
    """A leave or out notice that an import adds or corrects."""

    id: str = Field(examples=["L-1f2e3d4c5b6a"])
    person_id: str
    kind: str
    start: datetime
    end: datetime


class SheetOut(BaseModel):
    """A sheet and the layout (版式 A–F) that it was read as."""

    place: str = Field(examples=["十一月.xlsx [值班表]"])
    layout: str = Field(examples=["A"])


class ImportOut(BaseModel):
    """What an import does, or would do (`written` false)."""

    written: bool
    version: int = Field(description="The roster's new version, 0 where it does not change.")
    files: list[FileOut]
    layouts: list[SheetOut]
    added: int
    removed: int
    rows: list[RowChangeOut] = Field(description="The first 500.")
    notices: list[ImportNoticeOut] = Field(description="The first 500.")
    warnings: list[MendOut] = Field(description="The first 500.")


class WhoOut(BaseModel):
    """Who has to be at a window at a moment, and why."""

    window_id: str
    at: datetime
    zh: str = Field(examples=["12号窗口(W12)在 2026-11-23 09:00:排班为A岗张三。"])
    en: str


class ExportFilter(Asked):
    """What goes into the workbook."""

    month: Month | None = None
    hall_id: Maybe = ""
