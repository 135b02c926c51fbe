"""Cases (办件) of the electronic supervision: what was accepted, promised, suspended, closed.

Source: domain.md §2.8 and §1.3. Who applied is never kept: a masked name at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from models.domain.errors import InputError


class CaseType(StrEnum):
    """The six kinds (六件管理): 即办件, 承诺件, 联办件, 上报件, 补办件, 退回件."""

    IMMEDIATE = "immediate"
    PROMISED = "promised"
    JOINT = "joint"
    REFERRED = "referred"
    SUPPLEMENT = "supplement"
    RETURNED = "returned"


CASE_TYPE_NAMES: dict[CaseType, str] = {
    CaseType.IMMEDIATE: "即办件",
    CaseType.PROMISED: "承诺件",
    CaseType.JOINT: "联办件",
    CaseType.REFERRED: "上报件",
    CaseType.SUPPLEMENT: "补办件",
    CaseType.RETURNED: "退回件",
}


class Ending(StrEnum):
    """How a case left the stock: closed (办结), returned (退回), withdrawn (撤销)."""

    CLOSED = "closed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


ENDING_NAMES: dict[Ending, str] = {
    Ending.CLOSED: "办结",
    Ending.RETURNED: "退回",
    Ending.WITHDRAWN: "撤销",
}


@dataclass(frozen=True, slots=True)
class Suspension:
    """A special procedure (特别程序: hearing, inspection, expert review) that stops the clock.

    Attributes:
        first: First day that does not count.
        last: Last such day; None while it lasts.
    """

    first: date
    last: date | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise InputError(
                f"特别程序的结束({self.last})早于开始({self.first})。",
                f"the special procedure ends ({self.last}) before it begins ({self.first}).",
                where="special_procedure",
            )

    def holds(self, day: date) -> bool:
        """Whether `day` does not count."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Case:
    """One case, found again by its project number (办件编号).

    Attributes:
        project_no: Unique number.
        unit_id: The unit (单位) that handles it; of a joint one, the first (首办).
        accepted_at: When it was accepted (受理), aware.
        promise_days: Promised working days (承诺时限); 0 for a case of the same day.
        statutory_days: Statutory working days (法定时限), None where not given.
        ended_at: When it left the stock, None while it is open.
        corrections: How many notices to bring more papers (补正) it had.
        applicant: Masked name at most, say 王**.
        source: The file or system it came from.
    """

    project_no: str
    unit_id: str
    case_type: CaseType
    accepted_at: datetime
    promise_days: int
    statutory_days: int | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    task_code: str = ""
    task_name: str = ""
    suspensions: Sequence[Suspension] = ()
    corrections: int = 0
    applicant: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.project_no.strip():
            raise self._wrong("办件编号不能为空。", "the project number is empty.")
        if self.promise_days < 0 or (self.statutory_days or 0) < 0 or self.corrections < 0:
            raise self._wrong("天数与次数不能为负。", "days and counts are not negative.")
        if (self.ended_at is None) != (self.ending is None):
            raise self._wrong(
                "办结时间与办结方式须同时填写。", "when and how it ended belong together."
            )
        if self.ended_at is not None and self.ended_at < self.accepted_at:
            raise self._wrong("办结时间早于受理时间。", "it ended before it was accepted.")

    def _wrong(self, zh: str, en: str) -> InputError:
        return InputError(zh, en, where=f"case {self.project_no}".strip())

    def open_at(self, moment: datetime) -> bool:
        """Whether it was in the stock (在办) at a moment."""
        return self.accepted_at <= moment and (self.ended_at is None or moment < self.ended_at)


def masked(name: str) -> str:
    """A name of which only the first character can be read (王**), empty for none."""
    name = "".join(name.split())
    return name[:1] + "**" if name else ""


def together(stops: Iterable[Suspension]) -> tuple[Suspension, ...]:
    """Special procedures of one case, one for each first day: a later row corrects an earlier
    one, but one without an end takes none away."""
    found: dict[date, Suspension] = {}
    for stop in stops:
        before = found.get(stop.first)
        if before is None or stop.last is not None or before.last is None:
            found[stop.first] = stop
    return tuple(sorted(found.values(), key=lambda stop: stop.first))


def renewed(before: Case, now: Case) -> Case:
    """A case as it stands after an import that holds it again (按办件编号更新).

    What the new row says holds. What it says nothing of stays: a row without special procedures
    forgets none, and a row without an end, from an older export, does not open a closed case.
    """
    ended = before if now.ended_at is None else now
    return replace(
        now,
        suspensions=tuple(now.suspensions) or tuple(before.suspensions),
        ended_at=ended.ended_at,
        ending=ended.ending,
        statutory_days=before.statutory_days if now.statutory_days is None else now.statutory_days,
        task_code=now.task_code or before.task_code,
        task_name=now.task_name or before.task_name,
        applicant=now.applicant or before.applicant,
    )
