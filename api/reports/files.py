"""A period's report as files in a folder, marked as drafts: nothing is issued."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from api.reports.gather import Gathered
from api.reports.periods import kind_of
from api.reports.render import FORMATS, Edition, file_name, render
from api.reports.words import heads_of, variant_of, worded
from api.settings import Settings
from models.domain.circular import Variant
from models.domain.errors import InputError
from scheduler.circulars.compose import Issue
from scheduler.circulars.unit_report import unit_report


def wanted_formats(text: str) -> list[str]:
    """Formats as typed, `docx,pdf`.

    Raises:
        InputError: one is not known, or none is named.
    """
    wanted = [one.strip() for one in text.split(",") if one.strip()]
    unknown = [one for one in wanted if one not in FORMATS]
    if unknown or not wanted:
        raise InputError(
            f"格式“{','.join(unknown)}”不支持,可用:{','.join(FORMATS)}。",
            f"format {','.join(unknown)!r} is none of {','.join(FORMATS)}.",
            where="--formats",
        )
    return wanted


def editions(
    gathered: Gathered, settings: Settings, period: str, unit: str = ""
) -> Iterator[Edition]:
    """Full, public and every unit's, or one unit's alone.

    Raises:
        InputError: nothing is known of that unit.
    """
    if not unit:
        for name, document in worded(gathered, kind_of(period), settings).items():
            yield Edition(document, *variant_of(name))
        return
    if gathered.report.of_unit(unit) is None:
        raise InputError(
            f"单位“{unit}”没有窗口、情形或办件,请检查名称。",
            f"unit {unit!r} has no window, finding or case; check its name.",
            where="--unit",
        )
    document = unit_report(gathered.report, unit, heads_of(settings), Issue())
    yield Edition(document, Variant.UNIT, unit)


def write_editions(found: Iterable[Edition], out: Path, formats: Iterable[str]) -> Iterator[Path]:
    """Write each edition in each format; tells the files as they are written."""
    out.mkdir(parents=True, exist_ok=True)
    for edition in found:
        for form in formats:
            file = out / file_name(edition, form)
            file.write_bytes(render(edition.document, form))
            yield file
