"""Joins spot checks to the watch: who is looked through, by which rules, under which name."""

from __future__ import annotations

import hashlib
import socket
from datetime import timedelta

from api.duty_desk import DutyDesk
from api.inspecting import Inspector, Means
from api.inspection_plans import patience_of
from api.settings import Settings
from api.settings.domain import presence_profile_of
from models.domain.check_look import Burst
from models.storage.record import Record
from vision.attention import Attention
from vision.check_room import CheckRoom, Rules
from vision.entries import Proof
from vision.photographer import Photographer
from vision.watch_room import WatchRoom


def inspector_of(
    settings: Settings,
    desk: DutyDesk,
    room: WatchRoom,
    record: Record,
    *,
    proof: Proof,
    attention: Attention,
    speed: float = 1.0,
    me: str = "",
) -> Inspector:
    """Carries out the checks of the halls that are watched here.

    Args:
        settings: Halls, cameras, windows.
        desk: The duty rules.
        room: What is known of every window.
        record: Where results go.
        proof: What entries name.
        attention: Told which cameras are to be looked at closer.
        speed: Seconds of the clock per real second.
        me: Name under which checks are claimed, where it is not the installation's.
    """
    gaps = {one: gap_of(settings, one) for one in desk.windows}
    rules = Rules(
        judge=desk.judge,
        duty=lambda: desk.duty,
        sessions=lambda window, at: desk.sessions(window, desk.local_day(window, at)),
        gap=lambda window: gaps[window.id],
    )
    means = Means(
        windows=desk.windows,
        duty=lambda: desk.duty,
        photograph=Photographer(room, record.evidence),
        make_uow=record.make_uow,
        proof=proof,
        me=me or watch_name(settings),
        patience=patience_of(settings),
    )
    checks = CheckRoom(room, rules, cameras_by_hall(settings), Burst().at_speed(speed))
    return Inspector(checks, attention, means)


def gap_of(settings: Settings, window_id: str) -> timedelta:
    """Two of a window's slowest sample periods: a longer gap splits what was seen."""
    return timedelta(seconds=2 * presence_profile_of(settings, window_id).slowest_period_s)


def cameras_by_hall(settings: Settings) -> dict[str, frozenset[str]]:
    """All cameras, by hall."""
    found: dict[str, set[str]] = {}
    for camera_id, camera in settings.cameras.items():
        found.setdefault(camera.hall, set()).add(camera_id)
    return {hall: frozenset(cameras) for hall, cameras in found.items()}


def watch_name(settings: Settings) -> str:
    """Name under which this installation's watch claims checks, the same after a restart."""
    folder = hashlib.sha256(str(settings.data_path).encode()).hexdigest()[:8]
    return f"watch@{socket.gethostname()}/{folder}"
