"""The audit log as the API tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class DeedOut(BaseModel):
    """One entry: who did what to what, from where, with what outcome."""

    seq: int
    at: datetime
    who: str = Field(examples=["li.na"])
    roles: list[str] = Field(examples=[["liaison"]])
    means: str = Field(examples=["session:3f2a91"])
    address: str = Field(examples=["192.0.2.7"])
    action: str = Field(examples=["evidence_viewed"])
    target: str = Field(examples=["finding:17"])
    outcome: str = Field(examples=["done"])
    said: dict[str, Any]
    hash: str


class DeedPage(BaseModel):
    """Entries, newest first. `next_after` asks for the next page, null at the end."""

    items: list[DeedOut]
    total: int
    next_after: str | None
    limit: int


class FaultOut(BaseModel):
    """Something wrong with the log, at an entry where it can be told."""

    kind: str = Field(examples=["gap"])
    seq: int
    zh: str
    en: str


class AuditVerified(BaseModel):
    """Whether the log stands as it was written. Compare the key with the one on paper."""

    whole: bool
    entries: int
    signed_heads: int
    key: str = Field(description="First 16 hex digits of the public key's SHA-256.")
    faults: list[FaultOut]
