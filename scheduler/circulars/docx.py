"""A document as DOCX: the official fonts by name, real headings and tables, the red head.

The office's machine has the fonts; none is embedded. Where it lacks one, its word processor puts
another in its place.
"""

from __future__ import annotations

import io
from typing import Any, Final

import docx
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from models.domain.document import (
    Annex,
    Bars,
    Block,
    Document,
    Gallery,
    Heading,
    Para,
    Table,
    day_text,
)
from scheduler.circulars import paper
from scheduler.circulars.charts import bars_png
from scheduler.circulars.docx_parts import (
    font,
    off_grid,
    page,
    page_numbers,
    rule,
    spaced,
    style_font,
    tight,
    type_grid,
)
from scheduler.circulars.docx_tables import add_gallery, add_table, table_styles

_HEADING_FONTS: Final = {1: paper.HEITI, 2: paper.KAITI, 3: paper.FANGSONG}
_CENTRE: Final = WD_ALIGN_PARAGRAPH.CENTER
_RIGHT: Final = WD_ALIGN_PARAGRAPH.RIGHT


def to_docx(document: Document) -> bytes:
    """The document as the bytes of a .docx file."""
    made = docx.Document()
    _styles(made)
    _core(made, document)
    section = made.sections[0]
    page(section, wide=False)
    type_grid(section)
    page_numbers(made, section)
    _head(made, document)
    _title(made, document.title)
    if document.to:
        tight(_line(made, f"{document.to}："))
    _blocks(made, document.blocks, wide=False)
    _annex_list(made, document)
    _ending(made, document)
    for number, annex in enumerate(document.annexes, 1):
        _annex(made, annex, number, alone=len(document.annexes) == 1)
    _imprint(made, document)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _styles(made: DocxDocument) -> None:
    normal = made.styles["Normal"]
    style_font(normal, paper.FANGSONG, paper.BODY_PT)
    spaced(normal, paper.TRACKING_PT)
    for level, family in _HEADING_FONTS.items():
        style_font(made.styles[f"Heading {level}"], family, paper.BODY_PT)
    style_font(made.styles["Title"], paper.SONG_TITLE, paper.TITLE_PT)
    table_styles(made)


def _core(made: DocxDocument, document: Document) -> None:
    core = made.core_properties
    core.title, core.author, core.language = document.title, document.issuer, "zh-CN"
    core.comments = document.mark


def _line(made: DocxDocument, text: str, family: str = paper.FANGSONG, **more: Any) -> Any:
    paragraph = made.add_paragraph()
    font(paragraph.add_run(text), family, more.pop("size", paper.BODY_PT), **more)
    return paragraph


def _head(made: DocxDocument, document: Document) -> None:
    """发文机关标志, 35 mm below the top of the type area; number; red rule 4 mm below."""
    head = _line(made, document.issuer, paper.SONG_TITLE, size=_fitting(document.issuer), red=True)
    head.alignment = _CENTRE
    off_grid(head._p)
    head.paragraph_format.space_before = Mm(35 - 12)
    head.paragraph_format.space_after = Pt(2 * paper.LINE_PT)
    number = "" if document.number is None else str(document.number)
    numbered = _line(made, number or document.mark)
    numbered.alignment = _CENTRE
    tight(numbered)
    ruled = tight(made.add_paragraph(), 12)
    rule(ruled, "bottom", 0.7, paper.RED)


def _fitting(issuer: str) -> float:
    """The size in which an issuer fills the width without breaking."""
    width_pt = paper.TEXT_WIDTH_MM / 25.4 * 72
    return max(paper.TITLE_PT, min(48.0, width_pt / max(1, len(issuer))))


def _title(made: DocxDocument, title: str) -> None:
    tight(made.add_paragraph())
    tight(made.add_paragraph())
    paragraph = made.add_paragraph(style="Title")
    paragraph.alignment = _CENTRE
    for border in paragraph.style.element.iter(qn("w:pBdr")):  # type: ignore[union-attr]
        border.getparent().remove(border)
        break
    font(paragraph.add_run(title), paper.SONG_TITLE, paper.TITLE_PT)
    tight(paragraph, 36)
    off_grid(paragraph._p)
    tight(made.add_paragraph())


