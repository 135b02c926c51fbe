"""Rectifications, explanations, appeals, suggestions as JSON values and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from models.domain.appeal import Appeal, AppealState
from models.domain.circular import DocumentNumber
from models.domain.explanation import Explanation, ExplanationState
from models.domain.measures import Measure, Status, Suggestion
from models.domain.rectification import Rectification, RectifyState, Round


def number_json(number: DocumentNumber) -> dict[str, Any]:
    """A document's number."""
    return {"series": number.series, "year": number.year, "number": number.number}


def number_of(values: Mapping[str, Any]) -> DocumentNumber:
    """The number that `number_json` gave."""
    return DocumentNumber(values["series"], values["year"], values["number"])


def rectification_json(one: Rectification) -> dict[str, Any]:
    """A rectification with its rounds."""
    return {
        "number": number_json(one.number),
        "unit_id": one.unit_id,
        "title": one.title,
        "refs": list(one.refs),
        "issued_on": one.issued_on.isoformat(),
        "issued_by": one.issued_by,
        "rounds": [
            {
                "due": turn.due.isoformat(),
                "reported_at": _text(turn.reported_at),
                "report": turn.report,
                "attachments": list(turn.attachments),
                "returned": turn.returned,
            }
            for turn in one.rounds
        ],
        "state": one.state.value,
        "claimed_by": one.claimed_by,
        "closing_number": None if one.closing_number is None else number_json(one.closing_number),
        "withdrawn": one.withdrawn,
    }


def rectification_of(values: Mapping[str, Any]) -> Rectification:
    """The rectification that `rectification_json` gave."""
    closing = values["closing_number"]
    return Rectification(
        number_of(values["number"]),
        values["unit_id"],
        values["title"],
        tuple(values["refs"]),
        date.fromisoformat(values["issued_on"]),
        values["issued_by"],
        tuple(
            Round(
                date.fromisoformat(turn["due"]),
                _moment(turn["reported_at"]),
                turn["report"],
                tuple(turn["attachments"]),
                turn["returned"],
            )
            for turn in values["rounds"]
        ),
        RectifyState(values["state"]),
        values["claimed_by"],
        None if closing is None else number_of(closing),
        values["withdrawn"],
    )


def explanation_json(one: Explanation) -> dict[str, Any]:
    """An explanation."""
    return {
        "finding": one.finding,
        "unit_id": one.unit_id,
        "by": one.by,
        "given_at": one.given_at.isoformat(),
        "text": one.text,
        "state": one.state.value,
        "answered_by": one.answered_by,
        "answered_at": _text(one.answered_at),
        "reason": one.reason,
    }


def explanation_of(values: Mapping[str, Any]) -> Explanation:
    """The explanation that `explanation_json` gave."""
    return Explanation(
        values["finding"],
        values["unit_id"],
        values["by"],
        datetime.fromisoformat(values["given_at"]),
        values["text"],
        ExplanationState(values["state"]),
        values["answered_by"],
        _moment(values["answered_at"]),
        values["reason"],
    )


def appeal_json(one: Appeal) -> dict[str, Any]:
    """An appeal."""
    return {
        "finding": one.finding,
        "unit_id": one.unit_id,
        "by": one.by,
        "filed_at": one.filed_at.isoformat(),
        "grounds": one.grounds,
        "confirmed_by": one.confirmed_by,
        "overridden_by": one.overridden_by,
        "override_reason": one.override_reason,
        "state": one.state.value,
        "decided_by": one.decided_by,
        "decided_at": _text(one.decided_at),
        "reason": one.reason,
    }


def appeal_of(values: Mapping[str, Any]) -> Appeal:
    """The appeal that `appeal_json` gave."""
    return Appeal(
        values["finding"],
        values["unit_id"],
        values["by"],
        datetime.fromisoformat(values["filed_at"]),
        values["grounds"],
        values["confirmed_by"],
        values["overridden_by"],
        values["override_reason"],
        AppealState(values["state"]),
        values["decided_by"],
        _moment(values["decided_at"]),
        values["reason"],
    )


def suggestion_json(one: Suggestion) -> dict[str, Any]:
    """A suggested measure."""
    return {
        "key": one.key,
        "rule": one.rule,
        "subject": one.subject,
        "period": one.period,
        "measure": one.measure.value,
        "why": one.why,
        "tied": one.tied,
        "status": one.status.value,
        "decided_by": one.decided_by,
        "decided_at": _text(one.decided_at),
        "reason": one.reason,
    }


def suggestion_of(values: Mapping[str, Any]) -> Suggestion:
    """The suggestion that `suggestion_json` gave."""
    return Suggestion(
        values["key"],
        values["rule"],
        values["subject"],
        values["period"],
        Measure(values["measure"]),
        values["why"],
        values["tied"],
        Status(values["status"]),
        values["decided_by"],
        _moment(values["decided_at"]),
        values["reason"],
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
