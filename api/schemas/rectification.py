"""Rectifications (整改) as the API takes and tells them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.fields import NO_CONTROL, Asked, Maybe, Name, Paged, Reason

LongText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=NO_CONTROL),
]
Days = Annotated[int, Field(ge=1, le=60)]
FindingNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
State = Literal["issued", "claimed", "reported", "closed", "withdrawn"]


class RectificationsFilter(Paged):
    """Which notices."""

    unit: Maybe = ""
    state: State | Literal[""] = ""
    overdue: bool = Field(False, description="Only those that are overdue today.")


class NewRectification(Asked):
    """A notice (整改通知书) to be issued."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"matter": "窗口空岗未安排顶岗", "findings": [17], "cases": []}]
        },
    )

    matter: Reason
    unit: Maybe = Field("", description="Left out: the unit of the findings and cases.")
    findings: list[FindingNumber] = Field(default_factory=list, max_length=100)
    cases: list[Name] = Field(default_factory=list, max_length=100, description="Project numbers.")
    basis: Annotated[str, StringConstraints(max_length=500, pattern=NO_CONTROL)] = Field(
        "", description="What else it rests on."
    )
    days: Days | None = Field(None, description="Working days; left out: as the settings say.")


class ReportFields(Asked):
    """What a unit reports; files beside it in `file`."""

    text: LongText


class Returned(Asked):
    """Why a report is not enough."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "未附排班表,请补充"}]}
    )

    reason: Reason
    days: Days | None = None


class PaperFileOut(BaseModel):
    """A file of a paper."""

    name: str = Field(examples=["整改报告.pdf"])
    sha256: str
    bytes: int = Field(examples=[18234])
    attached: bool = Field(description="By the unit; otherwise the notice itself.")
    url: str = Field(examples=["/api/v1/rectifications/监整-2026-1/files/1"])


class RoundOut(BaseModel):
    """One round: until when, what was reported, why it came back."""

    due: date
    reported_at: datetime | None
    report: str = Field(examples=["已重新排班,安排B岗顶岗。"])
    attachments: list[str] = Field(description="SHA-256 of files.")
    returned: str = Field(examples=[""])


class RectificationOut(BaseModel):
    """A notice and where it stands."""

    id: str = Field(examples=["监整-2026-1"])
    number: str = Field(examples=["监整〔2026〕1号"])
    unit: str
    title: str = Field(examples=["窗口空岗未安排顶岗"])
    state: State = Field(examples=["issued"])
    issued_on: date
    issued_by: str = Field(examples=["li.na"])
    claimed_by: str = Field(examples=["hu.ji"])
    due: date
    overdue: bool
    refs: list[str] = Field(examples=[["finding:17"]])
    rounds: list[RoundOut]
    closing_number: str = Field(examples=["监销〔2026〕1号"])
    withdrawn: str = Field(examples=[""])


class RectificationDetail(RectificationOut):
    """With its files."""

    files: list[PaperFileOut]


class RectificationPage(BaseModel):
    """A page of notices, newest first."""

    items: list[RectificationOut]
    total: int
    next_after: str | None
    limit: int


class ProposalOut(BaseModel):
    """Something that proposes a notice and has none yet."""

    unit: str
    at: datetime
    what: str = Field(examples=["空岗"])
    finding_id: int | None
    project_no: str = Field(examples=[""])


class ProposalPage(BaseModel):
    """A page of proposals, newest first."""

    items: list[ProposalOut]
    total: int
    next_after: str | None
    limit: int
