"""Behaviour on duty (规范服务): catalogue, registrations, clues, what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.behaviour import PREFIX, catalogue_of, put_behaviour, report_of
from api.deps import PartsDep, VisitorDep
from api.duty_doors import month_bounds, month_of
from api.duty_view import view_of
from api.errors import missing
from api.paging import page_of
from api.schemas.behaviour import (
    BehaviourFields,
    BehaviourFilter,
    BehaviourOut,
    BehaviourPage,
    BehaviourReport,
    CatalogueEntry,
    CataloguePage,
    CountOut,
    NewEntry,
    ReportFilter,
)
from api.schemas.fields import Asked, Because, Paged
from api.stills import Wanted, still_of, stills_of
from api.uploads import Upload, form_of, pictures
from api.wiring import WebParts
from api.zone_changes import zoned_now
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.behaviour import Behaviour
from models.domain.life import Stage
from models.domain.ports import UnitOfWork
from models.domain.records import EvidencePicture, FindingQuery, FindingRecord
from vision.behaviour_clerk import BehaviourClerk

router = APIRouter(tags=["behaviours"])


class NoFields(Asked):
    """A picture and nothing else."""


@router.get(
    "/behaviours/catalogue",
    dependencies=[needs(Permission.SEE_BEHAVIOURS)],
    summary="What may be registered",
)
def catalogue(parts: PartsDep, wanted: Annotated[Paged, Query()]) -> CataloguePage:
    """What may be registered by hand, and what a machine may hint at, by code."""
    with parts.make_uow(read_only=True) as uow:
        entries = list(catalogue_of(uow))
    items, following = page_of(entries, lambda one: (one.code,), wanted.after, wanted.limit)
    return CataloguePage(
        items=[_entry(one) for one in items],
        total=len(entries),
        next_after=following,
        limit=wanted.limit,
    )


@router.post(
    "/behaviours/catalogue",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Add, change or retire an entry",
)
def set_entry(parts: PartsDep, visitor: VisitorDep, wanted: NewEntry) -> CatalogueEntry:
    """Adds an entry to the catalogue, changes it, or retires it; old registrations keep theirs."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        known = {one.code: one for one in catalogue_of(uow)}
        before = known.get(wanted.code, Behaviour(wanted.code, wanted.name, wanted.name_en))
        entry = replace(
            before,
            name=wanted.name,
            name_en=wanted.name_en or before.name_en,
            group=wanted.group,
            retired=wanted.retired,
        )
        put_behaviour(uow, entry, now, visitor.name)
        target = f"behaviour:{entry.code}"
        note(uow, visitor, Action.DUTY_CHANGED, target, now, retired=entry.retired)
        uow.commit()
    return _entry(entry)


@router.get(
    "/behaviours/report",
    dependencies=[needs(Permission.SEE_BEHAVIOURS)],
    summary="Confirmed behaviour of a month",
)
def report(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[ReportFilter, Query()]
) -> BehaviourReport:
    """How often each behaviour was confirmed in a month, by unit; clues are in no report."""
    since, until = month_bounds(month_of(wanted.month, "month"), parts.settings)
    with parts.make_uow(read_only=True) as uow:
        found = report_of(uow, since, until, visitor.access.scope)
        names = catalogue_of(uow)
    counts = [
        CountOut(unit_id=unit, code=code, name=names.get(code).name, count=count)
        for unit, of_unit in found.items()
        for code, count in sorted(of_unit.items())
    ]
    return BehaviourReport(
        month=wanted.month,
        since=since,
        until=until,
        total=sum(one.count for one in counts),
        counts=counts,
    )


@router.get(
    "/behaviours",
    dependencies=[needs(Permission.SEE_BEHAVIOURS)],
    summary="Clues and registrations",
)
def list_behaviours(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[BehaviourFilter, Query()]
) -> BehaviourPage:
    """Clues of machines and what people registered, newest first."""
    query = FindingQuery(
        hall_id=wanted.hall_id,
        window_id=wanted.window_id,
        kind=wanted.code,
        state=wanted.state,
        scope=visitor.access.scope,
        key_prefix=PREFIX,
    )
    with parts.make_uow(read_only=True) as uow:
        after = int(wanted.after or 0)
        found = uow.findings.list(query, after_id=after, limit=wanted.limit + 1)
        total = uow.findings.count(query)
    page = found[: wanted.limit]
    return BehaviourPage(
        items=[_told(parts, row) for row in page],
        total=total,
        next_after=str(page[-1].id) if len(found) > len(page) else None,
        limit=wanted.limit,
    )


@router.get(
    "/behaviours/{behaviour_id}",
    dependencies=[needs(Permission.SEE_BEHAVIOURS)],
    summary="One clue or registration",
)
def one_behaviour(behaviour_id: int, parts: PartsDep, visitor: VisitorDep) -> BehaviourOut:
    """One; its pictures are under `/evidence/{sha256}.jpg`."""
    with parts.make_uow(read_only=True) as uow:
        return _told(parts, _row(uow, visitor, behaviour_id))


