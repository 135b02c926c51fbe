"""Outgoing webhooks as the API takes and tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.fields import Asked, Name

Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Few = Field(None, max_length=200)


class NewWebhook(Asked):
    """A receiver of events; halls and units left out are all that the caller sees."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": "https://receiver.example/onpost", "topics": ["finding"]}]
        },
    )

    url: Address
    topics: list[Name] = Field(
        default_factory=list, max_length=20, description="finding, behaviour, …; empty for all."
    )
    halls: list[Name] | None = Few
    units: list[Name] | None = Few


class WebhookOut(BaseModel):
    """A receiver. Its secret is told once, when it is made."""

    id: int = Field(examples=[1])
    url: str = Field(examples=["https://receiver.example/onpost"])
    topics: list[str]
    halls: list[str] | None
    units: list[str] | None
    enabled: bool
    made_at: datetime
    made_by: str = Field(examples=["admin"])
    pending: int = Field(examples=[0], description="Events that wait to be delivered.")
    given_up: int = Field(examples=[0], description="Of the last 20 deliveries.")
    last_error: str = Field(examples=[""])


class WebhookMade(WebhookOut):
    """A new receiver with its secret."""

    secret: str = Field(examples=["whsec_…"])


class WebhookPage(BaseModel):
    """All receivers, by number."""

    items: list[WebhookOut]
    total: int
    next_after: str | None
    limit: int


class TestedOut(BaseModel):
    """What became of a test."""

    delivered: bool
    error: str = Field(examples=[""])
