"""A document as JSON values and back: what is frozen when a circular goes to review.

Every cell keeps its kind, so that a figure is a figure again, and equal documents are equal bytes.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from models.domain.document import (
    Annex,
    Bars,
    Block,
    Cell,
    Column,
    Document,
    Gallery,
    Heading,
    Para,
    Picture,
    Table,
)
from models.domain.ratio import Ratio
from models.domain.rectify_json import number_json, number_of


def document_json(document: Document) -> dict[str, Any]:
    """A document as JSON values."""
    return {
        "issuer": document.issuer,
        "title": document.title,
        "number": None if document.number is None else number_json(document.number),
        "to": document.to,
        "blocks": [_block_json(block) for block in document.blocks],
        "annexes": [
            {
                "title": annex.title,
                "wide": annex.wide,
                "blocks": [_block_json(block) for block in annex.blocks],
            }
            for annex in document.annexes
        ],
        "dated": document.dated.isoformat() if document.dated else None,
        "copies": document.copies,
        "printed_by": document.printed_by,
        "mark": document.mark,
        "note": document.note,
    }


def document_of(values: Mapping[str, Any]) -> Document:
    """The document that `document_json` gave."""
    number, dated = values["number"], values["dated"]
    return Document(
        values["issuer"],
        values["title"],
        tuple(_block_of(block) for block in values["blocks"]),
        None if number is None else number_of(number),
        values["to"],
        tuple(
            Annex(annex["title"], tuple(_block_of(one) for one in annex["blocks"]), annex["wide"])
            for annex in values["annexes"]
        ),
        date.fromisoformat(dated) if dated else None,
        values["copies"],
        values["printed_by"],
        values["mark"],
        values["note"],
    )


def _block_json(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"type": "heading", "level": block.level, "text": block.text}
    if isinstance(block, Para):
        return {"type": "para", "text": block.text}
    if isinstance(block, Picture):
        return {
            "type": "picture",
            "jpeg": b64encode(block.jpeg).decode("ascii"),
            "caption": block.caption,
        }
    if isinstance(block, Gallery):
        return {"type": "gallery", "pictures": [_block_json(one) for one in block.pictures]}
    if isinstance(block, Bars):
        return {
            "type": "bars",
            "name": block.name,
            "bars": [[label, None if v is None else str(v)] for label, v in block.bars],
            "unit": block.unit,
            "full": str(block.full),
        }
    return {
        "type": "table",
        "name": block.name,
        "columns": [
            {"name": one.name, "width": one.width, "number": one.number} for one in block.columns
        ],
        "rows": [_row_json(row) for row in block.rows],
        "total": None if block.total is None else _row_json(block.total),
        "notes": list(block.notes),
    }


def _block_of(values: Mapping[str, Any]) -> Block:
    kind = values["type"]
    if kind == "heading":
        return Heading(values["level"], values["text"])
    if kind == "para":
        return Para(values["text"])
    if kind == "picture":
        return _picture_of(values)
    if kind == "gallery":
        return Gallery(tuple(_picture_of(one) for one in values["pictures"]))
    if kind == "bars":
        bars = tuple((label, None if v is None else Decimal(v)) for label, v in values["bars"])
        return Bars(values["name"], bars, values["unit"], Decimal(values["full"]))
    total = values["total"]
    return Table(
        values["name"],
        tuple(Column(one["name"], one["width"], one["number"]) for one in values["columns"]),
        tuple(_row_of(row) for row in values["rows"]),
        None if total is None else _row_of(total),
        tuple(values["notes"]),
    )


def _picture_of(values: Mapping[str, Any]) -> Picture:
    return Picture(b64decode(values["jpeg"]), values["caption"])


def _row_json(row: Sequence[Cell]) -> list[Any]:
    return [_cell_json(cell) for cell in row]


def _cell_json(cell: Cell) -> Any:
    if isinstance(cell, Ratio):
        return {"part": cell.part, "whole": cell.whole}
    if isinstance(cell, Decimal):
        return {"decimal": str(cell)}
    return cell


def _row_of(values: Sequence[Any]) -> tuple[Cell, ...]:
    return tuple(_cell_of(value) for value in values)


def _cell_of(value: Any) -> Cell:
    if isinstance(value, Mapping):
        if "decimal" in value:
            return Decimal(value["decimal"])
        return Ratio(value["part"], value["whole"])
    cell: Cell = value
    return cell
