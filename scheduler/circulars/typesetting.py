"""Typst, told what to set: the layout stays in `circular.typ`, all text goes in as data."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final, Literal

import typst

from models.domain.document import (
    Bars,
    Block,
    Document,
    Gallery,
    Heading,
    Para,
    Picture,
    Table,
    day_text,
    text_of,
)
from models.domain.errors import OnPostError
from models.domain.ratio import NOTHING
from scheduler.circulars import paper

_PPI: Final = 200.0
CJK_FONTS: Final = ("Noto Serif CJK SC", "Noto Serif SC")


class TypesettingError(OnPostError):
    """A document could not be set."""


@cache
def _fonts() -> typst.Fonts:
    """The machine's fonts: looking for them takes longer than setting a page."""
    return typst.Fonts()


def fonts_lacking() -> bool:
    """Whether no font with Chinese characters can be found for PDF."""
    return set(_fonts().families()).isdisjoint(CJK_FONTS)


def typeset(document: Document, form: Literal["pdf", "png"], *, only: str = "") -> bytes:
    """Set a document; `only="bars"` sets its first block, a chart, alone.

    Raises:
        TypesettingError: no font with Chinese characters, or typst refused.
    """
    if fonts_lacking():
        raise TypesettingError(
            "未找到中文字体,无法生成 PDF。请安装:apt install fonts-noto-cjk",
            "no font with Chinese characters was found, so no PDF can be made. Install one: "
            "apt install fonts-noto-cjk",
            where="fonts",
        )
    layout = files("scheduler.circulars").joinpath("circular.typ")
    with tempfile.TemporaryDirectory(prefix="onpost-set-") as folder, as_file(layout) as file:
        root = Path(folder)
        (root / "circular.typ").write_bytes(file.read_bytes())
        data = {"document": json.dumps(_data(document, root)), "paper": json.dumps(_paper())}
        try:
            made = typst.compile(
                root / "circular.typ",
                root=root,
                font_paths=_fonts(),
                format=form,
                ppi=_PPI,
                sys_inputs={**data, "only": only},
            )
        except typst.TypstError as error:
            raise TypesettingError(
                f"排版失败:{error}。", f"typesetting failed: {error}.", where=document.title
            ) from None
    if not isinstance(made, bytes):
        raise TypesettingError("排版结果为空或多页。", "typesetting gave no single file.")
    return made


def _data(document: Document, root: Path) -> dict[str, Any]:
    pictures = _Pictures(root)
    dated = day_text(document.dated) if document.dated else ""
    imprint = [[f"抄送：{document.copies}", ""]] if document.copies else []
    if document.printed_by:
        imprint.append([document.printed_by, f"{dated}印发" if dated else "（未印发）"])
    return {
        "issuer": document.issuer,
        "title": document.title,
        "number": "" if document.number is None else str(document.number),
        "to": document.to,
        "mark": document.mark,
        "note": document.note,
        "dated": dated or "（未印发）",
        "imprint": imprint,
        "blocks": [_block(block, pictures) for block in document.blocks],
        "annexes": [
            {
                "title": annex.title,
                "wide": annex.wide,
                "blocks": [_block(block, pictures) for block in annex.blocks],
            }
            for annex in document.annexes
        ],
    }


class _Pictures:
    """Files that the layout names."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._count = 0

    def put(self, jpeg: bytes) -> str:
        self._count += 1
        name = f"picture-{self._count}.jpg"
        (self._root / name).write_bytes(jpeg)
        return name


def _block(block: Block, pictures: _Pictures) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"type": "heading", "level": block.level, "text": block.text}
    if isinstance(block, Para):
        return {"type": "para", "text": block.text}
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Bars):
        return {"type": "bars", "name": block.name, "bars": _bars(block)}
    if isinstance(block, Gallery):
        return {"type": "gallery", "pictures": [_picture(one, pictures) for one in block.pictures]}
    return _picture(block, pictures)


def _picture(picture: Picture, pictures: _Pictures) -> dict[str, Any]:
    return {"type": "picture", "file": pictures.put(picture.jpeg), "caption": picture.caption}


def _table(table: Table) -> dict[str, Any]:
    return {
        "type": "table",
        "name": table.name,
        "columns": [
            {"name": one.name, "width": one.width, "number": one.number} for one in table.columns
        ],
        "rows": [_texts(row) for row in table.rows],
        "total": [] if table.total is None else _texts(table.total),
        "notes": list(table.notes),
    }


def _texts(row: Sequence[Any]) -> list[str]:
    return [text_of(cell) for cell in row]


def _bars(chart: Bars) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "share": None if value is None else float(min(value, chart.full) / chart.full),
            "text": NOTHING if value is None else f"{value}{chart.unit}",
        }
        for label, value in chart.bars
    ]


def _paper() -> dict[str, Any]:
    return {
        "width": paper.WIDTH_MM,
        "height": paper.HEIGHT_MM,
        "top": paper.TOP_MM,
        "bottom": paper.BOTTOM_MM,
        "left": paper.LEFT_MM,
        "right": paper.RIGHT_MM,
        "text_width": paper.TEXT_WIDTH_MM,
        "body": paper.BODY_PT,
        "title": paper.TITLE_PT,
        "small": paper.SMALL_PT,
        "table": paper.TABLE_PT,
        "wide_table": paper.WIDE_TABLE_PT,
        "line": paper.LINE_PT,
        "character": paper.CHARACTER_PT,
        "red": paper.RED,
    }
