"""Findings and events as the API tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel


class RegisterOut(BaseModel):
    """The register entry (登记台账): its number in the chain and its hash."""

    seq: int
    hash: str
    prev_hash: str
    kind: str
    at: datetime
    payload: dict[str, Any]


class FindingOut(BaseModel):
    """A finding (情形), from when to when; `state` is where it is in its life."""

    id: int
    key: str
    kind: str
    state: str
    window_id: str
    window: str
    hall_id: str
    hall: str
    label: str
    unit: str
    post: str
    opened_at: datetime
    started_at: datetime
    until_at_least: datetime
    proven_s: float
    possible_s: float | None
    ended: bool
    expected: str
    observed: str
    reason: str
    roster_version: str
    profile: str
    evidence_sha256: list[str]
    register_seq: int


class PictureOut(BaseModel):
    """A picture of evidence (证据图片)."""

    sha256: str
    moment: str
    taken_at: datetime
    camera_id: str
    zone_version: int
    masked: bool
    url: str
    destroyed_at: datetime | None = None
    """When it was destroyed because its time was over (保存期限); then the address gives 410."""


class SpanOut(BaseModel):
    """A stretch of one state on a window's day."""

    state: str
    reason: str
    start: datetime
    end: datetime | None
    samples: int


class FindingDetail(FindingOut):
    """A finding with all that speaks for it."""

    pictures: list[PictureOut]
    details: dict[str, Any]
    register_entry: RegisterOut | None
    last_entry: RegisterOut | None
    thresholds: dict[str, dict[str, Any]]
    day: list[SpanOut]
    sentence: dict[str, str]


class FindingPage(BaseModel):
    """Findings, newest first. `next_after` asks for the next page, null at the end."""

    items: list[FindingOut]
    total: int
    next_after: int | None


class EventOut(BaseModel):
    """A register entry as an event; `before` and `after` are how the finding stood then, by what
    the register says. An entry about no finding has its own facts in `after`."""

    id: int
    type: Literal["new", "update", "end"]
    kind: str
    at: datetime
    finding_id: int | None
    window_id: str | None
    hall_id: str
    unit: str
    state: str | None
    reason: str | None
    expected: str | None
    observed: str | None
    evidence_sha256: list[str]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
