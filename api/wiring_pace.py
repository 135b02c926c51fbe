"""From the settings to each camera's pace (自适应采样)."""

from __future__ import annotations

from api.settings import Settings
from api.settings.domain import hint_rules_of, presence_profile_of
from api.settings.sections import CameraWatch
from models.domain.pace import Pace, fastest_allowed, slowest_allowed
from vision.pacer import Pacer


def paces_of(settings: Settings) -> dict[str, Pace]:
    """Bounds of every camera whose rate is adaptive.

    Left out are cameras that are watched on a check only, and those of windows that give clues:
    what a clerk does with a phone is seen at the usual rate or not at all.
    """
    if not settings.watch.adaptive:
        return {}
    hinting = hint_rules_of(settings)
    return {
        camera: pace_of(settings, camera)
        for camera, section in settings.cameras.items()
        if section.watch is not CameraWatch.ON_CHECK
        and not hinting.keys() & set(_windows_of(settings, camera))
    }


def pace_of(settings: Settings, camera_id: str) -> Pace:
    """Bounds of one camera."""
    sampling = settings.sampling_of(camera_id)
    usual = sampling.period_s
    profiles = [presence_profile_of(settings, one) for one in _windows_of(settings, camera_id)]
    return Pace(
        fastest_s=fastest_allowed(usual, profiles),
        usual_s=usual,
        slowest_s=slowest_allowed(usual, sampling.quiet_period_s, sampling.slowest_period_s),
        look_again_s=sampling.force_after * usual,
    )


def pacer_of(settings: Settings) -> Pacer:
    """Keeps the pace of all cameras that have one."""
    profiles = {one: presence_profile_of(settings, one) for one in settings.windows}
    return Pacer(paces_of(settings), profiles)


def _windows_of(settings: Settings, camera_id: str) -> list[str]:
    return [
        name
        for name, window in settings.windows.items()
        if any(view.camera == camera_id for view in window.views)
    ]
