"""S17: a whole month in one circular: every row balances, every format says the same."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from pypdf import PdfReader

from api.reports.circulars import draft, move, submit
from api.reports.gather import gather
from api.reports.issuing import documents_of, issue
from models.domain.check_result import RESULT_NAMES, Result
from models.domain.circular import CircularState
from models.domain.document import Document, Table
from models.domain.inspection import CheckKind
from models.domain.records import FindingQuery
from tests.reported_month import DRAFTER, FIXED, RANDOM, SIGNER, Month, month, workdays

pytestmark = pytest.mark.fonts

UNITS = tuple(f"第{n}单位" for n in range(1, 35))
KINDS = (("off_post", "脱岗"), ("unmanned", "空岗"), ("late", "迟到"))


def filled(town: Month) -> None:
    """21 workdays × 39 halls × (4 fixed + 2 random), and forty confirmed findings."""
    days, windows = workdays(2026, 11), list(town.settings.windows)
    town.check(days)
    for n in range(40):
        kind, label = KINDS[n % 3]
        day, clock = days[n % 21], f"09:{n:02}"
        town.found(
            windows[n * 3 % len(windows)], day, clock, minutes=15 + n, kind=kind, label=label
        )


def table(document: Document, name: str) -> Table:
    return next(one for one in document.tables() if one.name == name)


def test_november_of_39_halls_balances_and_says_the_same_everywhere(tmp_path: Path) -> None:
    with month(tmp_path, halls=(30, 7, 31), units=UNITS) as town:
        filled(town)
        planned = town.batches[CheckKind.DAILY] + town.batches[CheckKind.RANDOM]
        assert len(town.settings.halls) == 39
        assert planned == 39 * (len(FIXED) + len(RANDOM)) * 21 == 4914
        with town.record.make_uow(read_only=True) as uow:
            report = gather(uow, town.settings, "2026-11", town.clock.now()).report
            registered = uow.findings.count(FindingQuery(state="confirmed"))
        assert report.workdays == 21
        assert report.counts.planned == sum(sum(one.values()) for one in town.expected.values())
        assert len(report.problems) == registered == 40
        key = draft(town.desk, "2026-11", DRAFTER).key
        submit(town.desk, key, DRAFTER)
        move(town.desk, key, CircularState.SIGNED, SIGNER)
        done = issue(town.desk, key, SIGNER)
        full = documents_of(town.desk, done)["full"]
        rows_balance(full)
        units_add_up(town, full)
        formats_agree(town, key, full)


def rows_balance(full: Document) -> None:
    head, *rows = table(full, "单位汇总表").texts()
    results = [head.index(RESULT_NAMES[result]) for result in Result]
    for row in rows:
        assert sum(int(row[place]) for place in results) == int(row[head.index("计划")])
    *units, total = rows
    for place in [head.index("计划"), head.index("有效"), *results]:
        assert sum(int(row[place]) for row in units) == int(total[place])


def units_add_up(town: Month, full: Document) -> None:
    """Σ units = centre = city, and the units' own reports are the city's rows."""
    head, *rows = table(full, "单位汇总表").texts()
    problems = table(full, "问题清单").texts()[1:]
    by_unit = Counter(row[3] for row in problems)
    with town.record.make_uow(read_only=True) as uow:
        report = gather(uow, town.settings, "2026-11", town.clock.now()).report
    assert sum(by_unit.values()) == 40
    for row in report.rows:
        assert by_unit[row.unit_id] == row.problems
    assert [row[0] for row in rows[:-1]] == [row.unit_id for row in report.rows]
    assert rows[-1][head.index("在岗率")] == str(report.counts.on_post_rate)


def formats_agree(town: Month, key: str, full: Document) -> None:
    with town.record.make_uow(read_only=True) as uow:
        files = {
            file.name.rsplit(".", 1)[1]: town.desk.store.read(file.path)
            for file in uow.papers.files(key)
            if file.variant == "full"
        }
    read = docx.Document(io.BytesIO(files["docx"]))
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    pages = PdfReader(io.BytesIO(files["pdf"])).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    for one, in_docx in zip(full.tables(), read.tables, strict=True):
        printed = one.texts()
        assert [[cell.text for cell in row.cells] for row in in_docx.rows] == printed
        sheet = book[one.name]
        width = len(one.columns)
        in_xlsx = [[shown(cell) for cell in row[:width]] for row in sheet.iter_rows(min_row=2)]
        assert in_xlsx[: len(printed)] == printed
        for row in printed:
            assert "".join("".join(row).split()) in text


def shown(cell: Any) -> str:
    if cell.value is None:
        return ""
    return f"{cell.value * 100:.1f}%" if cell.number_format == "0.0%" else str(cell.value)
