"""Requests to name a person outside the centre, as the API tells them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.fields import Asked, Words


class ReasonIn(Asked):
    """Why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "月度通报须送所在单位"}]}
    )

    reason: Words = ""


class RequestOut(BaseModel):
    """One request: who asked, who answered."""

    number: int
    state: str = Field(examples=["asked"])
    asked_by: str
    asked_at: datetime
    reason: str
    answered_by: str
    answered_at: datetime | None
    answer: str


class NamingOut(BaseModel):
    """Whether a person may be named for a finding. `name` is `—` where the caller may not see
    it, or where nobody is named."""

    finding_id: int
    name: str = Field(examples=["—"])
    requests: list[RequestOut]


class WaitingOut(BaseModel):
    """A request that waits for an approver."""

    finding_id: int
    window_id: str
    number: int
    asked_by: str
    asked_at: datetime
    reason: str


class WaitingPage(BaseModel):
    """Requests that wait, oldest first."""

    items: list[WaitingOut]
    total: int
    next_after: str | None
    limit: int
