"""Settings turned into what the domain knows: halls, cameras, windows, profiles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.domain.accounts import AccountRules, SessionRules
from models.domain.geometry import Polygon
from models.domain.hall import Camera, Hall, View, Window
from models.domain.hints import HintRules
from models.domain.presence import PresenceProfile

if TYPE_CHECKING:
    from api.settings.model import Settings


def hall_of(settings: Settings, hall_id: str) -> Hall:
    """One hall with its time zone."""
    hall = settings.halls[hall_id]
    return Hall(hall_id, hall.name, hall.kind, settings.time_zone_of(hall_id))


def halls_of(settings: Settings) -> dict[str, Hall]:
    """Every hall, in the order of the settings."""
    return {hall_id: hall_of(settings, hall_id) for hall_id in settings.halls}


def camera_of(settings: Settings, camera_id: str) -> Camera:
    """One camera with its sampling period; its address stays in the settings."""
    camera = settings.cameras[camera_id]
    period = settings.sampling_of(camera_id).period_s
    return Camera(camera_id, camera.hall, camera.name, period_s=period)


def cameras_of(settings: Settings) -> dict[str, Camera]:
    """Every camera, in the order of the settings."""
    return {camera_id: camera_of(settings, camera_id) for camera_id in settings.cameras}


def window_of(settings: Settings, window_id: str) -> Window:
    """One window.

    Raises:
        InputError: its views or numbers do not go together.
    """
    window = settings.windows[window_id]
    return Window(
        id=window_id,
        hall_id=window.hall,
        name=window.name,
        views=tuple(
            View(view.camera, Polygon(view.polygon), view.coverage, view.version)
            for view in window.views
        ),
        unit_id=window.unit,
        required=window.required,
        hit_rate=settings.presence_of(window_id).hit_rate,
        key_post=window.key_post,
        duty_profile=window.profile,
    )


def windows_of(settings: Settings) -> dict[str, Window]:
    """Every window, in the order of the settings."""
    return {window_id: window_of(settings, window_id) for window_id in settings.windows}


def presence_profile_of(settings: Settings, window_id: str) -> PresenceProfile:
    """How evidence for one window is weighed; the slowest of its cameras sets the gap.

    Raises:
        InputError: the numbers do not go together.
    """
    window = settings.windows[window_id]
    presence = settings.presence_of(window_id)
    slowest = max(settings.sampling_of(view.camera).slowest_period_s for view in window.views)
    return PresenceProfile(
        required=window.required,
        hit_rate=presence.hit_rate,
        false_rate=presence.false_rate,
        strong_score=presence.strong_score,
        enter_at=presence.enter_at,
        leave_at=presence.leave_at,
        looks_to_open=presence.looks_to_open,
        spacing_s=presence.spacing_s,
        slowest_period_s=slowest,
    )


def hint_rules_of(settings: Settings) -> dict[str, HintRules]:
    """What is hinted at, by window; windows that hint at nothing are left out."""
    found = {}
    for window_id, window in settings.windows.items():
        clues = window.clues
        if clues is not None and (clues.phone or clues.gather or clues.sleep):
            gap = 2 * presence_profile_of(settings, window_id).slowest_period_s
            found[window_id] = HintRules(**clues.model_dump(), gap_s=gap)
    return found


def account_rules_of(settings: Settings) -> AccountRules:
    """How long sessions, passwords and tokens last."""
    chosen = settings.accounts
    days, hours = chosen.password_days, chosen.first_password_hours
    return AccountRules(
        SessionRules(timedelta(minutes=chosen.idle_minutes), timedelta(hours=chosen.session_hours)),
        password_age=timedelta(days=days) if days else None,
        first_password=timedelta(hours=hours) if hours else None,
        sessions_each=chosen.sessions_each,
        token_age=timedelta(days=chosen.token_days),
        demo=settings.web.demo,
    )
