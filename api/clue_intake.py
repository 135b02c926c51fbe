"""Takes another system's observation in: where it is of, its picture masked, its register entry.

It is a clue and never a finding by itself: one that says a window was empty joins the finding in
whose time it falls, one on behaviour waits for a person.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from api.behaviour import catalogue_of
from api.picture_guard import check_jpeg_bytes
from api.schemas.clue import NewClue
from api.settings import Settings
from api.settings.domain import windows_of
from api.stills import still_in
from models.domain.clue_rows import BEHAVIOURS, ClueKind, ClueRow
from models.domain.errors import GeometryError, InputError, SourceError
from models.domain.finding import SourceKind
from models.domain.geometry import Polygon
from models.domain.hall import Window
from models.domain.hints import Hint
from models.domain.ports import EvidenceStore, UnitOfWork
from models.domain.records import EvidencePicture, FindingQuery
from vision.behaviour_clerk import BehaviourClerk
from vision.entries import Proof, named_pictures

NEAR = timedelta(minutes=1)


def window_meant(settings: Settings, wanted: NewClue) -> Window:
    """The window that an observation is of.

    Raises:
        InputError: it names none, or two ways at once, or its polygon lies in no staff zone.
    """
    windows = windows_of(settings)
    by_place = bool(wanted.camera_id and wanted.polygon)
    if wanted.window_id and wanted.polygon is None:
        found = windows.get(wanted.window_id)
        if found is None:
            raise _nowhere("window_id", wanted.window_id)
        return found
    if wanted.window_id or not by_place:
        raise InputError(
            "请写明 window_id,或 camera_id 与 polygon,二者择一。",
            "say window_id, or camera_id with polygon; one of the two.",
            where="window_id, polygon",
        )
    box = _polygon(wanted).bounds
    shares = {
        name: view.polygon.overlap(box)
        for name, window in windows.items()
        if (view := window.view_of(wanted.camera_id)) is not None
    }
    best = max(shares, key=lambda name: shares[name], default="")
    if not best or shares[best] <= 0:
        raise _nowhere("camera_id, polygon", wanted.camera_id)
    return windows[best]


def _polygon(wanted: NewClue) -> Polygon:
    try:
        return Polygon(tuple(wanted.polygon or ()))
    except GeometryError as error:
        raise InputError(error.zh, error.en, where="polygon") from None


def _nowhere(where: str, name: str) -> InputError:
    return InputError(
        f"“{name}”不对应任何窗口的工位区域。",
        f"{name!r} is at no window's staff zone.",
        where=where,
    )


def picture_of(
    settings: Settings, store: EvidenceStore, wanted: NewClue, window: Window
) -> list[EvidencePicture]:
    """The picture that came with it, masked outside the window's staff zone and kept.

    Raises:
        InputError: it is no whole JPEG, or of no camera that sees the window.
    """
    if not wanted.picture:
        return []
    if window.view_of(wanted.camera_id) is None:
        raise InputError(
            "附图须写明 camera_id,且该摄像头能看到此窗口,否则无法遮挡公众区域。",
            "a picture needs the camera_id of a camera that sees the window; the public side "
            "cannot be masked otherwise.",
            where="camera_id",
        )
    try:
        data = base64.b64decode(wanted.picture, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("附图不是 base64。", "it is no base64.", where="picture") from None
    check_jpeg_bytes(data, "picture")
    try:
        _, shot = still_in(
            settings,
            store,
            data,
            "picture",
            window_id=window.id,
            camera_id=wanted.camera_id,
            taken_at=wanted.at,
        )
    except SourceError as error:
        raise InputError(error.zh, error.en, where="picture") from None
    return [shot]


def take_clue(
    uow: UnitOfWork,
    wanted: NewClue,
    window: Window,
    shots: Sequence[EvidencePicture],
    *,
    settings: Settings,
    by: str,
    now: datetime,
) -> ClueRow:
    """Keep an observation with its entry in the register; the caller commits."""
    model = f"{wanted.model} {wanted.model_version}".strip()
    row = ClueRow(
        window_id=window.id,
        hall_id=window.hall_id,
        unit_id=window.unit_id,
        kind=wanted.kind,
        at=wanted.at,
        source_kind=SourceKind.WEBHOOK,
        source=wanted.source,
        external_id=wanted.external_id,
        received_at=now,
        by=by,
        people=wanted.people,
        score=wanted.score,
        model=model,
        evidence=shots[0].sha256 if shots else "",
    )
    for shot in shots:
        uow.evidence.add(shot)
    said = {
        "source": row.source,
        "external_id": row.external_id,
        "what": row.kind.value,
        "window": row.window_id,
        "hall": row.hall_id,
        "unit": row.unit_id,
        "at": row.at,
        "by": by,
        "people": row.people,
        "score": row.score,
        "model": model,
        "evidence": named_pictures(shots),
    }
    key = f"clue:{row.source_kind.value}:{sha256(row.ref.encode()).hexdigest()}"
    uow.register.append("clue_received", said, now, key=key)
    kept = uow.clues.put(row)
    if row.kind is not ClueKind.EMPTY:
        _hint(uow, kept, window, shots, settings=settings, now=now)
    return kept


def _hint(
    uow: UnitOfWork,
    row: ClueRow,
    window: Window,
    shots: Sequence[EvidencePicture],
    *,
    settings: Settings,
    now: datetime,
) -> None:
    """On behaviour: a clue (线索) that a person confirms by its still, or dismisses (S25)."""
    behaviour = catalogue_of(uow).get(BEHAVIOURS[row.kind])
    if behaviour.retired:
        return
    hint = Hint(behaviour.code, row.at, row.at, 1, row.score or 0.0)
    proof = Proof("", f"{row.source}: {row.model}", settings.settings_hash())
    BehaviourClerk(uow, now).clue(window, behaviour, hint, proof, shots)


def joined(uow: UnitOfWork, row: ClueRow) -> int | None:
    """The finding that an observation joined, or the behaviour clue it became."""
    query = FindingQuery(window_id=row.window_id, since=row.at - NEAR, until=row.at + NEAR)
    code = BEHAVIOURS.get(row.kind, "")
    for found in uow.findings.list(query):
        sources = found.details.get("finding", {}).get("sources", ())
        if code and found.kind == code and found.started_at == row.at:
            return found.id
        if [row.source_kind.value, row.ref] in [list(one[1:]) for one in sources]:
            return found.id
    return None
