"""Hit rates (检出率) that an administrator accepted: put over the settings file's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from api.duty_record import put_row
from api.settings import Settings
from api.settings.domain import presence_profile_of
from api.settings.sections import PresenceOverride, WindowSettings
from models.domain.duty_rows import DutyKind
from models.domain.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class AcceptedRate:
    """One window's rate.

    Attributes:
        rate: Accepted.
        instead_of: What the file said then; where the file says something else by now, whoever
            changed it there means it, and the file rules.
    """

    rate: float
    instead_of: float


Rates: TypeAlias = Mapping[str, AcceptedRate]


def rates_of(uow: UnitOfWork) -> dict[str, AcceptedRate]:
    """What was accepted, by window."""
    return {
        row.key: AcceptedRate(float(row.content["rate"]), float(row.content["instead_of"]))
        for row in uow.duty.standing(DutyKind.HIT_RATE)
    }


def with_rates(settings: Settings, rates: Rates) -> Settings:
    """Settings with accepted rates put over the file's."""
    over = {
        window_id: _window(settings, window_id, one.rate)
        for window_id, one in rates.items()
        if window_id in settings.windows
        and settings.presence_of(window_id).hit_rate == one.instead_of
    }
    if not over:
        return settings
    changed = settings.model_copy(update={"windows": {**settings.windows, **over}})
    changed._base, changed._file = settings._base, settings._file
    return changed


def _window(settings: Settings, window_id: str, rate: float) -> WindowSettings:
    window = settings.windows[window_id]
    held = window.presence or PresenceOverride()
    return window.model_copy(update={"presence": held.model_copy(update={"hit_rate": rate})})


def save_rate(
    uow: UnitOfWork, settings: Settings, window_id: str, rate: float, *, now: datetime, by: str
) -> None:
    """Keep a window's rate, in the caller's transaction.

    Args:
        settings: As in the file.

    Raises:
        InputError: it does not go together with the other numbers.
    """
    said = AcceptedRate(rate, settings.presence_of(window_id).hit_rate)
    presence_profile_of(with_rates(settings, {window_id: said}), window_id)
    content = {"rate": said.rate, "instead_of": said.instead_of}
    put_row(uow, DutyKind.HIT_RATE, window_id, content, now=now, by=by)
