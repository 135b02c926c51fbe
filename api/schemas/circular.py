"""Circulars and reports as the API takes and tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.fields import NO_CONTROL, Asked, Name, Reason
from models.domain.circular import CircularKind, CircularState

PERIOD = r"^20[0-9]{2}(-(0[1-9]|1[0-2]|W(0[1-9]|[1-4][0-9]|5[0-3])|Q[1-4]|H[12]))?$"
PeriodName = Annotated[str, StringConstraints(pattern=PERIOD), Field(examples=["2026-11"])]
Despite = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_CONTROL)
]


class NewCircular(Asked):
    """A circular to be drafted."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"period": "2026-11"}]}
    )

    period: PeriodName
    kind: Literal["special", "criticism"] | None = Field(
        None, description="Left out: by the period (weekly, monthly, …)."
    )


class ToReview(Asked):
    """Sends a draft to review."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"despite": ""}]})

    despite: Despite = Field("", description="Why it goes although not all is decided.")


class CorrectionItem(Asked):
    """One thing that is corrected."""

    finding_id: int = Field(ge=1, le=2**31 - 1, examples=[17])
    what: Reason


class NewCorrection(Asked):
    """A correction notice (更正通知) to be drafted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "number": "监通〔2026〕3号",
                    "items": [{"finding_id": 17, "what": "脱岗情形撤销,按申诉成立更正"}],
                }
            ]
        },
    )

    number: Name
    items: list[CorrectionItem] = Field(min_length=1, max_length=200)


class ForUnit(Asked):
    """The unit that a receipt is for; left out where the account has one unit."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unit": "公安局"}]})

    unit: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


class StepOut(BaseModel):
    """One step of a circular's life."""

    state: CircularState
    by: str = Field(examples=["li.na"])
    at: datetime
    reason: str = Field(examples=[""])


class CircularOut(BaseModel):
    """A circular."""

    id: str = Field(examples=["monthly:2026-11:1"])
    kind: CircularKind
    period: str = Field(examples=["2026-11"])
    title: str = Field(examples=["关于2026年11月电子视频监察情况的通报"])
    state: CircularState
    number: str = Field(examples=["监通〔2026〕3号"], description="Empty until it is issued.")
    corrects: str = Field(examples=[""], description="Number of the circular that it corrects.")
    despite: str = Field(examples=[""])
    findings: int = Field(examples=[12], description="How many findings it publishes.")
    steps: list[StepOut]


class CircularPage(BaseModel):
    """Circulars, newest first."""

    items: list[CircularOut]
    total: int
    next_after: str | None
    limit: int


class FileOut(BaseModel):
    """A file of an issued circular."""

    name: str = Field(examples=["监通〔2026〕3号 关于2026年11月电子视频监察情况的通报.pdf"])
    sha256: str
    bytes: int = Field(examples=[120345])
    variant: str = Field(examples=["full"])
    unit: str = Field(examples=[""])
    url: str


class FilesOut(BaseModel):
    """Files that the caller may read."""

    items: list[FileOut]


class ReceiptOut(BaseModel):
    """Whether a unit has read its report."""

    unit: str = Field(examples=["公安局"])
    received_at: datetime | None
    by: str = Field(examples=["zhang.li"])


class ReceiptsOut(BaseModel):
    """Receipts by unit."""

    items: list[ReceiptOut]


class CheckedOut(BaseModel):
    """What comparing an issued circular's files with the register found."""

    number: str
    files: int = Field(examples=[143])
    ok: bool
    faults_zh: list[str]
    faults_en: list[str]


class ReportOut(BaseModel):
    """A period's figures: tables as printed, text as worded."""

    period: str = Field(examples=["2026-11"])
    name: str = Field(examples=["2026年11月"])
    unit: str = Field(examples=[""])
    waiting: int = Field(examples=[0], description="Findings still to be verified; not counted.")
    document: dict[str, Any] = Field(description="The composed document: what every format says.")
