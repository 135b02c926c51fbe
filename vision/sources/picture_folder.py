"""A folder of JPEGs with `times.csv` (`file,time`): pictures that were saved one by one."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path

from models.domain.errors import InputError, SourceError
from vision.frame import Image
from vision.sources.pictures import decode_jpeg

TIMES_FILE = "times.csv"


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    file: Path
    seconds: float
    text: str


class PictureFolder:
    """A folder of JPEGs and their times.

    Args:
        path: The folder. `times.csv` in it has the columns `file` and `time`; `time` is
            seconds from the start, or ISO 8601; all rows the same kind, never going back.
        zone: What an ISO time without an offset means.

    Raises:
        InputError: no times file, a bad row, a missing picture.
        SourceError: the first picture cannot be decoded.
    """

    def __init__(self, path: Path, zone: tzinfo) -> None:
        self._path = path
        self._where = f"{path.name}/{TIMES_FILE}"
        self.absolute = False
        self.origin: datetime | None = None
        self._zone = zone
        self._rows = self._read()
        first = self._picture(self._rows[0])
        self.size = (int(first.shape[1]), int(first.shape[0]))
        self.duration = self._rows[-1].seconds - min(0.0, self._rows[0].seconds)

    def pictures(self) -> Iterator[tuple[float, partial[Image]]]:
        """Seconds as the file gives them (from the first picture where times are ISO).

        Raises:
            SourceError: a picture cannot be decoded; its name is in the error.
        """
        for row in self._rows:
            yield row.seconds, partial(self._picture, row)

    def time_text(self, seconds: float) -> str | None:
        """The time as `times.csv` spells it, for times that are ISO."""
        if not self.absolute:
            return None
        return next((row.text for row in self._rows if abs(row.seconds - seconds) < 1e-6), None)

    def _picture(self, row: _Row) -> Image:
        where = f"{self._path.name}/{row.file.name}"
        try:
            data = row.file.read_bytes()
        except OSError as error:
            raise SourceError(
                "图片无法读取。", f"cannot be read: {error.strerror}", where=where
            ) from None
        return decode_jpeg(data, where)

    def _read(self) -> list[_Row]:
        lines = list(self._lines())
        if not lines:
            raise InputError("时间表里没有一行图片。", "no picture is listed.", where=self._where)
        rows: list[_Row] = []
        for line, name, time in lines:
            seconds, text = self._time(line, time, first=not rows)
            if rows and seconds < rows[-1].seconds:
                raise self._bad(line, f"时间“{time}”早于上一行。", f"time {time!r} goes back.")
            rows.append(_Row(line, self._file(line, name), seconds, text))
        return rows

    def _lines(self) -> Iterator[tuple[int, str, str]]:
        file = self._path / TIMES_FILE
        if not file.is_file():
            raise InputError(
                f"文件夹里没有 {TIMES_FILE}(两列:file,time)。",
                f"the folder has no {TIMES_FILE} (two columns: file,time).",
                where=self._path.name,
            )
        reader = csv.DictReader(io.StringIO(_text(file.read_bytes(), self._where)))
        names = {str(name).strip().lower(): name for name in reader.fieldnames or []}
        if "file" not in names or "time" not in names:
            raise self._bad(
                1, "第一行须为表头 file,time。", "the first line must be the heading file,time."
            )
        for row in reader:
            name = (row[names["file"]] or "").strip()
            time = (row[names["time"]] or "").strip()
            if name or time:
                yield reader.line_num, name, time

    def _file(self, line: int, name: str) -> Path:
        file = (self._path / name).resolve()
        if not name or not file.is_relative_to(self._path.resolve()):
            raise self._bad(
                line, f"文件名“{name}”无效。", f"{name!r} is not a file name in this folder."
            )
        if not file.is_file():
            raise self._bad(line, f"图片“{name}”不存在。", f"picture {name!r} is missing.")
        return file

    def _time(self, line: int, text: str, *, first: bool) -> tuple[float, str]:
        seconds = _number(text)
        moment = None if seconds is not None else self._moment(line, text)
        if first:
            self.absolute, self.origin = moment is not None, moment
        if (moment is not None) != self.absolute:
            raise self._bad(
                line, "秒数与日期时间不可混用。", "seconds and dates must not be mixed."
            )
        if moment is not None and self.origin is not None:
            spelled = text if _has_offset(text) else moment.astimezone(self._zone).isoformat()
            return (moment - self.origin).total_seconds(), spelled
        return seconds or 0.0, text

    def _moment(self, line: int, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self._bad(
                line,
                f"时间“{text}”既不是秒数,也不是 ISO 时间(如 2026-11-23T09:00:00+08:00)。",
                f"time {text!r} is neither seconds nor ISO (such as 2026-11-23T09:00:00+08:00).",
            ) from None
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone)
        return aware.astimezone(UTC)

    def _bad(self, line: int, zh: str, en: str) -> InputError:
        return InputError(zh, en, where=f"{self._where}:{line}")


def _has_offset(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _text(data: bytes, where: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("文件不是文本。", "the file is not text.", where=where)
