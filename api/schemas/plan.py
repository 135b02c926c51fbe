"""Plans of spot checks and campaigns as the API tells them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.check import Kind
from api.schemas.fields import NO_CONTROL, Asked, Day, Name, Words
from api.settings.fields import IDENTIFIER
from models.domain.campaign import MOST_PER_DAY
from models.domain.commitment import LONGEST_NONCE, SHORTEST_NONCE

TimeOfDay = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["09:45"])
]
SHA256: Final = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"


class PlanOut(BaseModel):
    """A day's commitment (承诺), and what was revealed since. Before the reveal nothing here tells
    a moment."""

    day: date
    commitment: str = Field(description="SHA-256 of seed, date, inputs.", examples=[SHA256])
    inputs_sha256: str = Field(examples=[SHA256])
    key_id: str = Field(examples=["5c1f0a"])
    committed_at: datetime
    late: bool = Field(description="Committed after the first opening.")
    opens_at: datetime
    closes_at: datetime
    nonce: str = Field(examples=["3 1 6 6 2 5"])
    nonce_by: str = Field(examples=["ji.jian"])
    nonce_at: datetime | None
    revealed: bool
    revealed_at: datetime | None
    seed: str = Field(description="Hex; empty before the reveal.", examples=[""])
    inputs: str = Field(description="Canonical JSON; empty before the reveal.", examples=[""])


class PlannedOut(BaseModel):
    """A check that the plan asked for."""

    plan: str = Field(examples=["random:2026-11-20"])
    hall_id: str
    hall: str
    number: int
    kind: Kind
    due_at: datetime


class PlanChecksOut(BaseModel):
    """The plan of a day that is over and revealed, by moment."""

    day: date
    checks: list[PlannedOut]


class NewNonce(Asked):
    """A nonce (随机数) that the discipline inspection mixes in: dice throws, a sentence."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"nonce": "3 1 6 6 2 5 4 4"}]}
    )

    nonce: Annotated[
        str,
        StringConstraints(min_length=SHORTEST_NONCE, max_length=LONGEST_NONCE, pattern=NO_CONTROL),
    ]


class DifferenceOut(BaseModel):
    """One thing that does not agree."""

    what: str = Field(examples=["moment"])
    zh: str
    en: str


class RemarkOut(BaseModel):
    """What is allowed but should be known."""

    zh: str
    en: str


class PlanVerdictOut(BaseModel):
    """A day held against itself: commitment and plan computed again, and what was carried out."""

    day: date
    verifies: bool
    planned: int = Field(description="Checks of the plan.")
    differences: list[DifferenceOut]
    notes: list[RemarkOut]


class NewCampaign(Asked):
    """A campaign (专项清查; 联合督查 with several lead bodies), or a new version of one. It holds
    from the next day on. No `halls` means every hall."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "slack",
                    "name": "慵懒散专项治理",
                    "first": "2026-11-24",
                    "last": "2026-12-04",
                    "halls": ["h00"],
                    "times": ["09:45"],
                    "random": 1,
                    "behaviours": ["B-PHONE"],
                    "leads": ["市纪委", "政务中心"],
                }
            ]
        },
    )

    id: Annotated[str, StringConstraints(max_length=60, pattern=f"^{IDENTIFIER.pattern}$")]
    name: Name
    first: Day
    last: Day
    halls: list[Name] = Field(default_factory=list, max_length=1000)
    times: list[TimeOfDay] = Field(default_factory=list, max_length=MOST_PER_DAY)
    random: int = Field(0, ge=0, le=MOST_PER_DAY, description="Per hall and day on average.")
    behaviours: list[Name] = Field(default_factory=list, max_length=50)
    leads: list[Name] = Field(default_factory=list, max_length=20)
    reason: Words = ""


class CampaignOut(BaseModel):
    """One version of a campaign."""

    id: str = Field(examples=["slack"])
    version: int = Field(examples=[1])
    kind: Kind
    name: str = Field(examples=["慵懒散专项治理"])
    first: date
    last: date
    halls: list[str] = Field(examples=[["h00"]])
    times: list[str] = Field(examples=[["09:45"]])
    random: int
    behaviours: list[str] = Field(examples=[["B-PHONE"]])
    leads: list[str] = Field(examples=[["市纪委", "政务中心"]])
    withdrawn: bool
    by: str
    reason: str
    at: datetime | None


class CampaignDetail(CampaignOut):
    """A campaign with all its versions, oldest first."""

    versions: list[CampaignOut]


class CampaignPage(BaseModel):
    """Newest versions, by id."""

    items: list[CampaignOut]
    total: int
    next_after: str | None
    limit: int
