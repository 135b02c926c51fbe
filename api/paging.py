"""Pages of lists that are at hand in memory, with an opaque cursor that survives changes."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from models.domain.errors import InputError

Key: TypeAlias = tuple[str, ...]
_Item = TypeVar("_Item")


def page_of(
    items: Iterable[_Item], key: Callable[[_Item], Key], after: str, limit: int
) -> tuple[list[_Item], str | None]:
    """The page after a cursor, in order of `key`, and the cursor of the next one.

    Args:
        items: All of them; no two have the same key.
        key: What orders them.
        after: A cursor that this function gave, empty for the first page.
        limit: The most that are wanted.

    Raises:
        InputError: the cursor is none of this list.
    """
    since = _read(after) if after else ()
    left = sorted((one for one in items if key(one) > since), key=key)
    page = left[:limit]
    return page, _written(key(page[-1])) if len(left) > limit else None


def number_of(after: str) -> int:
    """The number in a cursor of a list that is ordered by number; 0 for the first page.

    Raises:
        InputError: it is no number.
    """
    if not after:
        return 0
    if not (after.isascii() and after.isdecimal()) or not 0 < int(after[:20]) < 2**31:
        raise _no_cursor()
    return int(after)


def _written(key: Key) -> str:
    return urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def _read(cursor: str) -> Key:
    try:
        held = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, list) or not all(isinstance(part, str) for part in held):
        raise _no_cursor()
    return tuple(held)


def _no_cursor() -> InputError:
    return InputError(
        "翻页标记 after 无效,请使用上一页返回的 next_after。",
        "`after` is no cursor; use `next_after` of the page before.",
        where="after",
    )
