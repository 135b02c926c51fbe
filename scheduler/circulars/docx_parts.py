"""What python-docx has no words for: East Asian fonts, the type grid, fields, ruled lines."""

from __future__ import annotations

from typing import Any, Final

from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from scheduler.circulars import paper

_TWENTIETHS: Final = 20


def element(name: str, **attributes: str) -> Any:
    """An element `w:name` with attributes of the same name space."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def font(run: Run, family: str, size: float, *, red: bool = False, bold: bool = False) -> Run:
    """Set a run's font: East Asian family, latin beside it, size in points."""
    run.font.name = paper.LATIN
    run.font.size = Pt(size)
    run.font.bold = bold
    if red:
        run.font.color.rgb = RGBColor.from_string(paper.RED)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), family)
    return run


def style_font(style: Any, family: str, size: float) -> None:
    """The same for a style."""
    style.font.name = paper.LATIN
    style.font.size = Pt(size)
    style.font.bold = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), family)


def off_grid(properties: Any) -> None:
    """Keep a paragraph or style of another size off the type grid."""
    properties.get_or_add_pPr().insert_element_before(
        element("snapToGrid", val="0"),
        *("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr"),
    )


def tight(paragraph: Paragraph, line_pt: float = paper.LINE_PT) -> Paragraph:
    """No space before and after, lines of exactly `line_pt`."""
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = Pt(line_pt)
    return paragraph


def type_grid(section: Any) -> None:
    """22 lines a page (文档网格). Characters are set by their spacing, not by cells: some word
    processors give a character that is wider than its cell two of them."""
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    pitch = round(paper.LINE_PT * _TWENTIETHS)
    properties.append(element("docGrid", type="lines", linePitch=str(pitch)))


def spaced(style: Any, points: float) -> None:
    """Set a style's characters closer together or farther apart."""
    style.element.get_or_add_rPr().insert_element_before(
        element("spacing", val=str(round(points * _TWENTIETHS))),
        *("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang"),
    )


def page(section: Any, *, wide: bool) -> None:
    """Paper and margins of a section, upright or across."""
    sides = (paper.WIDTH_MM, paper.HEIGHT_MM)
    section.page_width, section.page_height = (
        Mm(side) for side in (sides[::-1] if wide else sides)
    )
    margins = (paper.TOP_MM, paper.RIGHT_MM, paper.BOTTOM_MM, paper.LEFT_MM)
    if wide:  # turned by a quarter: the binding edge is on top
        margins = (paper.LEFT_MM, paper.TOP_MM, paper.RIGHT_MM, paper.BOTTOM_MM)
    section.top_margin, section.right_margin = Mm(margins[0]), Mm(margins[1])
    section.bottom_margin, section.left_margin = Mm(margins[2]), Mm(margins[3])
    section.footer_distance = Mm(margins[2] - 12)


def rule(paragraph: Paragraph, side: str, width_mm: float, color: str = "000000") -> None:
    """A line above (`top`) or below (`bottom`) a paragraph."""
    borders = element("pBdr")
    eighths = round(width_mm / 25.4 * 72 * 8)
    borders.append(element(side, val="single", sz=str(eighths), space="1", color=color))
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr"
    )


def page_numbers(document: DocxDocument, section: Any) -> None:
    """Page numbers outside (单页居右,双页居左) between dashes, one character in."""
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        shape = paragraph.paragraph_format
        shape.left_indent = shape.right_indent = Pt(paper.SMALL_PT)
        font(paragraph.add_run("— "), paper.SONGTI, paper.SMALL_PT)
        _field(paragraph, "PAGE")
        font(paragraph.add_run(" —"), paper.SONGTI, paper.SMALL_PT)


def _field(paragraph: Paragraph, code: str) -> None:
    for kind in ("begin", "", "end"):
        run = font(paragraph.add_run(), paper.SONGTI, paper.SMALL_PT)
        if kind:
            run._element.append(element("fldChar", fldCharType=kind))
        else:
            instruction = element("instrText")
            instruction.text = code
            run._element.append(instruction)
