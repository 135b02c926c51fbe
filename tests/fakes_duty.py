"""A town of two units for the duty API's tests, with files as people send them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from tests.fakes_web import town

MINE, OTHERS = "户籍", "税务"
ROSTER_HEADS = "日期,时间段,窗口,单位,姓名,岗位"
LEAVE_HEADS = "姓名,单位,类别,开始,结束,登记时间,审批时间"


def two_units(folder: Path, **halls: int) -> dict[str, Any]:
    """Hall h00 with w01-1 and w01-2 of 户籍 and w02-1 of 税务; every other window of 税务.

    `halls` is how many there are of each kind, as of `town`.
    """
    values = town(folder, **halls)
    for name, window in values["windows"].items():
        window["unit"] = MINE if name.startswith("w01") else OTHERS
    return values


def sheet(heads: str, *rows: str, name: str = "排班.csv") -> dict[str, Any]:
    """A CSV as `files=` of a call."""
    data = "\n".join((heads, *rows)).encode()
    return {"file": (name, data, "text/csv")}


NOVEMBER = (
    "2026-11-24,08:30-12:00,w01-1,户籍,李四,A",
    "2026-11-24,08:30-12:00,w01-2,户籍,王五,A",
    "2026-11-24,08:30-12:00,w02-1,税务,赵敏,A",
    "2026-11-25,08:30-12:00,w02-1,税务,赵敏,A",
)


def workbook(*rows: tuple[Any, ...]) -> bytes:
    """A good .xlsx."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(data: bytes, parts: dict[str, bytes]) -> bytes:
    """An .xlsx with parts put in, or in the place of those of their names."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            if item.filename not in parts:
                new.writestr(item, old.read(item))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()