def _blocks(made: DocxDocument, blocks: tuple[Block, ...], *, wide: bool) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            _heading(made, block)
        elif isinstance(block, Para):
            _text(made, block.text)
        elif isinstance(block, Table):
            add_table(made, block, wide=wide)
        elif isinstance(block, Bars):
            _picture(made, bars_png(block), block.name, 150)
        elif isinstance(block, Gallery):
            add_gallery(made, block)
        else:
            _picture(made, block.jpeg, block.caption, 120)
            _caption(made, block.caption)


def _heading(made: DocxDocument, heading: Heading) -> None:
    paragraph = made.add_heading(level=heading.level)
    font(paragraph.add_run(heading.text), _HEADING_FONTS[heading.level], paper.BODY_PT)
    paragraph.paragraph_format.first_line_indent = Pt(2 * paper.CHARACTER_PT)
    tight(paragraph)


def _text(made: DocxDocument, text: str) -> None:
    paragraph = _line(made, text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Pt(2 * paper.CHARACTER_PT)
    tight(paragraph)


def _picture(made: DocxDocument, data: bytes, caption: str, width_mm: float) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = _CENTRE
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(io.BytesIO(data), width=Mm(width_mm))
    shape._inline.docPr.set("descr", caption)


def _caption(made: DocxDocument, caption: str) -> None:
    below = _line(made, caption, size=paper.TABLE_PT)
    below.alignment = _CENTRE
    tight(below, 20)


def _annex_list(made: DocxDocument, document: Document) -> None:
    """附件说明, one line below the text, set in by two characters."""
    if not document.annexes:
        return
    tight(made.add_paragraph())
    alone = len(document.annexes) == 1
    for number, annex in enumerate(document.annexes, 1):
        before = "附件：" if number == 1 else "   "
        label = "" if alone else f"{number}．"
        paragraph = tight(_line(made, f"{before}{label}{annex.title}"))
        paragraph.paragraph_format.left_indent = Pt(2 * paper.CHARACTER_PT)


def _ending(made: DocxDocument, document: Document) -> None:
    """署名 and date without a seal: set in from the right by two and four characters."""
    tight(made.add_paragraph())
    signed = tight(_line(made, document.issuer))
    signed.alignment = _RIGHT
    signed.paragraph_format.right_indent = Pt(2 * paper.CHARACTER_PT)
    dated = tight(_line(made, day_text(document.dated) if document.dated else "（未印发）"))
    dated.alignment = _RIGHT
    dated.paragraph_format.right_indent = Pt(4 * paper.CHARACTER_PT)
    if document.note:
        noted = tight(_line(made, f"（{document.note}）"))
        noted.paragraph_format.left_indent = Pt(2 * paper.CHARACTER_PT)


def _annex(made: DocxDocument, annex: Annex, number: int, *, alone: bool) -> None:
    section = made.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if annex.wide else WD_ORIENT.PORTRAIT
    page(section, wide=annex.wide)
    type_grid(section)
    page_numbers(made, section)
    tight(_line(made, "附件" if alone else f"附件{number}", paper.HEITI))
    tight(made.add_paragraph(), 20)
    heading = made.add_heading(level=1)
    heading.alignment = _CENTRE
    font(heading.add_run(annex.title), paper.SONG_TITLE, paper.TITLE_PT)
    tight(heading, 36)
    off_grid(heading._p)
    _blocks(made, annex.blocks, wide=annex.wide)


def _imprint(made: DocxDocument, document: Document) -> None:
    """版记: copies, who printed it and when, between ruled lines."""
    if not document.copies and not document.printed_by:
        return
    lines = [f"抄送：{document.copies}"] if document.copies else []
    if document.printed_by:
        printed = f"{day_text(document.dated)}印发" if document.dated else "（未印发）"
        lines.append(f"{document.printed_by}    {printed}")
    tight(made.add_paragraph())
    for place, text in enumerate(lines):
        paragraph = tight(_line(made, text, size=paper.SMALL_PT))
        paragraph.paragraph_format.left_indent = Pt(paper.SMALL_PT)
        rule(paragraph, "top", 0.35 if place == 0 else 0.25)
    last = tight(made.add_paragraph(), 2)
    rule(last, "top", 0.35)
