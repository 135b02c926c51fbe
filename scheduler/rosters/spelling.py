"""How people write dates, times, windows and names in rosters.

Source: domain.md §4.2–4.3. Each reader takes what was typed and raises ValueError where it
means nothing; the callers say where it stood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches

from models.domain.hall import Window
from models.domain.hours import Sitting, parse_time
from scheduler.rosters.traditional import simplified

DITTO = frozenset({"〃", "同上", "″", "''", '"', "々"})
NOBODY = frozenset({"", "-", "--", "—", "——", "–", "/", "轮休", "休", "无", "待定", "空"})
_DIGITS = "零一二三四五六七八九"
_EXCEL_1900 = date(1899, 12, 30)
_EXCEL_1904 = date(1904, 1, 1)


def fold(text: str) -> str:
    """Full-width forms and traditional characters to plain ones, outer and doubled spaces and
    invisible marks away."""
    plain = unicodedata.normalize("NFKC", text)
    plain = simplified(re.sub(r"[\u200b-\u200f\ufeff\u2060]", "", plain))
    return re.sub(r"\s+", " ", plain).strip()


def fold_name(text: str) -> str:
    """A Chinese name without the spaces that typists put in it: `张 三` is `张三`."""
    plain = fold(text)
    if re.search(r"[A-Za-z]", plain):
        return plain
    return plain.replace(" ", "").replace("·", "·")


def serial_date(number: float, *, epoch_1904: bool = False) -> date:
    """An Excel serial number as a date; 60, the 29 February 1900 that never was, is refused.

    Raises:
        ValueError: Not a day between 1990 and 2099.
    """
    if not 0 < number < 100_000 or number != int(number):
        raise ValueError(str(number))
    start = _EXCEL_1904 if epoch_1904 else _EXCEL_1900
    day = start + timedelta(days=int(number))
    if not 1990 <= day.year <= 2099:
        raise ValueError(str(number))
    return day


def read_date(text: str, *, year: int | None = None, month: int | None = None) -> date:
    """Read 2026-11-23, 2026/11/23, 2026.11.23, 20261123, 2026年11月23日, 46349 (Excel), and with
    a known year 11-23, 11.23, 11/23, 11月23日, and with a known month 23日; a weekday in
    brackets behind is left out.

    Raises:
        ValueError: It is no date, or the year or month is nowhere to be found, or it is no day
            between 1990 and 2099.
    """
    day = _any_date(text, year, month)
    if not 1990 <= day.year <= 2099:
        raise ValueError(text)
    return day


def _any_date(text: str, year: int | None, month: int | None) -> date:
    plain = re.sub(r"[((].*?[))]|(星期|周|礼拜)[一二三四五六日天]", "", fold(text)).strip()
    plain = re.sub(r"[T ]0{1,2}:00(:00(\.0+)?)?$", "", plain)
    full = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", plain)
    if full:
        return date(*(int(part) for part in full.groups()))
    if re.fullmatch(r"(19|20)\d{6}", plain):
        return datetime.strptime(plain, "%Y%m%d").date()  # noqa: DTZ007  a date has no zone
    short = re.fullmatch(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?", plain)
    if short and year is not None:
        return date(year, int(short.group(1)), int(short.group(2)))
    if re.fullmatch(r"\d{5}(\.0)?", plain):
        return serial_date(float(plain))
    alone = re.fullmatch(r"(\d{1,2})\s*[日号]?", plain)
    if alone and year is not None and month is not None:
        return date(year, month, int(alone.group(1)))
    raise ValueError(text)


def weekday_in(text: str) -> int | None:
    """The weekday written in a text (0 = Monday): `星期一`, `23日(周一)`, or `一` alone."""
    plain = fold(text)
    found = re.search(r"(?:星期|周|礼拜)([一二三四五六日天])", plain)
    letter = found.group(1) if found else plain
    return "一二三四五六日".find(letter.replace("天", "日")) if _weekday(letter) else None


def _weekday(letter: str) -> bool:
    return len(letter) == 1 and letter in "一二三四五六日天"


def read_clock(text: str) -> time:
    """Read 8:30, 08:30, 08:30:00, 8点, 8点30分, 8时, 8, 24:00.

    Raises:
        ValueError: It is no time of day.
    """
    plain = fold(text).replace(" ", "")
    plain = re.sub(r"[点时](?=\d)", ":", plain)
    plain = re.sub(r"[点时]半$", ":30", plain)
    plain = re.sub(r"[点时]整?$", "", plain).removesuffix("分")
    plain = re.sub(r"^(上午|早上?|中午)", "", plain)
    if re.fullmatch(r"\d{1,2}", plain):
        plain += ":00"
    if re.fullmatch(r"\d{3,4}", plain):
        plain = f"{plain[:-2]}:{plain[-2:]}"
    return parse_time(plain)


def read_sitting(text: str) -> Sitting:
    """Read `08:30-12:00` in its many spellings: `8:30—12`, `8:30~12:00`, `8点半至12点`.

    Raises:
        ValueError: It is no stretch of time, or it does not end after it starts.
    """
    plain = fold(text).replace(" ", "")
    parts = re.split(r"[-–—―−~〜～至到]+", plain)
    if len(parts) != 2:
        raise ValueError(text)
    opens, closes = read_clock(parts[0]), read_clock(parts[1])
    if closes != time(0) and closes <= opens:
        raise ValueError(text)
    return Sitting(opens, closes)


def sittings_meant(text: str, own: Sequence[Sitting]) -> Sequence[Sitting]:
    """The stretches of wall time that `text` speaks of.

    Args:
        text: `08:30-12:00`, several of these, 上午, 下午, 全天, or nothing for the whole day.
        own: The hall's own stretches of that day.

    Raises:
        ValueError: It is none of these.
    """
    plain = fold(text).replace(" ", "")
    if plain in {"", "全天", "白班", "全日", "班"}:
        return own
    if plain in {"上午", "早班", "早", "上"}:
        return own[:1]
    if plain in {"下午", "中班", "晚班", "下"}:
        return own[1:]
    parts = [part for part in re.split(r"[;,、/]", plain) if part]
    return [read_sitting(re.sub(r"^(上午|下午)(?=\d)", "", part)) for part in parts]


def window_key(text: str) -> str:
    """The same for `3`, `03`, `3号`, `三号窗口`, `A03窗`, `窗口3`: letters kept, noughts away."""
    plain = fold(text).upper().replace(" ", "")
    plain = re.sub(r"第|号窗口?|窗口|号|#|窗$", "", plain)
    plain = _chinese_number(plain)
    return re.sub(r"(?<![0-9])0+(?=\d)", "", plain)


def _chinese_number(text: str) -> str:
    """`三` as 3, `十二` as 12, `二十` as 20; other text as it is."""
    found = re.fullmatch(rf"([{_DIGITS}]?)十([{_DIGITS}]?)|([{_DIGITS}])", text)
    if not found:
        return text
    tens, ones, alone = found.groups()
    if alone:
        return str(_DIGITS.index(alone))
    number = 10 * (_DIGITS.index(tens) if tens else 1) + (_DIGITS.index(ones) if ones else 0)
    return str(number)


class WindowFinder:
    """Finds a window by its id, its name or a usual spelling of either."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._exact: dict[str, list[Window]] = {}
        self._loose: dict[str, list[Window]] = {}
        for window in windows:
            for name in dict.fromkeys((window.id, window.name)):
                _put(self._exact, fold(name), window)
                _put(self._loose, window_key(name), window)
        self.names = sorted({name for name in self._exact if name})

    def find(self, text: str) -> list[Window]:
        """The windows that `text` may mean: exactly written ones before loosely written ones."""
        return self._exact.get(fold(text)) or self._loose.get(window_key(text), [])

    def near(self, text: str) -> list[str]:
        """Names that look like `text`, for the error message."""
        return get_close_matches(fold(text), self.names, n=3, cutoff=0.3)


def _put(table: dict[str, list[Window]], key: str, window: Window) -> None:
    found = table.setdefault(key, [])
    if window not in found:
        found.append(window)
