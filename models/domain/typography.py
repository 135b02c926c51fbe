"""Chinese punctuation (标点): full-width in Chinese text, ASCII within figures and codes."""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_CLOSERS: Final = re.compile(r"(?<=[A-Za-z0-9])([,;:?!])(?=[A-Za-z0-9])")
_MARK: Final = re.compile(r"[,;:?!]")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def full_width(text: str) -> str:
    """A text with the punctuation that official documents are printed with.

    A mark between two ASCII letters or digits stays (09:10, 1,000); brackets become full-width
    as soon as the text has a Chinese character.
    """
    if not _CHINESE.search(text):
        return text
    kept = {match.start() for match in _CLOSERS.finditer(text)}
    marked = _MARK.sub(lambda match: match[0] if match.start() in kept else _MARKS[match[0]], text)
    return marked.replace("(", "（").replace(")", "）")
