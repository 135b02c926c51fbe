"""Tables in DOCX: one paragraph style for each sort of cell, heads repeated on every page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from docx.document import Document as DocxDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from models.domain.document import Cell, Column, Gallery, Table, text_of
from scheduler.circulars import paper
from scheduler.circulars.docx_parts import element, font, off_grid, spaced, style_font, tight

HEAD, TEXT, FIGURE, TOTAL, TOTAL_FIGURE = "Head", "Text", "Figure", "Total", "Total figure"
_SORTS: Final = {
    HEAD: (paper.HEITI, WD_ALIGN_PARAGRAPH.CENTER, False),
    TEXT: (paper.SONGTI, WD_ALIGN_PARAGRAPH.LEFT, False),
    FIGURE: (paper.SONGTI, WD_ALIGN_PARAGRAPH.RIGHT, False),
    TOTAL: (paper.SONGTI, WD_ALIGN_PARAGRAPH.LEFT, True),
    TOTAL_FIGURE: (paper.SONGTI, WD_ALIGN_PARAGRAPH.RIGHT, True),
}
_SIZES: Final = {False: paper.TABLE_PT, True: paper.WIDE_TABLE_PT}


def table_styles(made: DocxDocument) -> None:
    """Make the styles of cells, for upright and for wide tables."""
    for wide, size in _SIZES.items():
        for sort, (family, side, bold) in _SORTS.items():
            style = made.styles.add_style(_name(sort, wide=wide), WD_STYLE_TYPE.PARAGRAPH)
            style_font(style, family, size)
            style.font.bold = bold
            shape = style.paragraph_format
            shape.alignment = side
            shape.space_before = shape.space_after = Pt(0)
            shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
            shape.line_spacing = Pt(size * 1.35)
            off_grid(style.element)
            spaced(style, 0)


def add_table(made: DocxDocument, table: Table, *, wide: bool) -> None:
    """A table with its caption above and its notes below."""
    caption = made.add_paragraph()
    font(caption.add_run(table.name), paper.HEITI, paper.SMALL_PT)
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    tight(caption, 24)
    off_grid(caption._p)
    across = paper.HEIGHT_MM - paper.TOP_MM - paper.BOTTOM_MM if wide else paper.TEXT_WIDTH_MM
    share = across / sum(column.width for column in table.columns)
    grid = made.add_table(rows=0, cols=len(table.columns))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    for column, given in zip(table.columns, grid.columns, strict=True):
        given.width = Mm(column.width * share)
    rows = _Rows(made, table.columns, wide=wide)
    body = grid._tbl
    body.append(rows.row([column.name for column in table.columns], HEAD, HEAD))
    for cells in table.rows:
        body.append(rows.row(cells, TEXT, FIGURE))
    if table.total is not None:
        body.append(rows.row(table.total, TOTAL, TOTAL_FIGURE))
    for note in table.notes:
        told = made.add_paragraph()
        font(told.add_run(note), paper.FANGSONG, paper.TABLE_PT)
        tight(told, 16)
        off_grid(told._p)


def add_gallery(made: DocxDocument, gallery: Gallery) -> None:
    """Small pictures, two in a row, each with its caption."""
    width = Mm((paper.TEXT_WIDTH_MM - 8) / 2)
    grid = made.add_table(rows=(len(gallery.pictures) + 1) // 2, cols=2)
    for number, picture in enumerate(gallery.pictures):
        cell = grid.cell(number // 2, number % 2)
        shown = cell.paragraphs[0]
        shown.alignment = WD_ALIGN_PARAGRAPH.CENTER
        shape = shown.add_run().add_picture(io.BytesIO(picture.jpeg), width=width)
        shape._inline.docPr.set("descr", picture.caption)
        told = cell.add_paragraph()
        told.alignment = WD_ALIGN_PARAGRAPH.CENTER
        font(told.add_run(picture.caption), paper.FANGSONG, paper.WIDE_TABLE_PT)
        tight(told, 14)


class _Rows:
    """Makes rows as elements: asking the library for every cell takes a hundred times as long."""

    def __init__(self, made: DocxDocument, columns: Sequence[Column], *, wide: bool) -> None:
        self._columns = columns
        self._ids = {sort: made.styles[_name(sort, wide=wide)].style_id for sort in _SORTS}

    def row(self, cells: Sequence[Cell], text: str, figure: str) -> Any:
        """One row; its cells as text or figures by their columns."""
        row = parse_xml(f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/></w:trPr></w:tr>")
        if text == HEAD:
            row.find(qn("w:trPr")).append(element("tblHeader"))
        for cell, column in zip(cells, self._columns, strict=True):
            row.append(self._cell(text_of(cell), self._ids[figure if column.number else text]))
        return row

    def _cell(self, text: str, style: str) -> Any:
        cell, paragraph, properties = element("tc"), element("p"), element("pPr")
        properties.append(element("pStyle", val=style))
        paragraph.append(properties)
        run, said = element("r"), element("t")
        said.text = text
        run.append(said)
        paragraph.append(run)
        cell.append(paragraph)
        return cell


def _name(sort: str, *, wide: bool) -> str:
    return f"Cell {sort}{' wide' if wide else ''}"
