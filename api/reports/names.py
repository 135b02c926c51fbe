"""Names in a 通报批评: only of persons whom a second approver agreed to name."""

from __future__ import annotations

from dataclasses import replace

from api.naming import namings_of, person_of
from api.reports.gather import Gathered
from models.domain.naming import NamingState
from models.domain.ports import UnitOfWork


def with_names(uow: UnitOfWork, gathered: Gathered) -> Gathered:
    """The report with the names that may stand in it; every other problem names nobody."""
    rows = {row.id: row for row in gathered.rows}
    problems = []
    for problem in gathered.report.problems:
        row = rows.get(problem.number)
        namings = namings_of(uow, row.key) if row else []
        agreed = bool(namings) and namings[-1].state is NamingState.APPROVED
        name = person_of(uow, row) if row and agreed else ""
        problems.append(replace(problem, person=name))
    return replace(gathered, report=replace(gathered.report, problems=tuple(problems)))
