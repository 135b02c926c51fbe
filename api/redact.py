"""Take passwords out of text that a person or a log may see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

MASK: Final = "***"
SHORTEST: Final = 8
"""Known secrets below this length are not looked for: they might be part of any word."""

_IN_AUTHORITY = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s\"'<>]*@", re.IGNORECASE)
_IN_QUERY = re.compile(
    r"\b(pass(?:word|wd)?|pwd|token|secret|api_?key|usr|user(?:name)?)=([^\s&\"'<>]+)",
    re.IGNORECASE,
)
_KNOWN: list[re.Pattern[str]] = []


def redact(text: str) -> str:
    """`text` without the user and password of any address in it.

    Takes rather too much than too little: everything between `://` and the last `@` of an
    address goes, because passwords are often typed with their `/`, `@` and `#` as they are.
    """
    return _IN_QUERY.sub(r"\1=***", _IN_AUTHORITY.sub(r"\1***@", text))


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` without these secrets, as they are and percent-encoded."""
    pattern = _pattern(secrets, 4)
    return text if pattern is None else pattern.sub(MASK, text)


def remember(secrets: Iterable[str]) -> None:
    """Make the secrets of this process known to `masked`, instead of those before."""
    pattern = _pattern(secrets, SHORTEST)
    _KNOWN[:] = [] if pattern is None else [pattern]


def masked(text: str) -> str:
    """`redact`, and without every secret that this process knows, wherever it stands."""
    text = redact(text)
    for pattern in _KNOWN:
        text = pattern.sub(MASK, text)
    return text


def _pattern(secrets: Iterable[str], shortest: int) -> re.Pattern[str] | None:
    texts = {one for one in secrets if len(one) >= shortest}
    spelt = texts | {quote(one, safe="") for one in texts} | {quote(one) for one in texts}
    longest_first = sorted(spelt, key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, longest_first))) if spelt else None
