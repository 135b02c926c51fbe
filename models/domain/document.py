"""A document (公文) as one composed object, from which DOCX, PDF, XLSX and JSON are all made.

Source: domain.md §2.6 and §2.7. A figure is written once, here; no format reckons anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from models.domain.circular import DocumentNumber
from models.domain.errors import InputError
from models.domain.ratio import Ratio
from models.domain.typography import full_width

Cell = str | int | Decimal | Ratio | None
"""What stands in a table: text, a count, points, a rate; None is an empty cell."""


def text_of(cell: Cell) -> str:
    """A cell as every format prints it."""
    return "" if cell is None else str(cell)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 一、(黑体), 2 (一)(楷体), 3 1."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; the first line is set in by two characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its head.
        width: Its share of the width, in characters.
        number: Whether its cells are figures, set to the right.
    """

    name: str
    width: float = 4
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a head that is repeated on every page.

    Attributes:
        name: Its caption, and the name of its sheet.
        rows: As many cells as columns in each.
        total: The last row, set apart; None for none.
        notes: Formulas and remarks below it.

    Raises:
        InputError: a row has another number of cells than there are columns.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for row in self.all_rows:
            if len(row) != len(self.columns):
                raise InputError(
                    f"表“{self.name}”有 {len(self.columns)} 列,其中一行有 {len(row)} 格。",
                    f"table {self.name!r} has {len(self.columns)} columns, a row has {len(row)}.",
                    where=self.name,
                )

    @property
    def all_rows(self) -> list[tuple[Cell, ...]]:
        """Rows and total."""
        return [*self.rows, *([self.total] if self.total is not None else [])]

    def texts(self) -> list[list[str]]:
        """Head, rows and total as printed."""
        head = [column.name for column in self.columns]
        return [head, *([text_of(cell) for cell in row] for row in self.all_rows)]


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of horizontal bars (条形图): one for each label, values 0..`full`.

    Attributes:
        bars: Label and value; a value of None is printed as "—" without a bar.
    """

    name: str
    bars: tuple[tuple[str, Decimal | None], ...]
    unit: str = "%"
    full: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class Picture:
    """A masked picture of evidence (证据图片), JPEG, with what stands below it."""

    jpeg: bytes = field(repr=False)
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Small pictures, two in a row, each with its caption."""

    pictures: tuple[Picture, ...]


Block = Heading | Para | Table | Bars | Picture | Gallery


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex (附件), on pages of its own; `wide` ones lie across."""

    title: str
    blocks: tuple[Block, ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        issuer: The issuing body (发文机关), as in the red head.
        number: Its number (文号), None for a draft and for what has none.
        title: Its title.
        to: Whom it is sent to (主送), without the colon; empty for none.
        blocks: The text.
        annexes: Annexes in order.
        dated: Its date (成文日期); None for a draft.
        copies: Who gets a copy (抄送).
        printed_by: Who prints and sends it (印发机关).
        mark: A mark on every page, e.g. 草稿; empty for none.
        note: A line in brackets below the date (附注).
    """

    issuer: str
    title: str
    blocks: tuple[Block, ...]
    number: DocumentNumber | None = None
    to: str = ""
    annexes: tuple[Annex, ...] = ()
    dated: date | None = None
    copies: str = ""
    printed_by: str = ""
    mark: str = ""
    note: str = ""

    def tables(self) -> list[Table]:
        """Every table, text first, then annexes, in order."""
        groups: list[Sequence[Block]] = [self.blocks, *(annex.blocks for annex in self.annexes)]
        return [block for group in groups for block in group if isinstance(block, Table)]


def day_text(on: date) -> str:
    """A date as documents write it: 2026年12月3日."""
    return f"{on.year}年{on.month}月{on.day}日"


def printed(document: Document) -> Document:
    """The document with the punctuation of print; what stands in cells is left as it is."""
    return replace(
        document,
        title=full_width(document.title),
        to=full_width(document.to),
        note=full_width(document.note),
        copies=full_width(document.copies),
        blocks=tuple(_printed(block) for block in document.blocks),
        annexes=tuple(
            replace(
                annex,
                title=full_width(annex.title),
                blocks=tuple(_printed(block) for block in annex.blocks),
            )
            for annex in document.annexes
        ),
    )


def _printed(block: Block) -> Block:
    if isinstance(block, Heading | Para):
        return replace(block, text=full_width(block.text))
    if isinstance(block, Table):
        return replace(block, notes=tuple(full_width(note) for note in block.notes))
    if isinstance(block, Picture):
        return replace(block, caption=full_width(block.caption))
    if isinstance(block, Gallery):
        shown = (replace(one, caption=full_width(one.caption)) for one in block.pictures)
        return Gallery(tuple(shown))
    return replace(block, name=full_width(block.name))
