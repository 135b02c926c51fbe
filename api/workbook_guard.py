"""A workbook that somebody sends, judged before any library opens it.

An .xlsx is a ZIP of XML. A small one may unpack to gigabytes, name entities that grow, merge a
billion cells, carry macros or reach for other files. All that is told from its directory and by
reading its parts once as a stream; what passes is safe to hand to the reader of rosters.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final
from xml.parsers import expat

from PIL import Image, UnidentifiedImageError

from scheduler.rosters.problems import Problem, RosterProblems

MOST_UNPACKED: Final = 50 * 1024 * 1024
MOST_RATIO: Final = 200
SMALL: Final = 1024 * 1024
"""Where no ratio counts: an empty sheet packs well."""

MOST_PARTS: Final = 500
MOST_ELEMENTS: Final = 1_500_000
MOST_CELLS: Final = 300_000
MOST_ROW, MOST_COLUMN = 20_000, 200
MOST_SPREAD: Final = 100_000
"""Cells that merged areas, links and comments may cover together: each becomes an object."""

MOST_DEPTH: Final = 64
MOST_PIXELS: Final = 64_000_000
CHUNK: Final = 64 * 1024

ZIP: Final = b"PK\x03\x04"
BLANK: Final = b" \t\r\n\x00\xff\xfe\xef\xbb\xbf"
MACROS: Final = ("vbaproject", "xl/macrosheets/", "xl/dialogsheets/")
EMBEDDED: Final = ("xl/embeddings/", "xl/activex/", "xl/ctrlprops/")
OUTSIDE: Final = ("xl/externallinks/", "xl/connections", "xl/querytables/", "customui/")
SPREADING: Final = frozenset({"mergeCell", "hyperlink", "comment"})
AREA: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?")

DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
    OSError,
)


class _Refused(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh, self.en = zh, en


def check_workbook(path: Path) -> None:
    """Refuse a dangerous workbook; what is none is left to the reader of rosters.

    Raises:
        RosterProblems: E101, it may not be opened.
    """
    with path.open("rb") as file:
        if file.read(len(ZIP)) != ZIP:
            return
    try:
        with zipfile.ZipFile(path) as packed:
            _check_directory(packed, path.stat().st_size)
            for part in packed.infolist():
                _check_part(packed, part)
    except _Refused as refused:
        raise _problem(path.name, refused.zh, refused.en) from None
    except DAMAGED as error:
        name = type(error).__name__
        raise _problem(path.name, f"文件已损坏({name})", f"it is damaged ({name})") from None


def _problem(file: str, zh: str, en: str) -> RosterProblems:
    said_zh = f"「{file}」已拒绝:{zh}。请另存为不含宏和外部链接的 .xlsx 后重新导入。"
    said_en = f"refused: {en}; save it as .xlsx without macros and external links and import again."
    return RosterProblems([Problem("E101", file, said_zh, said_en)])


def _check_directory(packed: zipfile.ZipFile, size: int) -> None:
    parts = packed.infolist()
    names = [part.filename.lower() for part in parts]
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or len(set(names)) != len(names):
        raise _Refused("压缩包内文件过多或重复", "too many parts in it, or two of one name")
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * size):
        raise _Refused(
            f"解压后为 {unpacked // 1024 // 1024} MB,疑似压缩炸弹",
            f"it unpacks to {unpacked // 1024 // 1024} MB, as a zip bomb does",
        )
    for part in parts:
        if part.flag_bits & 1 or part.compress_type not in {
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        }:
            raise _Refused("文件已加密或压缩方式不支持", "it is encrypted or packed unusually")
    for name in names:
        if any(mark in name for mark in MACROS):
            raise _Refused("文件含宏", "it holds macros")
        if name.startswith(EMBEDDED):
            raise _Refused("文件含嵌入对象", "it holds embedded objects")
        if name.startswith(OUTSIDE):
            raise _outside()


def _outside() -> _Refused:
    return _Refused("文件含外部链接或外部数据", "it links to other files or to outside data")


def _check_part(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with packed.open(part) as stream:
        chunk = stream.read(CHUNK)
        rest = chunk.lstrip(BLANK)
        if chunk and not rest.startswith(b"<") and rest:
            _check_picture(chunk + stream.read())
            return
        parts = _Parts()
        while chunk:
            parts.take(chunk)
            chunk = stream.read(CHUNK)
        if parts.begun:
            parts.finish()


def _check_picture(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        width = height = MOST_PIXELS
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, struct.error):
        return
    if width * height > MOST_PIXELS:
        raise _Refused("文件中的图片过大", "a picture in it is too large")


class _Parts:
    """Reads one part as a stream of XML and counts."""

    def __init__(self) -> None:
        self.begun = False
        self._elements = self._cells = self._depth = 0
        self._spread = 0
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def take(self, chunk: bytes) -> None:
        self.begun = True
        self._parser.Parse(chunk, False)

    def finish(self) -> None:
        self._parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        raise _Refused("XML 含文档类型声明或实体", "its XML declares a document type or entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        local = name.rpartition(":")[2]
        if local == "c":
            self._cells += 1
            self._check_place(attributes.get("r", ""))
        elif local in SPREADING:
            self._spread += _area(attributes.get("ref", "A1"))
        elif local == "Relationship":
            outside = attributes.get("TargetMode", "").lower() == "external"
            if outside and not attributes.get("Type", "").endswith("/hyperlink"):
                raise _outside()
        elif local in {"Override", "Default"}:
            kind = attributes.get("ContentType", "").lower()
            if "macroenabled" in kind or "vbaproject" in kind:
                raise _Refused("文件含宏", "it holds macros")
        if (
            self._depth > MOST_DEPTH
            or self._elements > MOST_ELEMENTS
            or self._cells > MOST_CELLS
            or self._spread > MOST_SPREAD
        ):
            raise _large()

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _check_place(self, reference: str) -> None:
        found = AREA.fullmatch(reference) if reference else None
        if found and (int(found[2]) > MOST_ROW or _column(found[1]) > MOST_COLUMN):
            raise _large()


def _large() -> _Refused:
    return _Refused("表格范围超过排班表应有的大小", "its sheets are larger than a roster can be")


def _area(reference: str) -> int:
    found = AREA.fullmatch(reference)
    if found is None:
        raise _large()
    if found[3] is None:
        return 1
    rows = abs(int(found[4]) - int(found[2])) + 1
    return rows * (abs(_column(found[3]) - _column(found[1])) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
