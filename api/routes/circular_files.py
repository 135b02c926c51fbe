"""Files of circulars, what a draft would say, and receipts of units."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from api.auth.guard import needs
from api.auth.rule import Audit
from api.circular_view import (
    MEDIA,
    desk_at,
    file_answer,
    inside,
    local,
    own,
    readable,
    seen,
    told_file,
    units_of,
)
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.reports.circulars import look
from api.reports.receipts import receipts, receive
from api.reports.render import FORMATS, render
from api.reports.words import FULL
from api.schemas.circular import FilesOut, ForUnit, ReceiptOut, ReceiptsOut
from models.domain.access import Permission

router = APIRouter(tags=["circulars"])

SEE = needs(Permission.SEE_REPORTS)
READ_FILE = needs(Permission.SEE_REPORTS, audit=Audit.EACH)
Id = Annotated[str, Path(max_length=200, examples=["monthly:2026-11:1"])]
Which = Annotated[Literal["full", "public", "unit"], Path(examples=["full"])]
Form = Annotated[str, Path(pattern=f"^({'|'.join(FORMATS)})$", examples=["pdf"])]


@router.get(
    "/circulars/{circular_id}/preview.{form}",
    dependencies=[READ_FILE],
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in MEDIA.values()}}},
    summary="What it says now",
)
def preview(
    circular_id: Id,
    form: Form,
    parts: PartsDep,
    visitor: VisitorDep,
    variant: Annotated[str, Query(max_length=120, examples=["full"])] = FULL,
) -> Response:
    """A draft as it would be worded now, or what was reviewed; `variant` is `full`, `public` or
    `unit:<name>`."""
    if not inside(visitor):
        raise missing("通报", "circular", circular_id)
    with parts.make_uow(read_only=True) as uow:
        seen(uow, visitor, circular_id)
    one, documents = look(desk_at(parts), circular_id)
    if variant not in documents:
        raise missing("版本", "variant", variant)
    return file_answer(render(documents[variant], form), form, f"{one.title}.{form}")


@router.get(
    "/circulars/{circular_id}/files", dependencies=[SEE], summary="Files of an issued circular"
)
def list_files(circular_id: Id, parts: PartsDep, visitor: VisitorDep) -> FilesOut:
    """Files that the caller may read: a unit gets its own and the public ones."""
    with parts.make_uow(read_only=True) as uow:
        one = seen(uow, visitor, circular_id)
        files = [file for file in uow.papers.files(one.key) if readable(visitor, file)]
    return FilesOut(items=[told_file(one, file) for file in files])


@router.get(
    "/circulars/{circular_id}/files/{variant}.{form}",
    dependencies=[READ_FILE],
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in MEDIA.values()}}},
    summary="One file",
)
def one_file(  # noqa: PLR0917 - parts of the address, then who asks
    circular_id: Id,
    variant: Which,
    form: Form,
    parts: PartsDep,
    visitor: VisitorDep,
    unit: Annotated[str, Query(max_length=100, description="Whose report, for `unit`.")] = "",
) -> Response:
    """A file of an issued circular, compared with its hash before it is given."""
    desk = desk_at(parts)
    with parts.make_uow(read_only=True) as uow:
        one = seen(uow, visitor, circular_id)
        found = [
            file
            for file in uow.papers.files(one.key)
            if file.variant == variant and file.name.endswith(f".{form}")
        ]
    for file in found:
        if readable(visitor, file) and unit in {"", file.unit_id}:
            return file_answer(desk.store.read(file.path), form, file.name, file.sha256)
    raise missing("文件", "file", f"{variant}.{form}")


@router.get("/circulars/{circular_id}/receipts", dependencies=[SEE], summary="Who has read it")
def list_receipts(circular_id: Id, parts: PartsDep, visitor: VisitorDep) -> ReceiptsOut:
    """The receipts of the units that got a report with it."""
    with parts.make_uow(read_only=True) as uow:
        one = seen(uow, visitor, circular_id)
        units = [unit for unit in units_of(one) if own(visitor, unit)]
        found = receipts(uow, one, units)
    return ReceiptsOut(
        items=[
            ReceiptOut(
                unit=unit,
                received_at=None if paper is None else local(parts, paper.at),
                by="" if paper is None else paper.by,
            )
            for unit, paper in found.items()
        ]
    )


@router.post(
    "/circulars/{circular_id}/receipt",
    dependencies=[needs(Permission.ANSWER, audit=Audit.CHANGE)],
    summary="Give a receipt",
)
def give_receipt(
    circular_id: Id, parts: PartsDep, visitor: VisitorDep, wanted: ForUnit
) -> ReceiptOut:
    """Signs for the unit's report (签收); a second time changes nothing."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        one = seen(uow, visitor, circular_id)
        units = [unit for unit in units_of(one) if own(visitor, unit)]
        unit = wanted.unit or (units[0] if len(units) == 1 else "")
        if unit not in units:
            raise missing("单位月报", "report of unit", unit)
        paper = receive(uow, one, unit, visitor, now)
        uow.commit()
    return ReceiptOut(unit=unit, received_at=local(parts, paper.at), by=paper.by)
