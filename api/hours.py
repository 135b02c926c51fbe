"""Whether a window is open, by hours, calendar and roster; for display.

The wall greys what nobody expects to be staffed, by the same rules that judge it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.duty_desk import DutyDesk
from api.duty_record import Mark, in_force, mark_of
from api.settings import Settings
from models.domain.errors import OnPostError
from models.domain.ports import MakeUnitOfWork

LOOK_AGAIN: Final = timedelta(seconds=30)


def open_now(
    settings: Settings, make_uow: MakeUnitOfWork | None = None
) -> Callable[[str, datetime], bool]:
    """A function (window id, moment) → whether one of its sessions is open.

    Raises:
        RosterProblems: a roster file cannot be read or something in it is wrong.
    """
    ruled = in_force(settings, make_uow)
    state = _State(DutyDesk(settings, ruled.duty, ruled.calendar), ruled.mark)

    def is_open(window_id: str, moment: datetime) -> bool:
        if make_uow is not None and state.due(moment):
            _renew(state, settings, make_uow)
        desk = state.desk
        window = desk.windows[window_id]
        sessions = desk.sessions(window, desk.local_day(window, moment))
        return any(session.start <= moment < session.end for session in sessions)

    return is_open


@dataclass
class _State:
    desk: DutyDesk
    mark: Mark
    looked: datetime | None = None

    def due(self, moment: datetime) -> bool:
        """Whether it is time to see if anything was imported since; once in a while will do."""
        if self.looked is not None and timedelta() <= moment - self.looked < LOOK_AGAIN:
            return False
        self.looked = moment
        return True


def _renew(state: _State, settings: Settings, make_uow: MakeUnitOfWork) -> None:
    try:
        with make_uow(read_only=True) as uow:
            mark = mark_of(uow)
        if mark != state.mark:
            ruled = in_force(settings, make_uow)
            state.desk.renew(ruled.duty, ruled.calendar)
            state.mark = ruled.mark
    except OnPostError:
        return  # a file or the record cannot be read right now; what was known holds on
