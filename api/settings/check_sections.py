"""The section `checks` of the settings: when halls are looked at, and how random moments are
drawn."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.settings.fields import (
    IDENTIFIER,
    Identifier,
    WeekdayNumber,
    refusal,
    unique_weekdays,
)
from api.settings.sections import Section
from models.domain.errors import InputError

_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")


def _time_text(value: str) -> str:
    match = _TIME.fullmatch(value.strip())
    hour, minute = [int(part) for part in match.groups()] if match else [24, 0]
    try:
        return f"{time(hour, minute):%H:%M}"
    except ValueError:
        raise refusal(
            f"时刻“{value}”无法识别,应类似 09:15。",
            f"time {value!r} is not understood; write it like 09:15.",
        ) from None


def _season_day(value: str) -> str:
    match = _DAY.fullmatch(value.strip())
    month, day = [int(part) for part in match.groups()] if match else [0, 0]
    try:
        return f"{date(2024, month, day):%m-%d}"
    except ValueError:
        raise refusal(
            f"日期“{value}”无法识别,应类似 05-01(月-日)。",
            f"day {value!r} is not understood; write it like 05-01 (month-day).",
        ) from None


def time_of(text: str, where: str) -> time:
    """A time of day as a person types it.

    Raises:
        InputError: it is none.
    """
    try:
        return time.fromisoformat(_time_text(text))
    except PydanticCustomError as error:
        raise _refused(error, where) from None


def identifier_of(text: str, where: str) -> str:
    """An id as the settings take it.

    Raises:
        InputError: it has other characters, or is too long.
    """
    if IDENTIFIER.fullmatch(text):
        return text
    raise InputError(
        f"标识“{text}”无效:只能用字母、数字、- 和 _,最长 64 个字符。",
        f"id {text!r} is invalid: letters, digits, - and _ only, at most 64 characters.",
        where=where,
    )


def _refused(error: PydanticCustomError, where: str) -> InputError:
    said = error.context or {}
    return InputError(str(said.get("zh", error)), str(said.get("en", error)), where=where)


TimeText = Annotated[str, StringConstraints(max_length=20), AfterValidator(_time_text)]
SeasonDay = Annotated[str, StringConstraints(max_length=20), AfterValidator(_season_day)]


class SeasonSettings(Section):
    """Part of every year, both ends included; it may run over New Year."""

    first: SeasonDay
    last: SeasonDay


class FixedTimesSettings(Section):
    """Times of fixed checks (定时检查) from a day on; weekdays 1 (Monday) to 7."""

    times: tuple[TimeText, ...] = Field(min_length=1, max_length=24)
    valid_from: date = date(2000, 1, 1)
    weekdays: Annotated[tuple[WeekdayNumber, ...], AfterValidator(unique_weekdays)] = (
        *range(1, 8),
    )
    season: SeasonSettings | None = None


class HallChecksSettings(Section):
    """What differs in one hall."""

    fixed: tuple[FixedTimesSettings, ...] = ()
    per_day: int | None = Field(None, ge=0, le=24)
    random: int | None = Field(None, ge=0, le=8)


class ChecksSettings(Section):
    """Spot checks (抽查): fixed times, random draws, when plans are committed and caught up."""

    fixed: tuple[FixedTimesSettings, ...] = Field(
        (), description="Named times; left out: per_day of them, spread evenly."
    )
    per_day: int = Field(4, ge=0, le=24, description="Fixed checks where no times are named.")
    random: int = Field(2, ge=0, le=8, description="Random checks per hall and day on average.")
    key_post_extra: int = Field(
        1, ge=0, le=4, description="So many more where there is a key post."
    )
    vary: bool = Field(True, description="False: exactly that many random checks.")
    most: int = Field(8, ge=1, le=12, description="Never more random checks per hall and day.")
    gap_min: int = Field(30, ge=1, le=240, description="Random checks of a hall are so far apart.")
    grace_min: float = Field(10, gt=0, le=240, description="A check later than this is not made.")
    commit_ahead_min: float = Field(
        120, ge=15, le=1440, description="The commitment is published so long before opening."
    )
    nonce_before_min: float = Field(
        5, ge=0, le=240, description="So long before opening the system draws a missing nonce."
    )
    look_back_days: int = Field(7, ge=0, le=60, description="Days caught up with after a stop.")
    halls: dict[Identifier, HallChecksSettings] = Field(default_factory=dict)
