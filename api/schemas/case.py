"""Cases (办件) as the API takes and tells them; who applied is a masked name at most."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.fields import NO_CONTROL, Asked, Day, Maybe, Moment, Name, Paged
from api.schemas.problem import MendOut
from api.schemas.roster import FileOut
from models.domain.case import CaseType, Ending
from models.domain.deadline import Card

Days = Annotated[int, Field(ge=0, le=3650)]
PERIOD = r"^20[0-9]{2}(-(0[1-9]|1[0-2])|-W[0-9]{2}|-Q[1-4]|-H[12])?$"
Period = Annotated[
    str,
    Field(pattern=PERIOD, examples=["2026-11"], description="2026-11, 2026-W48, 2026-Q4, 2026-H2."),
]


class NewSuspension(Asked):
    """A special procedure (特别程序) that stops the clock; `last` is left out while it lasts."""

    first: Day
    last: Day | None = None
    name: Maybe = ""


class NewCase(Asked):
    """A case as another system sends it; the same number again renews it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "project_no": "430681-2026-000123",
                    "unit": "公安局",
                    "case_type": "promised",
                    "accepted_at": "2026-11-02T09:30:00+08:00",
                    "promise_days": 10,
                    "statutory_days": 20,
                }
            ]
        },
    )

    project_no: Name
    unit: Name
    case_type: CaseType = CaseType.PROMISED
    accepted_at: Moment
    promise_days: Days
    statutory_days: Days | None = None
    ended_at: Moment | None = None
    ending: Ending | None = None
    task_code: Maybe = ""
    task_name: Annotated[str, Field(max_length=300, pattern=NO_CONTROL)] = ""
    suspensions: list[NewSuspension] = Field([], max_length=20)
    corrections: Annotated[int, Field(ge=0, le=1000)] = 0
    applicant: Maybe = Field("", description="Only its first character is kept.")


class CasesFilter(Paged):
    """Which cases."""

    unit: Maybe = ""
    open_only: bool = Field(False, description="Only cases in the stock (在办).")
    signal: Card | None = Field(None, description="Only cases on which this card stands.")


class PeriodFilter(Asked):
    """A period; left out, the running month."""

    period: Period | None = None


class CluesFilter(Paged):
    """Clues of the cases that touch a period; left out, the running month."""

    period: Period | None = None
    unit: Maybe = ""


class SuspensionOut(BaseModel):
    """A special procedure; days from `first` to `last` do not count."""

    first: date
    last: date | None
    name: str


class CardOut(BaseModel):
    """A card (提示、黄牌、红牌、严重); one that was taken back says why."""

    card: Card
    name: str = Field(examples=["黄牌"])
    due_at: datetime
    raised_at: datetime
    taken_back_at: datetime | None
    reason: str


class CaseOut(BaseModel):
    """A case with its deadlines and the levels of the cards that stand."""

    project_no: str
    unit: str
    case_type: CaseType
    case_type_name: str = Field(examples=["承诺件"])
    task_code: str
    task_name: str
    accepted_at: datetime
    promise_days: int
    statutory_days: int | None
    due_at: datetime | None = Field(description="None while a special procedure has no end.")
    statutory_at: datetime | None
    ended_at: datetime | None
    ending: Ending | None
    on_time: bool | None = Field(description="Whether a closed case kept its promise.")
    used_days: int = Field(description="Working days used, to its end or to now.")
    corrections: int
    applicant: str = Field(examples=["王**"])
    suspensions: list[SuspensionOut]
    cards: list[Card]


class CaseDetail(CaseOut):
    """The same with every card that was ever raised."""

    source: str
    history: list[CardOut]


class CasePage(BaseModel):
    """Cases by project number."""

    items: list[CaseOut]
    total: int
    next_after: str | None
    limit: int


class CaseImportOut(BaseModel):
    """What an import does or did."""

    written: bool
    new: int
    changed: int
    same: int
    files: list[FileOut]
    cards: dict[Card, int] = Field(description="Cards that it raised, by level.")
    register_seq: int | None = Field(description="Number of its entry in the register.")
    problems: list[MendOut] = Field(description="What was noticed and lets it pass, at most 500.")


class RateOut(BaseModel):
    """A rate as it is printed, `—` over nothing, with what it was made from."""

    text: str = Field(examples=["95.8%"])
    part: int = Field(examples=[1990])
    whole: int = Field(examples=[2078])


class FiguresOut(BaseModel):
    """Figures of one unit, or of all. `balanced`: the first formula comes to what is counted."""

    unit: str
    opening: int = Field(description="期初在办")
    accepted: int = Field(description="受理")
    closed: int = Field(description="办结")
    left: int = Field(description="退回/撤销")
    closing: int = Field(description="期末在办")
    balanced: bool
    closing_rate: RateOut
    own_closing_rate: RateOut
    on_time_rate: RateOut
    early_rate: RateOut
    average_days: str = Field(examples=["6.4", "—"])
    cards: dict[Card, int]


class KpiOut(BaseModel):
    """A period's figures by unit, with the formulas they are made by."""

    period: str
    name: str = Field(examples=["2026年11月"])
    first: date
    last: date
    formulas: list[str]
    units: list[FiguresOut]
    total: FiguresOut


class CaseClueOut(BaseModel):
    """A clue: an item whose promise is longer than two thirds of the statutory time, or a case
    with more than one notice to bring papers (补正). Neither is a finding."""

    kind: Literal["promise_too_long", "asked_twice"]
    unit: str
    task_code: str
    task_name: str
    promise_days: int
    statutory_days: int | None
    longest_days: int | None = Field(description="⌊2/3 × statutory⌋")
    corrections: int
    cases: int = Field(description="How many cases it rests on.")
    project_no: str = Field(description="The case, or the first of them.")
    zh: str
    en: str


class CaseCluePage(BaseModel):
    """Clues by kind, unit and item."""

    items: list[CaseClueOut]
    total: int
    next_after: str | None
    limit: int
