"""Alerts as the API tells them, and what people do with them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.fields import Asked


class AlertOut(BaseModel):
    """An alert (告警) that stands or stood, and in whose hand it is."""

    id: int
    window_id: str
    window: str
    hall_id: str
    hall: str
    kind: str
    since: datetime
    raised_at: datetime
    cleared_at: datetime | None
    finding_id: int | None
    claimed_by: str = Field(description="Empty where nobody took it in hand.", examples=["li.na"])
    claimed_at: datetime | None
    snoozed_until: datetime | None = Field(description="Quiet until then (稍后提醒).")
    escalated: bool = Field(
        description="Shown first: somebody said so, or nobody did anything for too long."
    )
    escalated_by: str = Field(description="Empty where time did it.", examples=["li.na"])
    why: dict[str, str] = Field(
        description="Why somebody has to be there, in `zh` and `en`.",
        examples=[{"zh": "班表第3版:A岗应在岗", "en": "roster version 3: post A is on duty"}],
    )


class Snooze(Asked):
    """For how long an alert is kept quiet."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"minutes": 10}]})

    minutes: int = Field(ge=1, le=120)
