"""Staff lists into the record, one row per unit."""

from __future__ import annotations

from datetime import datetime

from models.domain.duty_rows import DutyKind, staff_to_json
from models.domain.people import Staff
from models.domain.ports import UnitOfWork


def put_staff(uow: UnitOfWork, staff: Staff, now: datetime, by: str) -> int:
    """Keep the list of each unit that is named; other units' lists stay. The caller commits.

    Returns:
        How many units' lists are new or changed.
    """
    before = uow.duty.counter()
    for unit in staff.units.values():
        own = Staff((one for one in staff.persons.values() if one.unit_id == unit.id), (unit,))
        uow.duty.put(DutyKind.STAFF, unit.id, staff_to_json(own), at=now, by=by)
    return uow.duty.counter() - before
