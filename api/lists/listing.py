"""A list as a table: where its rows come from, what its columns are called and hold.

An export asks the handler of the list itself, page after page, in the name of whoever exports:
rows, scope and filters are the list's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from operator import attrgetter
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from annotated_types import Le
from pydantic import BaseModel

from api.auth.visitor import Visitor
from api.exporting import Cell
from api.schemas.fields import Asked
from api.wiring import WebParts
from api.wording import Language, Pair, word
from models.domain.access import Permission
from models.domain.errors import InputError

MOST_ROWS: Final = 20_000
PAGING: Final = frozenset({"after", "limit"})

Read: TypeAlias = Callable[[WebParts, Visitor, Any], Iterable[Any]]
"""What reads every row that is asked for."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        zh: What its head says.
        en: The same in English.
        get: An attribute of the row, or what reads it.
        words: What its values are called.
    """

    zh: str
    en: str
    get: str | Callable[[Any], Any]
    words: Mapping[str, Pair] | None = None

    def of(self, row: Any) -> Any:
        """What a row holds here."""
        return attrgetter(self.get)(row) if isinstance(self.get, str) else self.get(row)


def columns(*told: tuple[Any, ...]) -> tuple[Column, ...]:
    """Columns, each as `(zh, en, get)` or `(zh, en, get, words)`."""
    return tuple(Column(*one) for one in told)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that can be exported.

    Attributes:
        path: Its address in the API.
        zh: What it is called.
        en: The same in English.
        see: What it takes to see the list.
        asked: What the list can be asked for; of pages, an export knows nothing.
        read: What reads all rows.
        columns: Of the table.
        tag: Where the description of the API tells it.
        export: What it takes to export it, beside seeing it.
    """

    path: str
    zh: str
    en: str
    see: Permission
    asked: type[BaseModel]
    read: Read
    columns: Sequence[Column]
    tag: str
    export: Permission = Permission.EXPORT

    def head(self, language: Language) -> list[str]:
        """Names of the columns."""
        return [one.en if language == "en" else one.zh for one in self.columns]

    def rows(
        self, parts: WebParts, visitor: Visitor, wanted: Mapping[str, Any], language: Language
    ) -> Iterator[list[Cell]]:
        """The cells of every row.

        Raises:
            InputError: there are more than one export holds.
        """
        zone = ZoneInfo(parts.settings.time_zone)
        found = self.read(parts, visitor, self.asked.model_validate(wanted))
        return ([_cell(one, row, language, zone) for one in self.columns] for row in found)


def paged(handler: Callable[[WebParts, Visitor, Any], Any]) -> Read:
    """Read every page of a list; the first one at once, the others as they are written.

    Args:
        handler: Of the list; its answer has `items`, `total` and `next_after`.
    """

    def read(parts: WebParts, visitor: Visitor, wanted: BaseModel) -> Iterable[Any]:
        most = _most(type(wanted))
        first = handler(parts, visitor, wanted.model_copy(update={"limit": most}))
        check_count(first.total or 0)

        def rows() -> Iterator[Any]:
            page = first
            yield from page.items
            while page.next_after is not None:
                more = {"limit": most, "after": page.next_after}
                page = handler(parts, visitor, wanted.model_copy(update=more))
                yield from page.items

        return rows()

    return read


def check_count(count: int, where: str = "since, until, hall_id") -> None:
    """Refuse more rows than an export holds.

    Args:
        count: How many there are.
        where: What to ask for to have fewer.

    Raises:
        InputError: there are more.
    """
    if count > MOST_ROWS:
        raise InputError(
            f"结果超过一次导出上限 {MOST_ROWS} 条;请缩小范围后再导出。",
            f"more than {MOST_ROWS} rows; ask for fewer, such as a shorter time or one hall.",
            where=where,
        )


def _most(asked: type[BaseModel]) -> int:
    """The longest page that a list gives."""
    bounds = [one.le for one in asked.model_fields["limit"].metadata if isinstance(one, Le)]
    return int(bounds[0])  # type: ignore[call-overload, no-any-return]


def _cell(column: Column, row: Any, language: Language, zone: ZoneInfo) -> Cell:
    value = column.of(row)
    if column.words is not None:
        words = column.words
        if isinstance(value, Mapping):
            return ", ".join(f"{word(words, k, language)} {n}" for k, n in value.items() if n)
        if isinstance(value, (list, tuple)):
            return ", ".join(word(words, _text(one), language) for one in value)
        return word(words, _text(value), language) if value is not None else None
    return _plain(value, language, zone)


def _plain(value: Any, language: Language, zone: ZoneInfo) -> Cell:
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    if isinstance(value, datetime):
        return value.astimezone(zone) if value.utcoffset() == timedelta() else value
    if value is None or (isinstance(value, (int, float, date)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(_text(one) for one in value)
    return _text(value)


def _text(value: Any) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


class Everything(Asked):
    """A list that is asked for nothing."""
