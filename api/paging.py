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
    since = key_of(after) if after else ()
    left = sorted((one for one in items if key(one) > since), key=key)
    page = left[:limit]
    return page, cursor_of(key(page[-1])) if len(left) > limit else None


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


def cursor_of(key: Key) -> str:
    """The cursor after what has this key."""
    return urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def key_of(cursor: str, length: int = 0) -> Key:
    """The key in a cursor; `length` is of how many parts it has to be, 0 for any.

    Raises:
        InputError: it is no cursor.
    """
    try:
        held = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        json.dumps(held, ensure_ascii=False).encode()  # half a character is none
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, list) or not all(isinstance(part, str) for part in held):
        raise _no_cursor()
    if (length and len(held) != length) or any("\0" in part for part in held):
        raise _no_cursor()
    return tuple(held)


def _no_cursor() -> InputError:
    return InputError(
        "翻页标记 after 无效,请使用上一页返回的 next_after。",
        "`after` is no cursor; use `next_after` of the page before.",
        where="after",
    )
