"""Errors as `application/problem+json`, and the health of the processes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class MendOut(BaseModel):
    """One thing wrong in a file: where, what, and how to mend it. `E…` blocks, `W…` warns."""

    code: str = Field(examples=["E103"])
    blocking: bool
    where: str = Field(examples=["十一月.xlsx [值班表] B7"])
    file: str = Field(examples=["十一月.xlsx"])
    sheet: str = Field(examples=["值班表"])
    cell: str = Field(examples=["B7"])
    zh: str = Field(examples=["“11月31日”不是有效日期。可写成 2026-11-23 或 2026年11月23日。"])
    en: str = Field(examples=["'11月31日' is no date; write 2026-11-23."])


class ProblemOut(BaseModel):
    """An error: what is wrong and how to mend it, in both languages."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    detail_zh: str
    detail_en: str
    where: str = ""
    code: str = ""
    problems: list[MendOut] = Field(
        [], description="Of a file: what is wrong with it, at most 500."
    )


class HealthOut(BaseModel):
    """Whether all parts work. `degraded`: the web works, but something it shows does not."""

    status: Literal["ok", "degraded", "failing"]
    database: bool
    watching: bool
    scheduling: bool
    board_age_s: float
    cameras: int
    cameras_live: int
