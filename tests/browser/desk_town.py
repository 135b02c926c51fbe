"""A town of two units whose desk has something on it: a roster, checks, cases, a circular."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from models.domain.access import Role
from tests.checked_days import FRIDAY, MONDAY, committed, revealed
from tests.fakes_duty import NOVEMBER, ROSTER_HEADS, sheet, two_units
from tests.fakes_web import MORNING, Served, lay, off_post, served

CASE_HEADS = "办件编号,单位,事项名称,受理时间,承诺时限,法定时限,补正次数,申请人,办结时间"
CASES = (
    "B1,户籍,落户,2026-11-02,14,20,2,王大锤,",
    "B2,税务,发票,2026-11-02,5,,0,,2026-11-04",
    "B3,税务,清税证明,2026-11-02,3,,0,李四,",
)
CIRCULAR = "监通〔2026〕1号"


@contextmanager
def desk_town(folder: Path, **halls: int) -> Iterator[Served]:
    """Served, with cameras on the shelf; the rehearsal's liaison is of 税务."""
    with served(folder, {"web": {"demo": True}} | two_units(folder, **halls)) as running:
        for camera in running.settings.cameras:
            lay(running.shelf, running.settings, camera, MORNING)
        yield running


def sent(client: httpx.Client, address: str, **given: Any) -> dict[str, Any]:
    """A change that has to succeed."""
    answer = client.post(f"/api/v1{address}", **given)
    assert answer.status_code < 300, answer.text
    told: dict[str, Any] = answer.json()
    return told


def with_findings(town: Served) -> dict[str, int]:
    """A confirmed finding of each unit of this morning and one to be verified, by window."""
    made = {
        window: found(town, window, MORNING - timedelta(minutes=minutes))
        for window, minutes in (("w01-1", 0), ("w02-1", 2), ("w03-1", 3))
    }
    with town.client(Role.REVIEWER) as reviewer:
        for window in ("w01-1", "w02-1"):
            sent(reviewer, f"/findings/{made[window]}/confirm", json={"reason": ""})
    return made


def found(town: Served, window_id: str, at: datetime) -> int:
    """A finding to be verified, of the window's unit."""
    row = off_post(town.record, town.settings, window_id, at)
    details = {**row.details, "finding": {"key": row.key, "sources": []}}
    row = replace(row, details=details, unit_id=town.settings.windows[window_id].unit)
    with town.record.make_uow() as uow:
        uow.findings.update(row)
        uow.commit()
    return row.id


def with_checks(town: Served) -> None:
    """Friday, carried out and revealed; today, committed."""
    revealed(town.record, town.settings, FRIDAY)
    committed(town.record, town.settings, MONDAY)


def with_roster_and_cases(town: Served) -> None:
    """A roster of four shifts and three cases."""
    with town.client(Role.REVIEWER) as reviewer:
        sent(reviewer, "/rosters", files=sheet(ROSTER_HEADS, *NOVEMBER))
        sent(reviewer, "/cases/import", files=sheet(CASE_HEADS, *CASES, name="办件.csv"))


def with_circular(town: Served, period: str = "2026-10") -> str:
    """A circular drafted, reviewed, signed and issued; its id."""
    with town.client(Role.REVIEWER) as reviewer, town.client(Role.APPROVER) as approver:
        key = str(sent(reviewer, "/circulars", json={"period": period})["id"])
        sent(reviewer, f"/circulars/{key}/submit", json={})
        sent(approver, f"/circulars/{key}/sign")
        assert sent(approver, f"/circulars/{key}/issue")["number"] == CIRCULAR
    return key


def with_papers(town: Served, findings: dict[str, int]) -> None:
    """A notice of rectification to each unit; an explanation and an appeal of 税务."""
    with town.client(Role.REVIEWER) as reviewer, town.client(Role.LIAISON) as liaison:
        for window in ("w01-1", "w02-1"):
            matter = {"matter": "窗口脱岗,未安排顶岗", "findings": [findings[window]]}
            sent(reviewer, "/rectifications", json=matter)
        told = {"text": (None, "领取物料,已请同事代看")}
        sent(liaison, f"/findings/{findings['w03-1']}/explanations", files=told)


def filled(town: Served) -> dict[str, int]:
    """Everything at once."""
    with_checks(town)
    with_roster_and_cases(town)
    findings = with_findings(town)
    with_circular(town)
    with_papers(town, findings)
    return findings
