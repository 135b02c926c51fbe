"""Earlier days judged again from the spans that were kept, by what is known of them now.

What changes becomes entries of their own (情况说明成立, 转豁免, 撤销, 更正); nothing is edited.
Each day is judged by the thresholds that were set then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from api.duty_desk import DutyDesk
from api.duty_record import WATCH, InForce, of_record
from api.settings import Settings
from api.settings.sections import DutyOverride, DutySettings
from models.domain.clue_rows import clues_of
from models.domain.clues import merge_clues
from models.domain.duty_rows import DutyKind
from models.domain.errors import InputError
from models.domain.finding import Finding
from models.domain.finding_json import from_json
from models.domain.hall import Window
from models.domain.ports import MakeUnitOfWork, UnitOfWork
from models.domain.reconcile import Action, Move, reconcile
from models.domain.records import EvidencePicture, FindingQuery, FindingRecord
from models.domain.spans import Span
from models.domain.workdays import day_of
from vision.entries import Proof
from vision.finding_clerk import FindingClerk

PAGE = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """One finding that judging again changed."""

    day: date
    action: Action
    row: FindingRecord


def rejudge(
    settings: Settings,
    make_uow: MakeUnitOfWork,
    first: date,
    last: date,
    now: datetime,
    *,
    dry_run: bool = False,
) -> list[Changed]:
    """Judge the days from `first` to `last` again, each in one transaction.

    Args:
        settings: Halls, windows, hours.
        make_uow: The record.
        first: First local day.
        last: Last local day; today is the watch's, which judges it all the time.
        now: When it is done.
        dry_run: Only tell.

    Raises:
        InputError: the days are out of order, or one of them is not over.
        StorageError: the database cannot be used; days before the failing one are done.
    """
    if last < first:
        raise InputError(
            "结束日期早于开始日期。", "the last day is before the first.", where="--to"
        )
    found: list[Changed] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        with make_uow() as uow:
            found += _day(settings, uow, day, now)
            if not dry_run:
                uow.commit()
    return found


def _day(settings: Settings, uow: UnitOfWork, day: date, now: datetime) -> list[Changed]:
    ruled = of_record(settings, uow)
    plain = DutyDesk(settings, ruled.duty, ruled.calendar)
    ends = [day_of(hall, day)[1] for hall in plain.halls.values()]
    if max(ends, default=now) > now:
        raise InputError(
            f"{day} 尚未结束,由 onpost watch 实时判定。",
            f"{day} is not over; `onpost watch` judges it as it goes.",
            where="--to",
        )
    then = settings_then(settings, uow, max(ends, default=now))
    desk = DutyDesk(then, ruled.duty, ruled.calendar)
    clerk = FindingClerk(uow, desk.windows, _proof(uow, settings, now), now)
    found = []
    for window in desk.windows.values():
        for action in _actions(uow, desk, window, day, ruled):
            row = clerk.carry_out(action, _pictures(uow, action))
            if row is not None:
                found.append(Changed(day, action, row))
    return found


def _actions(
    uow: UnitOfWork, desk: DutyDesk, window: Window, day: date, ruled: InForce
) -> Sequence[Action]:
    start, end = day_of(desk.halls[window.hall_id], day)
    spans: list[Span] = uow.spans.between(window.id, start, end)
    if not spans:
        return []
    judged = desk.judge(window, spans, end - timedelta(microseconds=1))
    judged, _ = merge_clues(judged, clues_of(uow.clues.empty(start, end)))
    return reconcile(_known(uow, window, start, end), judged, ruled.duty)


def _pictures(uow: UnitOfWork, action: Action) -> Sequence[EvidencePicture]:
    """What was kept of the window at that time, for a finding that begins here."""
    now = action.after
    if now is None or action.move is not Move.OPEN:
        return ()
    near = timedelta(minutes=2)
    return uow.evidence.of_window(now.window_id, now.since - near, now.until_at_least + near)


def _known(uow: UnitOfWork, window: Window, start: datetime, end: datetime) -> list[Finding]:
    """Findings of the window's day as last registered."""
    known: list[Finding] = []
    query, after = FindingQuery(window_id=window.id, since=start, until=end), 0
    while page := uow.findings.list(query, after_id=after, limit=PAGE):
        after = page[-1].id
        for row in page:
            if row.details.get("withdrawn") or "finding" not in row.details:
                continue
            one = from_json(row.details["finding"])
            if start <= one.session_start < end:
                known.append(one)
    return known


def _proof(uow: UnitOfWork, settings: Settings, now: datetime) -> Proof:
    """What saw the windows is what the newest finding names; nothing looks anew here."""
    opened = uow.register.find(kind="finding_opened", until=now, limit=1_000_000)
    said = opened[-1].payload if opened else {}
    return Proof(
        str(said.get("model_hash", "")), str(said.get("detector", "")), settings.settings_hash()
    )


def settings_then(settings: Settings, uow: UnitOfWork, moment: datetime) -> Settings:
    """The settings with the thresholds that the watch judged by at `moment`."""
    rows = [one for one in uow.duty.history(DutyKind.SETTINGS, WATCH) if one.at <= moment]
    snapshot = uow.settings.get(rows[-1].content["sha256"]) if rows else None
    return settings if snapshot is None else thresholds_of(settings, snapshot)


def thresholds_of(settings: Settings, snapshot: Mapping[str, Any]) -> Settings:
    """The settings with the thresholds of a snapshot of them."""

    def own(section: str, name: str) -> DutyOverride | None:
        found = snapshot.get(section, {}).get(name, {}).get("duty")
        return None if found is None else DutyOverride.model_validate(found)

    named = snapshot.get("duty_profiles", {})
    windows = {
        name: one.model_copy(
            update={
                "duty": own("windows", name),
                "profile": snapshot["windows"][name].get("profile", one.profile),
            }
        )
        if name in snapshot.get("windows", {})
        else one
        for name, one in settings.windows.items()
    }
    halls = {
        name: one.model_copy(update={"duty": own("halls", name)})
        if name in snapshot.get("halls", {})
        else one
        for name, one in settings.halls.items()
    }
    return settings.model_copy(
        update={
            "duty": DutySettings.model_validate(snapshot.get("duty", {})),
            "duty_profiles": {
                name: DutyOverride.model_validate(one) for name, one in named.items()
            },
            "windows": windows,
            "halls": halls,
        }
    )
