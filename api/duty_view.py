"""What rules duty as one account may see it: its halls, windows, units, people, and no others."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from api.auth.visitor import Visitor
from api.duty_desk import DutyDesk
from api.duty_record import InForce, of_record
from api.errors import missing
from api.settings import Settings
from models.domain.duty import Duty
from models.domain.hall import Hall, Window
from models.domain.leave import Exemption
from models.domain.people import Person, Staff
from models.domain.ports import UnitOfWork
from models.domain.roster import Roster


class DutyView:
    """Made for one call.

    Args:
        settings: Halls and windows.
        ruled: Everything that rules duty.
        visitor: Whose view it is.
    """

    def __init__(self, settings: Settings, ruled: InForce, visitor: Visitor) -> None:
        self.settings = settings
        self.ruled = ruled
        self.visitor = visitor
        self.desk = DutyDesk(settings, ruled.duty, ruled.calendar)

    @property
    def everywhere(self) -> bool:
        """Whether the account sees every hall and unit."""
        scope = self.visitor.scope
        return scope.halls is None and scope.units is None

    @cached_property
    def windows(self) -> dict[str, Window]:
        """The windows in its scope, in the order of the settings."""
        every = self.desk.windows
        return {name: one for name, one in every.items() if self._sees_window(one)}

    @cached_property
    def halls(self) -> dict[str, Hall]:
        """The halls in its scope: those that are its own, and those of its windows."""
        own = {one.hall_id for one in self.windows.values()}
        return {
            name: hall
            for name, hall in self.desk.halls.items()
            if name in own or self.visitor.sees(name, "")
        }

    def window(self, name: str) -> Window:
        """One window of the scope.

        Raises:
            NotThere: there is none, or it is somebody else's.
        """
        if name not in self.windows:
            raise missing("窗口", "window", name)
        return self.windows[name]

    def hall(self, name: str) -> Hall:
        """One hall of the scope.

        Raises:
            NotThere: there is none, or it is somebody else's.
        """
        if name not in self.halls:
            raise missing("大厅", "hall", name)
        return self.halls[name]

    def unit_of(self, person_id: str) -> str:
        """The unit that a person belongs to, empty where nothing says so."""
        known = self.ruled.staff.persons.get(person_id) if self.ruled.staff else None
        return known.unit_id if known else person_id.rpartition("/")[0]

    def name_of(self, person_id: str) -> str:
        """A person's name."""
        known = self.ruled.staff.persons.get(person_id) if self.ruled.staff else None
        return known.name if known else person_id.rpartition("/")[2]

    def sees_unit(self, unit_id: str) -> bool:
        """Whether a unit is in the scope."""
        return any(self.visitor.sees(hall, unit_id) for hall in ("", *self.halls))

    def sees_person(self, person_id: str) -> bool:
        """Whether a person is of a unit of the scope, or on duty where it reaches."""
        if self.everywhere:
            return True
        places = self._places.get(person_id, set())
        unit = self.unit_of(person_id)
        if unit:
            return any(self.visitor.sees(hall, unit) for hall in ("", *(one for one, _ in places)))
        return any(self.visitor.sees(*place) for place in places)

    def sees_stop(self, stop: Exemption) -> bool:
        """Whether a stop of service holds for a window of the scope."""
        if stop.window_id:
            return stop.window_id in self.windows
        return not stop.hall_id or stop.hall_id in self.halls

    def narrowed(self) -> InForce:
        """What rules duty without what the account does not see."""
        if self.everywhere:
            return self.ruled
        duty = self.ruled.duty
        roster = Roster(
            tuple(one for one in duty.roster.shifts if one.window_id in self.windows),
            tuple(one for one in duty.roster.chains if one.window_id in self.windows),
            tuple(one for one in duty.roster.turns if one.window_id in self.windows),
        )
        staff = self._own_staff()
        own = Duty(
            roster,
            [one for one in duty.all_notices if self.sees_person(one.person_id)],
            [one for one in duty.exemptions if self.sees_stop(one)],
            late_rule=duty.late_rule,
            staff=staff,
        )
        return replace(self.ruled, duty=own, staff=staff)

    def _own_staff(self) -> Staff | None:
        if self.ruled.staff is None:
            return None
        persons: list[Person] = [
            one for one in self.ruled.staff.persons.values() if self.sees_person(one.id)
        ]
        units = [one for one in self.ruled.staff.units.values() if self.sees_unit(one.id)]
        return Staff(persons, units)

    def _sees_window(self, window: Window) -> bool:
        return self.visitor.sees(window.hall_id, window.unit_id) or any(
            self.visitor.sees(window.hall_id, unit) for unit in self._turns.get(window.id, ())
        )

    @cached_property
    def _turns(self) -> dict[str, set[str]]:
        """Units that have turns at a window which several share."""
        found: dict[str, set[str]] = {}
        for one in self.ruled.duty.roster.turns:
            found.setdefault(one.window_id, set()).add(one.unit_id)
        return found

    @cached_property
    def _places(self) -> dict[str, set[tuple[str, str]]]:
        """Hall and unit of every window that the roster names a person at."""
        roster, found = self.ruled.duty.roster, dict[str, set[tuple[str, str]]]()
        named = [(one.window_id, one.person_id) for one in roster.shifts]
        named += [(one.window_id, one.person_id) for one in roster.turns]
        named += [(one.window_id, who) for one in roster.chains for who in one.person_ids]
        for window_id, person in named:
            window = self.desk.windows.get(window_id)
            if window is not None and person:
                found.setdefault(person, set()).add((window.hall_id, window.unit_id))
        return found


def view_of(settings: Settings, uow: UnitOfWork, visitor: Visitor) -> DutyView:
    """The view of a visitor inside an open transaction.

    Raises:
        RosterProblems: a file of the settings cannot be read.
    """
    return DutyView(settings, of_record(settings, uow), visitor)
