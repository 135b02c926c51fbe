"""What a visitor may see of circulars, and how they are told."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Response

from api.auth.visitor import Visitor
from api.errors import missing
from api.reports.circular_paper import CircularPaper, find
from api.reports.circulars import Desk
from api.reports.desk import desk_of
from api.reports.words import UNIT, variant_of
from api.schemas.circular import CircularOut, FileOut, StepOut
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.circular import CircularState, Variant
from models.domain.errors import InputError
from models.domain.papers import PaperFile
from models.domain.ports import UnitOfWork

MEDIA: Final = {
    "pdf": "application/pdf",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def desk_at(parts: WebParts) -> Desk:
    """The desk of circulars around the web's parts."""
    return desk_of(parts.settings, parts.make_uow, parts.clock)


def inside(visitor: Visitor) -> bool:
    """Whether drafts are the visitor's to see: a circular is of all halls and units."""
    writes = visitor.may(Permission.WRITE_CIRCULARS) or visitor.may(Permission.APPROVE)
    return writes and everywhere(visitor)


def everywhere(visitor: Visitor) -> bool:
    """Whether the visitor's scope is all halls and all units."""
    return visitor.access.scope.halls is None and visitor.access.scope.units is None


def own(visitor: Visitor, unit_id: str) -> bool:
    """Whether a unit is in the visitor's scope."""
    units = visitor.access.scope.units
    return units is None or unit_id in units


def seen(uow: UnitOfWork, visitor: Visitor, key: str) -> CircularPaper:
    """A circular that the visitor may see: a draft is for those inside.

    Raises:
        NotThere: there is none, or it is not theirs to see.
    """
    try:
        one = find(uow, key)
    except InputError:
        raise missing("通报", "circular", key) from None
    if one.state is not CircularState.ISSUED and not inside(visitor):
        raise missing("通报", "circular", key)
    return one


def known(parts: WebParts, visitor: Visitor, circular_id: str) -> None:
    """Refuse what `seen` refuses, before anything is changed."""
    with parts.make_uow(read_only=True) as uow:
        seen(uow, visitor, circular_id)


def readable(visitor: Visitor, file: PaperFile) -> bool:
    """In full inside the centre; a unit's own; the public one for everybody."""
    if file.variant == Variant.PUBLIC.value:
        return True
    if file.variant == Variant.FULL.value:
        return everywhere(visitor)
    return own(visitor, file.unit_id)


def units_of(one: CircularPaper) -> list[str]:
    """Units that get a report with it."""
    return [variant_of(name)[1] for name in one.frozen if name.startswith(UNIT)]


def local(parts: WebParts, at: datetime) -> datetime:
    """A moment in the site's time zone."""
    return at.astimezone(ZoneInfo(parts.settings.time_zone))


def told(parts: WebParts, one: CircularPaper) -> CircularOut:
    """A circular as the API tells it."""
    return CircularOut(
        id=one.key,
        kind=one.kind,
        period=one.period,
        title=one.title,
        state=one.state,
        number="" if one.number is None else str(one.number),
        corrects=one.corrects,
        despite=one.despite,
        findings=len(one.findings),
        steps=[
            StepOut(state=step.state, by=step.by, at=local(parts, step.at), reason=step.reason)
            for step in one.life.steps
        ],
    )


def told_file(one: CircularPaper, file: PaperFile) -> FileOut:
    """A file of it, and where it is read."""
    form = file.name.rsplit(".", 1)[1]
    whose = f"?unit={quote(file.unit_id)}" if file.unit_id else ""
    return FileOut(
        name=file.name,
        sha256=file.sha256,
        bytes=file.bytes,
        variant=file.variant,
        unit=file.unit_id,
        url=f"/api/v1/circulars/{quote(one.key)}/files/{file.variant}.{form}{whose}",
    )


def file_answer(data: bytes, form: str, name: str, sha256: str = "") -> Response:
    """A file to be saved under its Chinese name."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
    }
    if sha256:
        headers["ETag"] = f'"{sha256}"'
    return Response(data, media_type=MEDIA[form], headers=headers)
