"""What a roster file is read against: halls, windows, hours, the calendar, staff lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook
from models.domain.leave import Notice
from models.domain.people import Staff
from models.domain.workdays import WorkCalendar


@dataclass(frozen=True)
class RosterContext:
    """Everything a file is checked against.

    Attributes:
        halls: By id.
        windows: All windows of these halls.
        staff: Staff lists per unit; None where there are none, and any name is taken.
        notices: Leave and out notices already registered.
        month: The month being imported, as its first day; rows outside it are E104. It also
            supplies the year, and the month, of dates that leave them out.
        year: The year of dates that leave it out, where no month is set.
        published: First days of months that were already published (E123).
        people: Ids of everybody whom the roster in force names, where there is no staff list.
    """

    halls: Mapping[str, Hall]
    windows: Sequence[Window]
    hours: HoursBook = field(default_factory=HoursBook)
    calendar: WorkCalendar = field(default_factory=WorkCalendar.builtin)
    staff: Staff | None = None
    notices: Sequence[Notice] = ()
    month: date | None = None
    year: int | None = None
    published: frozenset[date] = frozenset()
    people: frozenset[str] = frozenset()

    def hall_of(self, window: Window) -> Hall:
        """The window's hall; one that is not listed is a plain hall of that id."""
        return self.halls.get(window.hall_id) or Hall(window.hall_id, window.hall_id)
