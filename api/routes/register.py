"""The register (登记台账), read and verified. There is no way to write it here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request

from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.errors import TooMany, missing
from api.schemas.finding import RegisterOut
from api.schemas.register import FaultOut, RegisterFilter, RegisterPage, VerdictOut
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.ports import UnitOfWork
from models.domain.register import Entry
from models.storage.record import open_existing_record
from models.storage.verification import verify_record

router = APIRouter(tags=["register"])

BATCH = 200
MASK = "***"
NAMES = frozenset({"person"})
"""What of an entry names somebody; it is read where the finding is, by who may."""


@router.get(
    "/register",
    dependencies=[needs(Permission.SEE_REGISTER, audit=Audit.EACH)],
    summary="Entries",
)
def list_entries(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[RegisterFilter, Query()]
) -> RegisterPage:
    """Entries of the chain after a number, oldest first. Names of persons are masked; an account
    with a scope sees entries of its own windows."""
    with parts.make_uow(read_only=True) as uow:
        head = uow.register.head().seq
        entries = entries_seen(parts, uow, visitor, wanted.kind, wanted.after)
        found = list(islice(entries, wanted.limit))
    last = found[-1].seq if found else head
    whole = _everywhere(visitor) and not wanted.kind
    return RegisterPage(
        items=found,
        total=head if whole else None,
        head=head,
        next_after=last if len(found) == wanted.limit and last < head else None,
        limit=wanted.limit,
    )


def entries_seen(
    parts: WebParts, uow: UnitOfWork, visitor: Visitor, kind: str, after: int
) -> Iterator[RegisterOut]:
    """Every entry after a number that a visitor may see, oldest first; any kind where it is
    empty."""
    while batch := uow.register.entries(after, BATCH, kind=kind):
        after = batch[-1].seq
        for entry in batch:
            if _seen(parts, uow, visitor, entry):
                yield _told(parts, entry)


@router.get(
    "/register/verify",
    dependencies=[needs(Permission.VERIFY_REGISTER, audit=Audit.EACH)],
    summary="Does it stand as it was written?",
)
def verify(request: Request, parts: PartsDep) -> VerdictOut:
    """Checks every entry's hash and place, the signed heads, and every picture of evidence. It
    reads everything, so one check runs at a time."""
    settings = parts.settings
    with _alone(request.app):
        record = open_existing_record(
            settings.data_path, settings.database_url, evidence=settings.evidence_place
        )
        try:
            verdict = verify_record(record)
            fingerprint = record.anchors.fingerprint
        finally:
            record.close()
    return VerdictOut(
        verifies=not verdict.faults,
        entries=verdict.entries,
        anchors=verdict.anchors,
        pictures=verdict.pictures,
        purged=verdict.purged,
        fingerprint=fingerprint,
        faults=[
            FaultOut(kind=one.kind.value, seq=one.seq, zh=one.zh, en=one.en)
            for one in verdict.faults[:100]
        ],
        fault_count=len(verdict.faults),
    )


@router.get(
    "/register/{seq}",
    dependencies=[needs(Permission.SEE_REGISTER, audit=Audit.EACH)],
    summary="One entry",
)
def one_entry(seq: int, parts: PartsDep, visitor: VisitorDep) -> RegisterOut:
    """One entry with its hash and the one before it."""
    with parts.make_uow(read_only=True) as uow:
        entry = uow.register.get(seq) if 0 < seq < 2**62 else None
        if entry is None or not _seen(parts, uow, visitor, entry):
            raise missing("登记", "register entry", str(seq))
        return _told(parts, entry)


@contextmanager
def _alone(app: FastAPI) -> Iterator[None]:
    lock: threading.Lock = app.state.__dict__["_state"].setdefault("verifying", threading.Lock())
    if not lock.acquire(blocking=False):
        raise TooMany(30)
    try:
        yield
    finally:
        lock.release()


def _everywhere(visitor: Visitor) -> bool:
    return visitor.scope.halls is None and visitor.scope.units is None


def _seen(parts: WebParts, uow: UnitOfWork, visitor: Visitor, entry: Entry) -> bool:
    """Whoever has a scope sees what is about a finding or a window in it, and nothing else."""
    if _everywhere(visitor):
        return True
    key = str(entry.payload.get("finding", ""))
    row = uow.findings.by_key(key) if key else None
    if row is not None:
        return visitor.sees(row.hall_id, row.unit_id)
    window = parts.settings.windows.get(str(entry.payload.get("window", "")))
    return window is not None and visitor.sees(window.hall, window.unit)


def _told(parts: WebParts, entry: Entry) -> RegisterOut:
    told = parts.teller.entry(entry)
    held = {name: MASK if name in NAMES else value for name, value in told.payload.items()}
    return told.model_copy(update={"payload": held})
