from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from pypdf import PdfReader

from models.domain.circular import DocumentNumber
from models.domain.document import (
    Annex,
    Bars,
    Column,
    Document,
    Heading,
    Para,
    Picture,
    Table,
)
from models.domain.errors import InputError
from models.domain.ratio import Ratio
from scheduler.circulars.charts import bars_png
from scheduler.circulars.docx import to_docx
from scheduler.circulars.pdf import to_pdf
from scheduler.circulars.xlsx import to_xlsx

pytestmark = pytest.mark.fonts

RARE = "喆堃龑犇翀璟珺"
HEADS = (
    *("计划", "有效", "在岗", "顶岗", "离岗", "脱岗", "缺岗", "空岗", "迟到", "早退"),
    *("豁免", "无排班", "无法核查", "未执行", "不规范"),
)
COLUMNS = (
    Column("单位", 8),
    *(Column(name, 2.6, number=True) for name in HEADS),
    Column("在岗率", 3, number=True),
    Column("扣分", 2.6, number=True),
)
ROWS = tuple(
    (f"=第{n}单位{RARE}", *range(n, n + 15), Ratio(n, 40), Decimal("1.5")) for n in range(40)
)
SUMMARY = Table(
    "单位汇总表",
    COLUMNS,
    ROWS,
    total=("合计", *range(15), Ratio(0, 0), None),
    notes=("在岗率=(在岗+顶岗+离岗)/有效核查",),
)
PROBLEMS = Table(
    "问题清单", (Column("日期"), Column("情形", 9)), (("2026-11-23", "脱岗,至少20分钟"),)
)
TEN = "一二三四五六七八九十"
DOCUMENT = Document(
    "汨罗市政务服务监督中心",
    "关于2026年11月电子视频监察情况的通报",
    (
        Heading(1, "一、总体情况"),
        Para("本月共有工作日21天。"),
        Heading(2, "(一)缺岗脱岗"),
        Bars("各单位在岗率", (("甲", Decimal("95.8")), ("乙", None))),
        PROBLEMS,
        *(Para(TEN * 8) for _ in range(24)),
    ),
    number=DocumentNumber("汨监通", 2026, 3),
    to="各乡镇人民政府",
    annexes=(Annex("单位汇总表", (SUMMARY,), wide=True), Annex("更正情况", (Para("无。"),))),
    dated=date(2026, 12, 3),
    copies="市纪委监委",
    printed_by="监督中心办公室",
    note="联系人见附件",
)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def pdf() -> PdfReader:
    return PdfReader(io.BytesIO(to_pdf(DOCUMENT)))


def test_the_pdf_says_all_that_the_document_says_and_embeds_its_fonts(pdf: PdfReader) -> None:
    text = squeezed("".join(page.extract_text() for page in pdf.pages))
    for said in (
        "汨罗市政务服务监督中心",
        "汨监通〔2026〕3号",
        squeezed(DOCUMENT.title),
        "各乡镇人民政府",
        "2026年12月3日",
        "联系人见附件",
        "抄送：市纪委监委",
        "2026年12月3日印发",
        RARE,
    ):
        assert squeezed(said) in text
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile3" in descendant["/FontDescriptor"].get_object()


def test_every_cell_of_a_table_stands_in_the_pdf_in_its_order(pdf: PdfReader) -> None:
    text = squeezed("".join(page.extract_text() for page in pdf.pages))
    assert squeezed("".join(cell for row in PROBLEMS.texts() for cell in row)) in text
    for row in SUMMARY.texts():
        assert squeezed("".join(row)) in text


def test_a_table_that_breaks_over_pages_repeats_its_head(pdf: PdfReader) -> None:
    head = squeezed("".join(SUMMARY.texts()[0]))
    across = [page for page in pdf.pages if page.mediabox.width > page.mediabox.height]
    assert len(across) > 1
    assert all(head in squeezed(page.extract_text()) for page in across)


def test_a_full_page_has_22_lines_of_28_characters_on_a4(pdf: PdfReader) -> None:
    full: list[str] = []
    for page in pdf.pages:
        lines = [line.strip() for line in page.extract_text().splitlines() if line.strip()]
        full = max(full, [line for line in lines if set(line) <= set(TEN)], key=len)
    assert len(full) == 22
    assert max(len(line) for line in full) == 28
    assert float(pdf.pages[0].mediabox.width) == pytest.approx(210 / 25.4 * 72, abs=0.5)
    assert float(pdf.pages[0].mediabox.height) == pytest.approx(297 / 25.4 * 72, abs=0.5)


