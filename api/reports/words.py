"""Documents of a circular worded from the record: full, public, one for each unit."""

from __future__ import annotations

from collections.abc import Mapping

from api.reports.circular_paper import CircularPaper
from api.reports.gather import Gathered
from api.settings import Settings
from models.domain.circular import CircularKind, DocumentNumber, Variant
from models.domain.document import Document, Picture
from models.domain.report import Correction
from scheduler.circulars.compose import Heads, Issue, circular, public
from scheduler.circulars.correction import CorrectedIssue, correction
from scheduler.circulars.unit_report import unit_report

FULL, PUBLIC, UNIT = Variant.FULL.value, Variant.PUBLIC.value, f"{Variant.UNIT.value}:"


def heads_of(settings: Settings) -> Heads:
    """Issuer and readers by the settings."""
    own = settings.supervision
    return Heads(own.issuer, own.to, own.copies, own.printed_by, own.basis, own.channel)


def worded(
    gathered: Gathered,
    kind: CircularKind,
    settings: Settings,
    pictures: Mapping[str, tuple[Picture, ...]] | None = None,
) -> dict[str, Document]:
    """Every variant of a circular, by `full`, `public`, `unit:<id>`.

    Args:
        gathered: Its figures; persons stand in it only where a second approver agreed.
        kind: Its kind.
        settings: Issuer and readers.
        pictures: Small masked pictures of the problems, by unit; never in the public variant.

    Raises:
        ForbiddenMove: a name that may not stand there.
    """
    report, heads, issue = gathered.report, heads_of(settings), Issue()
    agreed = frozenset(one.person for one in report.problems if one.person)
    shown = pictures or {}
    every = tuple(picture for unit in sorted(shown) for picture in shown[unit])
    made = {
        FULL: circular(report, kind, heads, issue, agreed=agreed, pictures=every),
        PUBLIC: public(report, kind, heads, issue),
    }
    if kind is CircularKind.MONTHLY:
        for row in report.rows:
            if row.unit_id:
                own = shown.get(row.unit_id, ())
                made[f"{UNIT}{row.unit_id}"] = unit_report(report, row.unit_id, heads, issue, own)
    return made


def worded_correction(
    one: CircularPaper, original: CircularPaper, number: DocumentNumber, settings: Settings
) -> dict[str, Document]:
    """A correction notice, in full only: it names units, no person."""
    items = [Correction("", str(number), item.unit_id, item.what) for item in one.items]
    cited = CorrectedIssue(number, original.title)
    return {FULL: correction(cited, items, heads_of(settings), Issue())}


def variant_of(name: str) -> tuple[Variant, str]:
    """Variant and unit of a name that `worded` gave."""
    if name.startswith(UNIT):
        return Variant.UNIT, name.removeprefix(UNIT)
    return Variant(name), ""
