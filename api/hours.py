"""Whether a window is open, by hours, calendar and roster; for display.

The wall greys what nobody expects to be staffed, by the same rules that judge it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from api.duty_desk import DutyDesk
from api.duty_record import in_force
from api.settings import Settings
from models.domain.ports import MakeUnitOfWork


def open_now(
    settings: Settings, make_uow: MakeUnitOfWork | None = None
) -> Callable[[str, datetime], bool]:
    """A function (window id, moment) → whether one of its sessions is open.

    Raises:
        RosterProblems: a roster file cannot be read or something in it is wrong.
    """
    ruled = in_force(settings, make_uow)
    desk = DutyDesk(settings, ruled.duty, ruled.calendar)

    def is_open(window_id: str, moment: datetime) -> bool:
        window = desk.windows[window_id]
        sessions = desk.sessions(window, desk.local_day(window, moment))
        return any(session.start <= moment < session.end for session in sessions)

    return is_open
