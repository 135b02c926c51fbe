"""A case as JSON values and back, for the record and the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from models.domain.case import Case, CaseType, Ending, Suspension


def case_json(case: Case) -> dict[str, Any]:
    """A case as JSON values."""
    return {
        "project_no": case.project_no,
        "unit_id": case.unit_id,
        "case_type": case.case_type.value,
        "accepted_at": case.accepted_at.isoformat(),
        "promise_days": case.promise_days,
        "statutory_days": case.statutory_days,
        "ended_at": case.ended_at.isoformat() if case.ended_at else None,
        "ending": case.ending.value if case.ending else None,
        "task_code": case.task_code,
        "task_name": case.task_name,
        "suspensions": [
            {
                "first": stop.first.isoformat(),
                "last": stop.last.isoformat() if stop.last else None,
                "name": stop.name,
            }
            for stop in case.suspensions
        ],
        "corrections": case.corrections,
        "applicant": case.applicant,
        "source": case.source,
    }


def case_of(values: Mapping[str, Any]) -> Case:
    """The case that `case_json` gave.

    Raises:
        InputError: its values do not go together.
    """
    ended, ending = values["ended_at"], values["ending"]
    return Case(
        values["project_no"],
        values["unit_id"],
        CaseType(values["case_type"]),
        datetime.fromisoformat(values["accepted_at"]),
        values["promise_days"],
        values["statutory_days"],
        datetime.fromisoformat(ended) if ended else None,
        Ending(ending) if ending else None,
        values["task_code"],
        values["task_name"],
        tuple(
            Suspension(
                date.fromisoformat(stop["first"]),
                date.fromisoformat(stop["last"]) if stop["last"] else None,
                stop["name"],
            )
            for stop in values["suspensions"]
        ),
        values["corrections"],
        values["applicant"],
        values["source"],
    )
