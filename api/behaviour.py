"""Behaviour (规范服务): the catalogue in force, clues of the watch, what reports count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from models.domain.access import EVERYWHERE, Scope
from models.domain.behaviour import Basis, Behaviour, Catalogue
from models.domain.duty_rows import DutyKind
from models.domain.every_finding import every_finding
from models.domain.hall import Window
from models.domain.life import Life, Stage, Step
from models.domain.ports import EvidenceStore, MakeUnitOfWork, UnitOfWork
from models.domain.records import EvidencePicture, FindingQuery, FindingRecord
from vision.behaviour_clerk import BehaviourClerk
from vision.clue_desk import Clue, ClueDesk
from vision.entries import Proof
from vision.sources.pictures import decode_jpeg
from vision.still import keep_still

PREFIX = "behaviour:"
"""How the keys of clues and registrations begin."""


def catalogue_of(uow: UnitOfWork) -> Catalogue:
    """The built-in catalogue with the entries that were added or changed."""
    found = Catalogue()
    for row in uow.duty.standing(DutyKind.BEHAVIOUR):
        content = {**row.content, "basis": Basis(row.content["basis"])}
        found = found.with_entry(Behaviour(**content))
    return found


def put_behaviour(uow: UnitOfWork, entry: Behaviour, now: datetime, by: str) -> None:
    """Add or change an entry of the catalogue; the caller commits."""
    Catalogue([entry])
    content = asdict(entry) | {"basis": entry.basis.value}
    uow.duty.put(DutyKind.BEHAVIOUR, entry.code, content, at=now, by=by)


def rows_of(
    uow: UnitOfWork,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    scope: Scope = EVERYWHERE,
) -> Iterator[FindingRecord]:
    """Clues and registrations of behaviour, newest first."""
    query = FindingQuery(since=since, until=until, scope=scope, key_prefix=PREFIX)
    return every_finding(uow, query)


def counted(row: FindingRecord) -> bool:
    """Whether a report may count it: only what a person confirmed."""
    return Life((Step(Stage(row.state), "record", row.opened_at),)).counted


def report_of(
    uow: UnitOfWork, since: datetime, until: datetime, scope: Scope = EVERYWHERE
) -> dict[str, dict[str, int]]:
    """How often each behaviour was confirmed, by unit and code."""
    found: dict[str, Counter[str]] = {}
    for row in rows_of(uow, since=since, until=until, scope=scope):
        if counted(row):
            found.setdefault(row.unit_id, Counter())[row.kind] += 1
    return {unit: dict(counts) for unit, counts in sorted(found.items())}


def keep_clues(
    desk: ClueDesk,
    windows: Mapping[str, Window],
    store: EvidenceStore,
    make_uow: MakeUnitOfWork,
    *,
    proof: Proof,
    now: datetime,
) -> list[FindingRecord]:
    """Take the watch's clues into the record, each with its masked still.

    Raises:
        StorageError: nothing was written; the next round tells them again.
    """
    clues = desk.pending()
    if not clues:
        return []
    shots = [_still(clue, windows, store) for clue in clues]  # safe before they are named
    found = []
    with make_uow() as uow:
        clerk = BehaviourClerk(uow, now)
        catalogue = catalogue_of(uow)
        for clue, shot in zip(clues, shots, strict=True):
            behaviour = catalogue.get(clue.hint.code)
            if not behaviour.retired:
                window = windows[clue.window_id]
                found.append(clerk.clue(window, behaviour, clue.hint, proof, [shot]))
        uow.commit()
    desk.settled(len(clues))
    return found


def _still(clue: Clue, windows: Mapping[str, Window], store: EvidenceStore) -> EvidencePicture:
    image = decode_jpeg(clue.jpeg, clue.camera_id)
    return keep_still(store, image, windows[clue.window_id], clue.camera_id, clue.taken_at)
