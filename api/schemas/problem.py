"""Errors as `application/problem+json`, and the health of the processes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


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


class HealthOut(BaseModel):
    """Whether all parts work. `degraded`: the web works, but something it shows does not."""

    status: Literal["ok", "degraded", "failing"]
    database: bool
    watching: bool
    board_age_s: float
    cameras: int
    cameras_live: int
