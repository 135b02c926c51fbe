"""Circulars over the API: who may do what with them, and whose files are whose."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from pypdf import PdfReader

from api.app import create_app
from models.domain.access import Role
from models.domain.audit import DeedQuery, deed_of
from tests.fakes_duty import MINE, OTHERS, two_units
from tests.fakes_web import Web, opened_parts

pytestmark = pytest.mark.fonts
AT = "/api/v1/circulars"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    parts, record = opened_parts(tmp_path, two_units(tmp_path))
    yield Web(create_app(parts, pages=False))
    record.close()


def made(web: Web, period: str = "2026-10") -> str:
    answer = web.as_(Role.REVIEWER, login=f"w{period}").post(AT, json={"period": period})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def issued(web: Web) -> str:
    key, signer = made(web), web.as_(Role.APPROVER)
    assert web.as_(Role.REVIEWER).post(f"{AT}/{key}/submit", json={}).status_code == 200
    assert signer.post(f"{AT}/{key}/sign").status_code == 200
    told = signer.post(f"{AT}/{key}/issue")
    assert told.status_code == 200, told.text
    assert told.json()["number"] == "监通〔2026〕1号"
    return key


def test_a_draft_is_nobodys_outside(web: Web) -> None:
    key = made(web)
    for role in (Role.LIAISON, Role.OPERATOR, Role.SUPERVISOR):
        caller = web.as_(role)
        assert caller.get(f"{AT}/{key}").status_code == 404
        assert caller.get(f"{AT}/{key}/preview.json").status_code == 404
        assert caller.get(AT).json()["items"] == []
        assert caller.post(f"{AT}/{key}/submit", json={}).status_code == 403
    assert web.as_(Role.APPROVER).get(f"{AT}/{key}/preview.json").status_code == 200


def test_who_drafted_never_signs_and_a_writer_cannot(web: Web) -> None:
    key, writer = made(web), web.as_(Role.REVIEWER)
    assert writer.post(f"{AT}/{key}/submit", json={}).status_code == 200
    assert writer.post(f"{AT}/{key}/sign").status_code == 403
    assert web.as_(Role.APPROVER).post(f"{AT}/{key}/issue").status_code == 409


def test_a_unit_reads_its_own_files_and_the_public_ones(web: Web) -> None:
    key = issued(web)
    mine = web.as_(Role.LIAISON)
    files = mine.get(f"{AT}/{key}/files").json()["items"]
    assert {(one["variant"], one["unit"]) for one in files} == {("public", ""), ("unit", MINE)}
    for one in files:
        assert mine.get(one["url"]).status_code == 200
    assert mine.get(f"{AT}/{key}/files/full.pdf").status_code == 404
    others = f"{AT}/{key}/files/unit.pdf"
    assert mine.get(others, params={"unit": OTHERS}).status_code == 404
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(mine.get(others).content)).pages)
    assert MINE in text
    assert OTHERS not in text
    centre = web.as_(Role.OPERATOR).get(f"{AT}/{key}/files").json()["items"]
    assert {one["variant"] for one in centre} == {"full", "public", "unit"}


def test_every_format_and_the_api_say_the_same_cell_by_cell(web: Web) -> None:
    key, reader = issued(web), web.as_(Role.OPERATOR)

    def file(form: str) -> bytes:
        answer = reader.get(f"{AT}/{key}/files/full.{form}")
        assert answer.status_code == 200
        return answer.content

    document: dict[str, Any] = reader.get(f"{AT}/{key}/files/full.json").json()
    blocks = [*document["blocks"], *(b for a in document["annexes"] for b in a["blocks"])]
    tables = [block for block in blocks if block["type"] == "table"]
    assert tables
    read = docx.Document(io.BytesIO(file("docx")))
    book = openpyxl.load_workbook(io.BytesIO(file("xlsx")))
    pages = PdfReader(io.BytesIO(file("pdf"))).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    for table, in_docx in zip(tables, read.tables, strict=True):
        rows = [*table["rows"], *([table["total"]] if table["total"] is not None else [])]
        printed = [[column["name"] for column in table["columns"]]]
        printed += [[cell_text(cell) for cell in row] for row in rows]
        assert [[cell.text for cell in row.cells] for row in in_docx.rows] == printed
        sheet = book[table["name"]]
        assert sheet.max_row >= len(printed) + 1
        assert [cell.value for cell in sheet[2]] == printed[0]
        for row in printed[1:]:
            assert "".join("".join(row).split()) in text


def cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dict) and "decimal" in cell:
        return str(cell["decimal"])
    if isinstance(cell, dict):
        return f"{cell['part'] / cell['whole']:.1%}" if cell["whole"] else "—"
    return str(cell)


def test_a_unit_signs_for_its_report_once_and_for_no_other(web: Web) -> None:
    key, mine = issued(web), web.as_(Role.LIAISON, login="zhang.li")
    assert mine.post(f"{AT}/{key}/receipt", json={"unit": OTHERS}).status_code == 404
    first = mine.post(f"{AT}/{key}/receipt", json={})
    assert first.status_code == 200
    again = mine.post(f"{AT}/{key}/receipt", json={"unit": MINE})
    assert again.json() == first.json()
    items = web.as_(Role.OPERATOR).get(f"{AT}/{key}/receipts").json()["items"]
    told = {one["unit"]: one["by"] for one in items}
    assert told == {MINE: "zhang.li", OTHERS: ""}
    assert web.as_(Role.OPERATOR).post(f"{AT}/{key}/receipt", json={}).status_code == 403


def test_a_liaison_gets_the_own_units_figures_and_nobody_elses(web: Web) -> None:
    mine = web.as_(Role.LIAISON)
    told = mine.get("/api/v1/reports/2026-10").json()
    assert told["unit"] == MINE
    assert OTHERS not in str(told["document"])
    assert mine.get("/api/v1/reports/2026-10", params={"unit": OTHERS}).status_code == 404
    assert mine.get("/api/v1/reports/2026-13").status_code == 422
    whole = web.as_(Role.OPERATOR).get("/api/v1/reports/2026-10").json()
    assert OTHERS in str(whole["document"])


def test_reading_a_file_is_entered_and_verifying_finds_it_unchanged(web: Web) -> None:
    key = issued(web)
    web.as_(Role.SUPERVISOR, login="ji.wei").get(f"{AT}/{key}/files/full.pdf")
    with web.parts.make_uow(read_only=True) as uow:
        deeds = [deed_of(entry) for entry in uow.register.deeds(DeedQuery(who="ji.wei"), limit=9)]
    assert any("circulars" in deed.target or "circulars" in str(deed.said) for deed in deeds)
    checked = web.as_(Role.SUPERVISOR).get(f"{AT}/verify", params={"number": "监通〔2026〕1号"})
    assert checked.json()["ok"] is True
    assert checked.json()["files"] > 10
