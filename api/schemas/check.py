"""Spot checks (抽查), their results, visits and roll-calls as the API tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from api.schemas.fields import NO_CONTROL, Asked, Day, Maybe, Moment, Name, Paged, Words
from models.domain.inspection import CheckKind, CheckState

Kind = Literal["daily", "random", "campaign", "joint", "open_visit", "secret_visit", "roll_call"]
State = Literal["due", "claimed", "looking", "settled", "not_done"]
Told = Literal[
    "on_post", "covered", "away", "off_post", "absent", "unmanned", "late", "early", "exempt",
    "no_roster", "unverifiable",
]  # fmt: skip
"""Results that a person can enter: 未执行 is of the system alone."""

PlanKey = Annotated[
    str,
    StringConstraints(max_length=120, pattern=NO_CONTROL),
    Field(description="`random:2026-11-23`, `manual:…`: one plan.", examples=[""]),
]
COUNTS = Field(description="Windows by result; `pending` for 待复核.", examples=[{"on_post": 3}])


class CheckChoice(Asked):
    """Which checks; empty asks for all. `day`: everything that was due on that local day."""

    plan: PlanKey = ""
    day: Day | None = None
    hall_id: Maybe = ""
    kind: CheckKind | None = None
    state: CheckState | None = None
    campaign: Maybe = ""
    since: Moment | None = None
    until: Moment | None = None


class CheckFilter(Paged, CheckChoice):
    """Which checks, and which page of them."""


class CheckOut(BaseModel):
    """A check of one hall. It is written when it is due: none is to come."""

    id: int = Field(examples=[17])
    plan: str = Field(examples=["random:2026-11-23"])
    hall_id: str
    hall: str
    number: int = Field(description="Of its plan and hall.", examples=[1])
    kind: Kind
    kind_name: str = Field(examples=["随机抽查"])
    state: State
    state_name: str = Field(examples=["已完成"])
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    late_s: float = Field(description="Seconds between due and written.", examples=[4.2])
    reason: str = Field(description="Why it was not made.", examples=[""])
    reason_text: str = Field(examples=[""])
    by: str = Field(description="Who asked for it or entered it.", examples=[""])
    why: str = Field(description="Why it was asked for.", examples=[""])
    note: str = Field(description="What visitors wrote.", examples=[""])
    campaign: str = Field(examples=[""])
    counted: bool = Field(description="False outside working hours: in no rate.")
    windows: int = Field(description="Windows of which something is known.", examples=[3])
    results: dict[str, int] = COUNTS


class ResultOut(BaseModel):
    """What a check found at one window."""

    window_id: str
    window: str
    unit: str
    result: Told | Literal["pending", "not_done"]
    result_name: str = Field(examples=["在岗"])
    reason: str = Field(examples=["seen"])
    reason_text: str = Field(examples=["见到人员"])
    looked_at: datetime | None = Field(description="First look.")
    settled_at: datetime | None = Field(description="When it was certain.")
    evidence_sha256: list[str]
    finding_id: int | None = Field(examples=[None])
    register_seq: int | None = Field(description="Its own register entry.", examples=[None])


class CheckDetail(CheckOut):
    """A check with the result of every window that the caller sees."""

    found: list[ResultOut]


class CheckPage(BaseModel):
    """Checks, newest first."""

    items: list[CheckOut]
    total: int
    next_after: str | None
    limit: int


class SummaryFilter(Asked):
    """Which local day."""

    day: Day


class KindSummary(BaseModel):
    """Checks of one kind."""

    kind: Kind
    name: str = Field(examples=["随机抽查"])
    done: int
    running: int
    not_done: int
    results: dict[str, int] = COUNTS


class SummaryOut(BaseModel):
    """A day's checks so far; those to come are in no figure. Rates are of ended checks inside
    working hours; planned = the sum of the twelve results."""

    day: str = Field(examples=["2026-11-23"])
    at: datetime
    done: int
    running: int
    not_done: int
    not_counted: int = Field(description="Made outside working hours.")
    kinds: list[KindSummary]
    results: dict[str, int] = COUNTS
    planned: int
    effective: int
    on_post_rate: str = Field(description="`—` over nothing.", examples=["95.8%"])
    vacancy_rate: str = Field(examples=["2.1%"])
    unverifiable_rate: str = Field(examples=["0.0%"])


class SheetChoice(Asked):
    """Which checks go on the sheet: of a day, of a campaign, or both; of one hall or all."""

    day: Day | None = None
    hall_id: Maybe = ""
    campaign: Maybe = ""


class NewRollCall(Asked):
    """Which halls are called now: named ones, or all that are open; a reason is needed where one
    is closed, and with one `hall_ids: null` calls every hall."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"hall_ids": ["h00"], "reason": ""}]}
    )

    hall_ids: list[Name] | None = Field(None, min_length=1, max_length=1000)
    reason: Words = ""


class HallCalledOut(BaseModel):
    """How far a roll-call has come in one hall."""

    hall_id: str
    hall: str
    check_id: int
    state: State
    windows: int
    told: int = Field(description="Windows of which something is known.")
    certain: int = Field(description="Windows that have their result.")
    results: dict[str, int] = COUNTS


class RollCallOut(BaseModel):
    """How far a roll-call (一键查岗) has come."""

    plan: str = Field(examples=["manual:6f0c2f0e-3a3e-4a8e-9a57-0c1d2e3f4a5b"])
    windows: int
    told: int
    certain: int
    ended: int = Field(description="Halls that are done with.")
    first_looked: bool = Field(description="Every window has been told something of.")
    over: bool
    results: dict[str, int] = COUNTS
    halls: list[HallCalledOut]


class VisitResult(Asked):
    """What visitors found at one window; `picture`: number of the file that shows it, from 1."""

    window_id: Name
    result: Told
    reason: Maybe = Field("", description="What was seen.")
    picture: int | None = Field(None, ge=1, le=8)
    camera_id: Maybe = Field("", description="The camera that took it; else the window's first.")


_RESULTS: TypeAdapter[list[VisitResult]] = TypeAdapter(
    Annotated[list[VisitResult], Field(min_length=1, max_length=200)]
)


class VisitFields(Asked):
    """A visit on the spot (明查, 暗访) as it is entered by hand."""

    hall_id: Name
    kind: Literal["open_visit", "secret_visit"]
    seen_at: Moment = Field(description="When the visitors were there.")
    results: str = Field(
        max_length=20_000,
        description="JSON: a list of `{window_id, result, reason, picture}`, one per window that "
        "was looked at; `picture` is the number of the file that shows it, from 1.",
        examples=['[{"window_id": "w01-1", "result": "off_post", "picture": 1}]'],
    )
    note: Words = Field("", description="Needed where the hall was closed.")

    @field_validator("results")
    @classmethod
    def _whole(cls, text: str) -> str:
        _read(text)
        return text

    @property
    def found(self) -> list[VisitResult]:
        """The results."""
        return _read(self.results)


def _read(text: str) -> list[VisitResult]:
    try:
        return _RESULTS.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}") from None
