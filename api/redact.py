"""Take passwords out of text that a person or a log may see."""

from __future__ import annotations

import re

_IN_AUTHORITY = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s\"'<>]*@", re.IGNORECASE)
_IN_QUERY = re.compile(
    r"\b(pass(?:word|wd)?|pwd|token|secret|api_?key|usr|user(?:name)?)=([^\s&\"'<>]+)",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """`text` without the user and password of any address in it.

    Takes rather too much than too little: everything between `://` and the last `@` of an
    address goes, because passwords are often typed with their `/`, `@` and `#` as they are.
    """
    return _IN_QUERY.sub(r"\1=***", _IN_AUTHORITY.sub(r"\1***@", text))
