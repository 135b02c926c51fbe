"""Halls, units and people as the API tells them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class HoursOut(BaseModel):
    """Working hours (工作时间) from a day on; weekdays 1 (Monday) to 7."""

    valid_from: str = Field(examples=["2026-01-01"])
    weekdays: list[int] = Field(examples=[[1, 2, 3, 4, 5]])
    sessions: list[str] = Field(examples=[["08:30-12:00", "14:30-17:30"]])


class HallOut(BaseModel):
    """A service hall (大厅) with what of it the caller may see."""

    id: str = Field(examples=["h00"])
    name: str = Field(examples=["市政务服务中心"])
    kind: Literal["main", "branch", "township"]
    time_zone: str = Field(examples=["Asia/Shanghai"])
    windows: list[str] = Field(examples=[["w01-1", "w01-2"]])
    units: list[str] = Field(examples=[["公安局"]])
    hours: list[HoursOut]


class HallPage(BaseModel):
    """Halls by id."""

    items: list[HallOut]
    total: int
    next_after: str | None
    limit: int


class UnitOut(BaseModel):
    """A unit (单位): its windows, and how many people its staff list names."""

    id: str = Field(examples=["公安局"])
    name: str = Field(examples=["公安局"])
    kind: Literal["resident", "rotating"]
    windows: list[str] = Field(examples=[["w01-1"]])
    people: int = Field(examples=[12])


class UnitPage(BaseModel):
    """Units by id."""

    items: list[UnitOut]
    total: int
    next_after: str | None
    limit: int


class PersonOut(BaseModel):
    """A person of a staff list (人员)."""

    id: str = Field(examples=["公安局/李四"])
    name: str = Field(examples=["李四"])
    unit_id: str = Field(examples=["公安局"])


class PersonPage(BaseModel):
    """People by unit and id."""

    items: list[PersonOut]
    total: int
    next_after: str | None
    limit: int


class StaffIn(BaseModel):
    """What an import of staff lists did."""

    people: int = Field(examples=[12])
    units: int = Field(examples=[1])
    changed: int = Field(examples=[1], description="Units whose list is new or different.")
