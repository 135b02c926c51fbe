"""Decisions on findings as the API takes them."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from api.schemas.fields import Asked, Reason, Words

Seq = Field(
    None,
    ge=0,
    le=2**53,
    description="`register_seq` that was looked at; 409 where something was entered since.",
)


class Decision(Asked):
    """A decision; `expected_seq` (or the header If-Match) says which state was looked at."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "", "expected_seq": 17}]}
    )

    reason: Words = ""
    expected_seq: int | None = Seq


class ReasonedDecision(Asked):
    """A decision that needs a reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "群众遮挡", "expected_seq": 17}]},
    )

    reason: Reason
    expected_seq: int | None = Seq