@router.post(
    "/behaviours",
    dependencies=[needs(Permission.RECORD_BEHAVIOUR, audit=Audit.CHANGE)],
    summary="Register what somebody does",
    status_code=201,
    openapi_extra=form_of("picture", BehaviourFields, needed=False),
)
def register(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, pictures()]
) -> BehaviourOut:
    """Registers by hand what somebody does at a window (待核实), with a still as evidence: a JPEG
    that is sent, the newest picture of the wall, or the recorder's."""
    wanted = upload.read(BehaviourFields)
    now = parts.clock.now()
    at = wanted.at or now
    with parts.make_uow(read_only=True) as uow:
        window = view_of(parts.settings, uow, visitor).window(wanted.window_id)
        behaviour = catalogue_of(uow).get(wanted.code)
    if behaviour.retired or not (upload.files or wanted.live or wanted.recorder):
        shots: Sequence[EvidencePicture] = ()  # the clerk says what is wrong; nothing is kept
    else:
        shots = stills_of(
            zoned_now(parts.settings, parts.make_uow),
            parts.evidence,
            Wanted(upload.files[0] if upload.files else None, wanted.live, wanted.recorder),
            window_id=window.id,
            camera_id=wanted.camera_id,
            at=at,
        )
    with parts.make_uow() as uow:
        row = BehaviourClerk(uow, now).register(
            window, behaviour, at, by=visitor.name, note=wanted.note, shots=shots
        )
        note(uow, visitor, Action.DUTY_CHANGED, f"behaviour:{row.id}", now, code=wanted.code)
        uow.commit()
    return _told(parts, row)


@router.post(
    "/behaviours/{behaviour_id}/confirm",
    dependencies=[needs(Permission.DECIDE_BEHAVIOUR, audit=Audit.CHANGE)],
    summary="Confirm by its still",
    openapi_extra=form_of("picture", needed=False),
)
def confirm(
    behaviour_id: int, parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, pictures()]
) -> BehaviourOut:
    """Confirms a clue or a registration by its still; one may be sent where none is kept yet."""
    upload.read(NoFields)
    now = parts.clock.now()
    with parts.make_uow(read_only=True) as uow:
        row = _row(uow, visitor, behaviour_id)
    zoned = zoned_now(parts.settings, parts.make_uow)
    shots = [
        still_of(
            zoned,
            parts.evidence,
            path,
            window_id=row.window_id,
            taken_at=row.started_at,
        )[1]
        for path in upload.files
        if row.window_id in parts.settings.windows
    ]
    with parts.make_uow() as uow:
        moved = BehaviourClerk(uow, now).move(
            behaviour_id, Stage.CONFIRMED, visitor.name, shots=shots
        )
        target = f"behaviour:{behaviour_id}"
        note(uow, visitor, Action.FINDING_DECIDED, target, now, to=moved.state)
        uow.commit()
    return _told(parts, moved)


@router.post(
    "/behaviours/{behaviour_id}/dismiss",
    dependencies=[needs(Permission.DECIDE_BEHAVIOUR, audit=Audit.CHANGE)],
    summary="Dismiss, with a reason",
)
def dismiss(
    behaviour_id: int, parts: PartsDep, visitor: VisitorDep, wanted: Because
) -> BehaviourOut:
    """Dismisses a clue or a registration (误报排除); it stays in the register with its reason."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        _row(uow, visitor, behaviour_id)
        moved = BehaviourClerk(uow, now).move(
            behaviour_id, Stage.DISMISSED, visitor.name, reason=wanted.reason
        )
        target = f"behaviour:{behaviour_id}"
        note(uow, visitor, Action.FINDING_DECIDED, target, now, to=moved.state)
        uow.commit()
    return _told(parts, moved)


def _row(uow: UnitOfWork, visitor: Visitor, number: int) -> FindingRecord:
    row = uow.findings.get(number) if 0 < number < 2**31 else None
    if row is None or "behaviour" not in row.details or not visitor.sees(row.hall_id, row.unit_id):
        raise missing("行为登记", "behaviour", str(number))
    return row


def _told(parts: WebParts, row: FindingRecord) -> BehaviourOut:
    details = row.details
    return BehaviourOut(
        **parts.teller.finding(row).model_dump(),
        basis=str(details.get("basis", "")),
        by=str(details.get("by", "")),
        note=str(details.get("note", "")),
    )


def _entry(one: Behaviour) -> CatalogueEntry:
    return CatalogueEntry(
        code=one.code,
        name=one.name,
        name_en=one.name_en,
        basis=one.basis.value,
        group=one.group,
        retired=one.retired,
    )
