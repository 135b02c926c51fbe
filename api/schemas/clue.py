"""Observations of other analytics as the API takes and tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.fields import NO_CONTROL, Asked, Maybe, Moment, Name
from models.domain.clue_rows import ClueKind

LONGEST_PICTURE = 1_400_000
"""Letters of base64: one megabyte of JPEG."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class NewClue(Asked):
    """What another system saw: at a window, or within a polygon of a camera's picture."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "source": "vias-1",
                    "external_id": "evt-20261123-0007",
                    "kind": "empty",
                    "window_id": "W12",
                    "at": "2026-11-23T10:06:00+08:00",
                    "people": 0,
                    "score": 0.97,
                    "model": "ROI-count",
                    "model_version": "3.2",
                }
            ]
        },
    )

    source: Name
    external_id: Annotated[
        str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL)
    ] = Field(description="Its number in the source; sent twice it is one.")
    kind: ClueKind
    at: Moment
    window_id: Maybe = ""
    camera_id: Maybe = ""
    polygon: list[tuple[Share, Share]] | None = Field(None, min_length=3, max_length=64)
    people: int | None = Field(None, ge=0, le=1000)
    score: Share | None = None
    model: Maybe = ""
    model_version: Annotated[str, StringConstraints(max_length=60, pattern=NO_CONTROL)] = ""
    picture: Annotated[str, StringConstraints(max_length=LONGEST_PICTURE)] = Field(
        "", description="JPEG of the camera `camera_id`, base64; masked before it is kept."
    )


class ClueOut(BaseModel):
    """An observation as kept; `finding_id` is the finding it joined, or the behaviour clue."""

    id: int
    source_kind: str = Field(examples=["webhook"])
    source: str
    external_id: str
    kind: ClueKind
    window_id: str
    hall_id: str
    unit: str
    at: datetime
    received_at: datetime
    by: str
    people: int | None
    score: float | None
    model: str
    evidence_sha256: str
    finding_id: int | None


class CluePage(BaseModel):
    """Observations, newest first."""

    items: list[ClueOut]
    total: int
    next_after: str | None
    limit: int
