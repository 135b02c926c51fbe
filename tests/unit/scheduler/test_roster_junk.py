"""Whatever a file holds, it is read or refused with its problems; nothing else ever happens."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.rosters.exporting import TEMPLATES
from scheduler.rosters.importing import Imported, import_rosters
from scheduler.rosters.problems import RosterProblems
from tests.roster_city import CITY

FOLDER = Path(__file__).parents[2] / "data" / "rosters"
FREE = replace(CITY, staff=None)
WORDS = st.sampled_from(
    [
        "",
        "〃",
        "—",
        "12号",
        "3",
        "张三",
        "李四→张三",
        "A:张三 B:",
        "(代)",
        "公安局",
        "班",
        "早",
        "休",
        "2026-11-23",
        "11.31",
        "23日(周二)",
        "11.23-11.27",
        "第9周",
        "8:30-12",
        "24:00-24:00",
        "上午",
        "A",
        "岗",
        "病假",
        "13800000001",
        "2026-11-23 25:00",
        "下午",
        "注:",
        "=A1",
    ]
)
VALUES = st.one_of(
    WORDS,
    st.text(max_size=8).filter(lambda text: text.isprintable()),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.integers(-5, 99999),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.times(time(0), time(23, 59)),
    st.booleans(),
    st.none(),
)
ROWS = st.lists(st.lists(VALUES, max_size=12), max_size=6)


def either(name: str, data: bytes) -> None:
    for context in (CITY, FREE):
        try:
            found: object = import_rosters([(name, data)], context)
        except RosterProblems as refused:
            assert any(one.blocking for one in refused.problems)
            assert all(one.zh and one.en and one.where for one in refused.problems)
        else:
            assert isinstance(found, Imported)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(TEMPLATES)), ROWS)
def test_any_rows_under_the_heads_of_a_layout(letter: str, rows: list[list[Any]]) -> None:
    title, heads = TEMPLATES[letter]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([f"2026年11月{title}"])
    sheet.append([*heads, *(range(1, 11) if letter == "B" else ())])
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    either("x.xlsx", out.getvalue())


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    either("x.csv", data)


@pytest.mark.parametrize("name", ["b_bad.xls", "a_good.xlsx", "a_bad.csv"])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_file_cut_or_damaged_anywhere(name: str, data: st.DataObject) -> None:
    whole = (FOLDER / name).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    damaged = whole[:place] if cut else whole[:place] + b"\xff\x00\xfe" + whole[place + 3 :]
    either(name, damaged)