def places(pdf: PdfReader, number: int) -> list[tuple[str, float, float]]:
    """Text of a page with its place from the left and the bottom, in points."""
    found: list[tuple[str, float, float]] = []

    def see(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((text.strip(), x, y))

    pdf.pages[number].extract_text(visitor_text=see)
    return found


def test_page_numbers_stand_outside_and_below_the_type_area(pdf: PdfReader) -> None:
    middle, bottom = 210 / 25.4 * 72 / 2, 35 / 25.4 * 72
    for number, outside in ((0, True), (1, False)):
        folio = [(x, y) for text, x, y in places(pdf, number) if text.startswith("— ")]
        assert folio
        assert all((x > middle) is outside for x, _ in folio)
        assert all(y < bottom for _, y in folio)


def test_the_docx_has_official_fonts_real_headings_and_the_type_grid() -> None:
    made = docx.Document(io.BytesIO(to_docx(DOCUMENT)))
    section = made.sections[0]
    margins = section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
    for margin, wanted in zip(margins, (37, 35, 28, 26), strict=True):
        assert margin == pytest.approx(Mm(wanted), abs=1000)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:linePitch")) == "579"
    headings = [one for one in made.paragraphs if one.style and one.style.name == "Heading 1"]
    assert headings[0].text == "一、总体情况"
    parts = (made.element, made.styles.element)
    fonts = {node.get(qn("w:eastAsia")) for part in parts for node in part.iter(qn("w:rFonts"))}
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"} <= fonts
    text = "\n".join(one.text for one in made.paragraphs)
    for said in (
        "汨监通〔2026〕3号",
        "各乡镇人民政府：",
        "2026年12月3日",
        "附件1",
        "抄送：市纪委监委",
    ):
        assert said in text


def test_tables_read_back_from_docx_cell_by_cell_and_repeat_their_head() -> None:
    made = docx.Document(io.BytesIO(to_docx(DOCUMENT)))
    read = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    assert read == [table.texts() for table in DOCUMENT.tables()]
    for table in made.tables:
        assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None


def test_tables_read_back_from_xlsx_cell_by_cell_and_text_is_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(DOCUMENT)))
    assert book.sheetnames == ["问题清单", "单位汇总表"]
    sheet = book["单位汇总表"]
    read = [
        [printed(sheet.cell(line, place)) for place in range(1, len(COLUMNS) + 1)]
        for line in range(2, 2 + len(SUMMARY.texts()))
    ]
    assert read == SUMMARY.texts()
    assert sheet["A3"].data_type == "s"
    assert sheet["A44"].value == "在岗率=(在岗+顶岗+离岗)/有效核查"


def printed(cell: object) -> str:
    value, style = cell.value, cell.number_format  # type: ignore[attr-defined]
    if value is None:
        return ""
    return f"{Decimal(str(value)) * 100:.1f}%" if style == "0.0%" else str(value)


def test_a_chart_is_a_picture_in_docx() -> None:
    chart = Bars("在岗率", (("甲", Decimal(95)), ("乙", None)))
    assert bars_png(chart).startswith(b"\x89PNG")


def test_a_picture_stands_in_docx_and_pdf_with_its_caption() -> None:
    jpeg = _grey_jpeg()
    document = Document("中心", "附图", (Picture(jpeg, "证据 #17"),), mark="草稿")
    made = docx.Document(io.BytesIO(to_docx(document)))
    assert len(made.inline_shapes) == 1
    page = PdfReader(io.BytesIO(to_pdf(document))).pages[0]
    assert len(page.images) == 1
    assert "证据#17" in squeezed(page.extract_text())
    assert "草稿" in squeezed(page.extract_text())


def _grey_jpeg() -> bytes:
    import cv2
    import numpy as np

    done, data = cv2.imencode(".jpg", np.full((48, 64, 3), 128, np.uint8))
    assert done
    return bytes(data)


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="2 columns"):
        Table("x", (Column("a"), Column("b")), ((1,),))
