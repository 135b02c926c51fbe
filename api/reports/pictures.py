"""Small pictures of a report's problems, from the evidence store, where everything but the staff
zones was made unrecognisable before it was kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from models.domain.document import Picture
from models.domain.errors import OnPostError
from models.domain.ports import EvidenceStore, UnitOfWork
from models.domain.records import EvidenceKind, FindingRecord
from models.domain.report import ReportProblem
from vision.frame_shelf import thumbnail_of
from vision.sources.pictures import decode_jpeg

MOST: Final = 60
"""Pictures of one report, the newest problems first; all of them stand in the system."""


def pictures_of(
    uow: UnitOfWork,
    store: EvidenceStore,
    problems: Iterable[ReportProblem],
    rows: Iterable[FindingRecord],
) -> dict[str, tuple[Picture, ...]]:
    """One picture for each problem that still has one, by unit, oldest first.

    A picture that was destroyed by the rules, or is not masked, is left out.
    """
    by_number = {row.id: row for row in rows}
    found: dict[str, list[Picture]] = defaultdict(list)
    newest = sorted(problems, key=lambda one: one.at, reverse=True)[:MOST]
    for problem in reversed(newest):
        row = by_number.get(problem.number)
        jpeg = _picture(uow, store, row) if row else None
        if jpeg is not None:
            caption = f"#{problem.number} {problem.at:%m-%d %H:%M} {problem.window}{problem.label}"
            found[problem.unit_id].append(Picture(jpeg, caption))
    return {unit: tuple(pictures) for unit, pictures in found.items()}


def _picture(uow: UnitOfWork, store: EvidenceStore, row: FindingRecord) -> bytes | None:
    kept = [picture for sha in row.evidence if (picture := uow.evidence.get(sha)) is not None]
    masked = [picture for picture in kept if picture.masked]
    chosen = next((one for one in masked if one.kind is EvidenceKind.AT), None)
    picture = chosen or next(iter(masked), None)
    if picture is None:
        return None
    try:
        return thumbnail_of(decode_jpeg(store.read(picture.path), picture.camera_id))
    except OnPostError:
        return None
