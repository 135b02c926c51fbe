"""Notifications as the API tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.fields import Asked, Maybe, Paged
from models.domain.notice import ItemState


class NotificationFilter(Paged):
    """Which notifications; empty asks for all."""

    state: ItemState | None = None


class DeliveryOut(BaseModel):
    """A notification on its way by one channel."""

    target: str = Field(examples=["channel:centre"])
    state: ItemState
    tries: int
    due_at: datetime
    sent_at: datetime | None
    error: str = Field(examples=[""])


class NotificationOut(BaseModel):
    """A notification (通知) and what became of it. `no_channel`: no channel takes it."""

    id: int
    kind: str = Field(examples=["finding"])
    key: str
    severity: Literal["ordinary", "important", "serious"]
    title_zh: str
    title_en: str
    hall_id: str
    unit: str
    at: datetime
    state: ItemState
    deliveries: list[DeliveryOut]


class NotificationPage(BaseModel):
    """Notifications, newest first."""

    items: list[NotificationOut]
    total: int
    next_after: str | None
    limit: int


class TestNotification(Asked):
    """Which channel is to be tried; empty for those that take important notices."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"channel": "centre"}]}
    )

    channel: Maybe = ""
