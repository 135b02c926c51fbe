"""A file that a unit attaches (附件), judged by its name's ending and its head before it is kept.

Papers and pictures only: it is kept for good and given to whoever reads the paper.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from api.picture_guard import MOST_PIXELS, check_jpeg
from api.workbook_guard import check_workbook
from models.domain.errors import InputError
from scheduler.rosters.problems import RosterProblems

ENDINGS: Final[Mapping[str, str]] = {
    "pdf": "pdf",
    "docx": "docx",
    "xlsx": "xlsx",
    "jpg": "jpg",
    "jpeg": "jpg",
    "png": "png",
}
"""Endings of names that are taken, and the ending under which each is kept."""

_INSIDE: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


def check_attachment(path: Path) -> str:
    """Refuse what is no paper or picture; gives the ending under which it is kept.

    Raises:
        InputError: another kind of file, damaged, or with macros or outside links.
    """
    ending = ENDINGS.get(path.suffix.lower().lstrip("."))
    if ending is None:
        taken = "、".join(sorted(ENDINGS))
        raise InputError(
            f"附件“{path.name}”格式不接受,请使用 {taken}。",
            f"{path.name!r} is not taken as an attachment; use {', '.join(sorted(ENDINGS))}.",
            where=path.name,
        )
    if ending == "jpg":
        check_jpeg(path)
    elif ending == "png":
        _check_png(path)
    elif ending == "pdf":
        _check_pdf(path)
    else:
        _check_office(path, ending)
    return ending


def _check_pdf(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(5) != b"%PDF-":
            raise _none(path, "PDF")


def _check_png(path: Path) -> None:
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            width, height = picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        width = height = MOST_PIXELS
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _none(path, "PNG") from None
    if width * height > MOST_PIXELS:
        raise InputError(
            f"图片“{path.name}”像素过多。", f"{path.name!r} has too many pixels.", where=path.name
        )


def _check_office(path: Path, ending: str) -> None:
    try:
        check_workbook(path)
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    except RosterProblems as error:
        raise InputError(
            f"附件“{path.name}”已拒绝:文件已损坏,或含宏、外部链接。",
            f"{path.name!r} was refused: it is damaged, or holds macros or outside links.",
            where=path.name,
        ) from error
    except (zipfile.BadZipFile, OSError):
        raise _none(path, ending) from None
    if _INSIDE[ending] not in names:
        raise _none(path, ending)


def _none(path: Path, kind: str) -> InputError:
    return InputError(
        f"附件“{path.name}”不是 {kind} 文件。", f"{path.name!r} is no {kind} file.", where=path.name
    )
