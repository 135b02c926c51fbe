"""The register (登记台账) as the API tells it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas.fields import Asked
from api.schemas.finding import RegisterOut


class RegisterFilter(Asked):
    """Which entries, oldest first."""

    after: int = Field(0, ge=0, le=2**62, description="`next_after` of the page before.")
    kind: str = Field("", max_length=60, description="Such as `finding_opened`.")
    limit: int = Field(100, ge=1, le=1000)


class RegisterPage(BaseModel):
    """Entries, oldest first. `head` is the chain's newest number; `total` counts what is listed
    in all, null where only part of the chain is the caller's to see."""

    items: list[RegisterOut]
    total: int | None
    head: int
    next_after: int | None
    limit: int


class FaultOut(BaseModel):
    """Something in the register that is not as it was written."""

    kind: str = Field(examples=["entry_changed"])
    seq: int
    zh: str
    en: str


class VerdictOut(BaseModel):
    """What a check of every chain, signed head and picture found."""

    verifies: bool
    entries: int
    anchors: int
    pictures: int
    purged: int
    fingerprint: str = Field(description="Of the key that signs the heads.")
    faults: list[FaultOut] = Field(description="The first 100.")
    fault_count: int
