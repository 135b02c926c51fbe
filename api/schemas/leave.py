"""Leave (请假), out notices (外出) and stops of service (豁免) as the API tells them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.fields import Asked, ChangeOut, Maybe, Moment, Month, Name, Paged, Words


class LeaveFilter(Paged):
    """Which notices; empty asks for all."""

    month: Month | None = None
    person_id: str = Field("", max_length=200)
    unit_id: str = Field("", max_length=100)


class NewLeave(Asked):
    """A notice to register. It counts from its registration, which is now."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "person": "公安局/李四",
                    "kind": "事假",
                    "start": "2026-11-24T08:30:00+08:00",
                    "end": "2026-11-24T12:00:00+08:00",
                    "cover": "公安局/王五",
                    "approver": "赵主任",
                }
            ]
        },
    )

    person: Name = Field(description="Id, name, or 单位/姓名.")
    kind: Name = Field(description="事假, 病假, 年休, 临时外出, …, or in English.")
    start: Moment
    end: Moment
    cover: Maybe = Field("", description="Who stands in (顶岗人).")
    approver: Maybe = Field("", description="Who approved it; leave without has no effect.")
    approved_at: Moment | None = Field(None, description="When; else now.")


class LeaveOut(BaseModel):
    """A notice that stands."""

    id: str = Field(examples=["L-1f2e3d4c5b6a"])
    person_id: str = Field(examples=["公安局/李四"])
    person: str = Field(examples=["李四"])
    unit_id: str = Field(examples=["公安局"])
    kind: str = Field(examples=["personal"])
    kind_name: str = Field(examples=["事假"])
    start: datetime
    end: datetime
    back_at: datetime | None
    cover_id: str
    cover: str
    approver: str
    approved_at: datetime | None
    registered_at: datetime
    late: bool = Field(description="Registered after it began (补登记).")
    counts: bool = Field(description="False: it waits for approval and has no effect.")


class LeavePage(BaseModel):
    """Notices by start."""

    items: list[LeaveOut]
    total: int
    next_after: str | None
    limit: int


class LeaveDetail(LeaveOut):
    """A notice with every change of it; `standing` is false once it was withdrawn."""

    standing: bool
    history: list[ChangeOut]


class Back(Asked):
    """The person is back before the end (销假)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"at": "2026-11-24T10:30:00+08:00"}]}
    )

    at: Moment | None = Field(None, description="When; else now.")


class StopFilter(Paged):
    """Which stops; empty asks for all."""

    hall_id: str = Field("", max_length=100)
    window_id: str = Field("", max_length=100)


class NewStop(Asked):
    """An approved stop, for one hall or one window; it holds for the time before its approval."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "停电",
                    "start": "2026-11-23T09:00:00+08:00",
                    "end": "2026-11-23T10:00:00+08:00",
                    "hall_id": "h00",
                    "approver": "值班主任",
                    "reason": "线路检修",
                }
            ]
        },
    )

    kind: Name = Field(description="暂停服务, 停电, 演练, 集体活动, 放假, 其他, or in English.")
    start: Moment
    end: Moment
    hall_id: Maybe = ""
    window_id: Maybe = ""
    approver: Name
    approved_at: Moment | None = Field(None, description="When; else now.")
    reason: Words = ""


class StopOut(BaseModel):
    """A stop that stands."""

    id: str = Field(examples=["X-1f2e3d4c5b6a"])
    kind: str = Field(examples=["power_cut"])
    kind_name: str = Field(examples=["停电"])
    start: datetime
    end: datetime
    hall_id: str
    window_id: str
    approver: str
    approved_at: datetime | None
    reason: str


class StopPage(BaseModel):
    """Stops by start."""

    items: list[StopOut]
    total: int
    next_after: str | None
    limit: int


class WithdrawnOut(BaseModel):
    """What was taken back; what it was stays to be read."""

    id: str = Field(examples=["L-1f2e3d4c5b6a"])
    withdrawn_at: datetime
    by: str = Field(examples=["li.na"])
    reason: str
