"""Kinds of values in the settings, each with an error in Chinese and English."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from models.domain.errors import AddressError, GeometryError
from models.domain.geometry import Polygon
from vision.sources.address import parse_address

IDENTIFIER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")
"""Ids appear in addresses, file names and metrics, so they are plain."""

SESSION = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})")


def refusal(zh: str, en: str) -> PydanticCustomError:
    """A field's error in both languages, for `api.settings.errors` to place."""
    return PydanticCustomError("onpost", "{en}", {"zh": zh, "en": en})


def _identifier(value: str) -> str:
    if not IDENTIFIER.fullmatch(value):
        raise refusal(
            f"标识“{value}”无效:只能用字母、数字、- 和 _,以字母或数字开头和结尾,最长 64 个字符。",
            f"id {value!r} is invalid: letters, digits, - and _ only, beginning and ending with "
            "a letter or digit, at most 64 characters.",
        )
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refusal(
            f"未知的时区“{value}”;请用 IANA 名称,例如 Asia/Shanghai。",
            f"unknown time zone {value!r}; use an IANA name such as Asia/Shanghai.",
        ) from None
    return value


def session_times(value: str) -> tuple[time, time]:
    """`08:30-12:00` as begin and end.

    Raises:
        PydanticCustomError: not two times, or the end is not later than the begin.
    """
    match = SESSION.fullmatch(value.strip())
    numbers = [int(part) for part in match.groups()] if match else [24, 0, 24, 0]
    try:
        begin, end = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    except ValueError:
        raise refusal(
            f"时间段“{value}”无法识别,应类似 08:30-12:00。",
            f"session {value!r} is not understood; write it like 08:30-12:00.",
        ) from None
    if end <= begin:
        raise refusal(
            f"时间段“{value}”的结束时间须晚于开始时间。",
            f"session {value!r} must end later than it begins.",
        )
    return begin, end


def _session(value: str) -> str:
    begin, end = session_times(value)
    return f"{begin:%H:%M}-{end:%H:%M}"


def _polygon(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    corners = tuple((float(x), float(y)) for x, y in points)
    try:
        Polygon(corners)
    except GeometryError as error:
        raise refusal(error.zh, error.en) from None
    return corners


def unique_weekdays(days: tuple[int, ...]) -> tuple[int, ...]:
    """Weekdays in order, each once."""
    return tuple(sorted(set(days)))


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise refusal(
            f"“{value}”不是网段,应类似 10.1.0.0/16。",
            f"{value!r} is no network; write it like 10.1.0.0/16.",
        ) from None


def _address(value: SecretStr) -> SecretStr:
    try:
        parse_address(value.get_secret_value())
    except AddressError as error:
        raise refusal(error.zh, error.en) from None
    return value


Identifier = Annotated[str, AfterValidator(_identifier)]
TimeZoneName = Annotated[str, AfterValidator(_time_zone)]
SessionText = Annotated[str, StringConstraints(max_length=40), AfterValidator(_session)]
NetworkText = Annotated[str, AfterValidator(_network)]
CameraSource = Annotated[SecretStr, AfterValidator(_address)]
PolygonPoints = Annotated[tuple[tuple[float, float], ...], AfterValidator(_polygon)]
WeekdayNumber = Annotated[int, Field(ge=1, le=7)]
