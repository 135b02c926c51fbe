"""Visits on the spot (明查, 暗访) entered by hand, with stills as evidence of what they accuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from api.duty_view import DutyView
from api.roll_call import open_halls
from api.schemas.check import VisitFields, VisitResult
from api.settings import Settings
from api.stills import still_of
from models.domain.check_result import Result
from models.domain.errors import InputError
from models.domain.hall import Window
from models.domain.inspection import Check, CheckKey, CheckKind, CheckResult
from models.domain.inspection_manual import BY_HAND, enter_visit
from models.domain.inspection_record import ended_key
from models.domain.ports import EvidenceStore, UnitOfWork
from models.domain.records import EvidencePicture
from vision.check_entries import CHECK_RESULT
from vision.entries import named_pictures


@dataclass(frozen=True, slots=True)
class Seen:
    """What visitors found at one window, with the still that shows it."""

    window: Window
    given: VisitResult
    shot: EvidencePicture | None = None


def seen_of(view: DutyView, wanted: VisitFields) -> list[Seen]:
    """The windows that were visited, each of the hall and in the caller's scope.

    Raises:
        NotThere: the hall or a window is not there, or is somebody else's.
        InputError: a window is of another hall.
    """
    hall = view.hall(wanted.hall_id)
    found = [Seen(view.window(one.window_id), one) for one in wanted.found]
    for one in found:
        if one.window.hall_id != hall.id:
            raise InputError(
                f"窗口“{one.window.id}”不在大厅“{hall.id}”。",
                f"window {one.window.id!r} is not in hall {hall.id!r}.",
                where="results",
            )
    return found


def with_stills(
    seen: Sequence[Seen],
    files: Sequence[Path],
    settings: Settings,
    store: EvidenceStore,
    taken_at: datetime,
) -> list[Seen]:
    """The same with their pictures masked and stored, before anything names them.

    Raises:
        InputError: a picture that is named did not come, or one came that nothing names.
        SourceError: one is no whole JPEG.
        StorageError: the store cannot be written.
    """
    named = {one.given.picture for one in seen if one.given.picture is not None}
    if named != set(range(1, len(files) + 1)):
        raise InputError(
            f"收到 {len(files)} 张图片,结果中引用的是 {sorted(named) or '无'};"
            "每张图片须由一个结果引用,编号从 1 起。",
            f"{len(files)} picture(s) came, the results name {sorted(named) or 'none'}; each must "
            "be named by a result, numbered from 1.",
            where="pictures",
        )
    found = []
    for one in seen:
        number = one.given.picture
        if number is None:
            found.append(one)
            continue
        _, shot = still_of(
            settings,
            store,
            files[number - 1],
            window_id=one.window.id,
            camera_id=one.given.camera_id,
            taken_at=taken_at,
        )
        found.append(Seen(one.window, one.given, shot))
    return found


def enter(
    uow: UnitOfWork,
    view: DutyView,
    wanted: VisitFields,
    seen: Sequence[Seen],
    *,
    by: str,
    now: datetime,
) -> Check:
    """Enter a visit with its results in the caller's transaction; it ends at once.

    Raises:
        InputError: it is to come, a window stands there twice, or the hall was closed and nothing
            says why.
    """
    name, at = str(uuid4()), wanted.seen_at
    closed = None
    if wanted.hall_id not in open_halls(view.desk, at):
        closed = view.desk.day(wanted.hall_id, at)
    key = CheckKey(f"visit:{name}", wanted.hall_id, 1)
    check, _ = enter_visit(
        uow,
        name,
        wanted.hall_id,
        CheckKind(wanted.kind),
        [_result(uow, key, one, {"by": by, "looked_at": at.isoformat()}, now) for one in seen],
        by=by,
        seen_at=at,
        now=now,
        note=wanted.note,
        closed=closed,
    )
    return check


def _result(
    uow: UnitOfWork, key: CheckKey, one: Seen, said: Mapping[str, str], now: datetime
) -> CheckResult:
    """The row; one with a picture has an entry of its own that names it."""
    row = CheckResult(
        one.window.id,
        one.window.unit_id,
        Result(one.given.result),
        BY_HAND,
        details={"said": one.given.reason} if one.given.reason else {},
    )
    if one.shot is None:
        return row
    uow.evidence.add(one.shot)
    entry = uow.register.append(
        CHECK_RESULT,
        {
            "plan": key.plan,
            "number": key.number,
            "hall": key.hall_id,
            "window": row.window_id,
            "unit": row.unit_id,
            "result": one.given.result,
            "reason": BY_HAND,
            "evidence": named_pictures([one.shot]),
            **said,
        },
        now,
        key=f"{ended_key(key)}:{row.window_id}",
    )
    return replace(row, evidence=(one.shot.sha256,), entry_seq=entry.seq)
