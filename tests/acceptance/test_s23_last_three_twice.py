"""S23: last three in two half-years running suggest an admonition; a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.reports.gather import gather
from models.domain.access import Role
from models.domain.audit import DeedQuery, deed_of
from models.domain.life import Stage
from tests.fakes_web import Web
from tests.reported_month import Month, at, month, web_of, workdays

SIX = ("甲局", "乙局", "丙局", "丁局", "戊局", "己局")
UNITS = (*SIX, *SIX, "庚局", "甲局")
"""Of the 14 windows, in order."""

X, Y, FEW = "甲局", "丁局", "庚局"
FINDINGS = {"甲局": 4, "乙局": 3, "丙局": 2, "丁局": 2, "戊局": 0, "己局": 0}
"""丙局 and 丁局 share the third place from below; 庚局 has one window: too few checks."""

RULE = {"code": "last-3", "count": 3, "periods": 2, "measure": "admonition"}
WHY = {"reason": "情况属实"}


def half_year(town: Month, days: list[date]) -> None:
    """Every window is staffed in every check; findings as in `FINDINGS`."""
    town.check(days, away=0.0)
    for place, (unit, count) in enumerate(FINDINGS.items()):
        window = next(one for one in town.settings.windows if town.unit_of(one) == unit)
        for number in range(count):
            town.found(window, days[0], f"{9 + number}:{place:02}".zfill(5), checked=False)


def begun(folder: Path, **rule: Any) -> AbstractContextManager[Month]:
    now = at(date(2027, 1, 4), "10:00")
    return month(folder, halls=(8, 0, 1), units=UNITS, now=now, rank_rules=[{**RULE, **rule}])


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Month]:
    with begun(tmp_path) as made:
        half_year(made, workdays(2026, 6)[:2])
        half_year(made, workdays(2026, 12)[:2])
        yield made


@pytest.fixture
def web(town: Month) -> Web:
    return Web(create_app(web_of(town), pages=False))


def suggested(web: Web, period: str = "2026-H2") -> Any:
    answer = web.as_(Role.REVIEWER).post("/api/v1/measures/suggestions", json={"period": period})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_last_three_of_two_half_years_running_are_suggested_and_nothing_is_done(
    town: Month, web: Web
) -> None:
    told = suggested(web)
    found = {one["subject"]: one for one in told["items"]}
    assert set(found) == {"甲局", "乙局", "丙局", Y}
    assert (found[X]["measure_name"], found[X]["state"]) == ("诫勉谈话", "waiting")
    assert (found[X]["tied"], found[Y]["tied"]) == (False, True)
    assert "2026-H1倒数第3,并列;2026-H2倒数第3,并列" in found[Y]["why"]
    assert {one["period"]: one["units"] for one in told["too_few"]} == {
        "2026-H1": [FEW],
        "2026-H2": [FEW],
    }
    assert web.as_(Role.SUPERVISOR).get("/api/v1/measures/ledger").json()["total"] == 0
    with town.record.make_uow(read_only=True) as uow:
        report = gather(uow, town.settings, "2026-H2", town.clock.now()).report
    assert report.duties.measures == ()
    assert suggested(web)["new"] == 0


def test_an_approver_agrees_or_refuses_and_the_circular_names_what_was_agreed_to(
    town: Month, web: Web
) -> None:
    found = {one["subject"]: one["id"] for one in suggested(web)["items"]}
    path, approver = "/api/v1/measures/suggestions/decide", web.as_(Role.APPROVER, login="zhao")
    agree = {"id": found[X], "agree": True}
    assert web.as_(Role.REVIEWER).post(path, json=agree).status_code == 403
    told = approver.post(path, json=agree).json()
    assert (told["state"], told["decided_by"]) == ("approved", "zhao")
    assert approver.post(path, json=agree).status_code == 409
    refuse = {"id": found[Y], "agree": False}
    assert approver.post(path, json=refuse).status_code == 422
    assert approver.post(path, json=refuse | WHY).json()["state"] == "refused"
    with town.record.make_uow(read_only=True) as uow:
        report = gather(uow, town.settings, "2026-H2", town.clock.now()).report
    (measure,) = report.duties.measures
    assert measure.startswith(f"{X}:诫勉谈话(连续2次排名后3名")


def test_without_ties_a_shared_last_place_means_nobody(tmp_path: Path) -> None:
    with begun(tmp_path, ties=False) as town:
        half_year(town, workdays(2026, 6)[:2])
        half_year(town, workdays(2026, 12)[:2])
        told = suggested(Web(create_app(web_of(town), pages=False)))
    assert {one["subject"] for one in told["items"]} == {"甲局", "乙局"}


def test_a_period_that_is_not_over_suggests_nothing(web: Web) -> None:
    early = web.as_(Role.REVIEWER).post("/api/v1/measures/suggestions", json={"period": "2027-H1"})
    assert early.status_code == 422


def test_a_ledger_whose_counts_need_not_add_up_and_units_to_praise(web: Web) -> None:
    centre = web.as_(Role.REVIEWER)
    path = "/api/v1/measures/ledger"
    for case, measure in (("1", "suspension"), ("1", "case_filed"), ("2", "talk"), ("3", "talk")):
        row = {
            "case": case,
            "subject": X,
            "measure": measure,
            "at": "2026-12-07T09:00:00+08:00",
            "basis": "监通〔2026〕3号",
        }
        made = centre.post(path, json=row)
        assert made.status_code == 201, made.text
    key = made.json()["id"]
    assert centre.post(f"{path}/{key}/withdraw", json=WHY).json()["withdrawn"] == WHY["reason"]
    assert centre.post(f"{path}/{key}/withdraw", json=WHY).status_code == 409
    told = centre.get(path, params={"since": "2026-12-01", "until": "2026-12-07"}).json()
    assert (told["affairs"], told["said"]) == (2, "共2,其中约谈1、停职检查1、立案1")
    assert centre.get(path, params={"until": "2026-12-06"}).json()["affairs"] == 0
    praised = centre.get("/api/v1/measures/honours", params={"period": "2026-12"}).json()
    assert praised["units"] == ["戊局", "己局"]


def test_persons_are_scored_by_what_was_attributed_and_every_look_is_entered(
    town: Month, web: Web
) -> None:
    attributed(town, "甲局", "李四")
    path = "/api/v1/scores/persons?period=2026-12"
    for role in (Role.OPERATOR, Role.LIAISON, Role.SUPERVISOR):
        assert web.as_(role).get(path).status_code == 403
    told = web.as_(Role.APPROVER, login="zhao").get(path).json()["items"]
    assert told == [
        {"unit": "甲局", "person": "李四", "score": "97.0", "points": "3", "findings": 1}
    ]
    with town.record.make_uow(read_only=True) as uow:
        deeds = [deed_of(one) for one in uow.register.deeds(DeedQuery(who="zhao"))]
    assert any("scores/persons" in str(deed.said) for deed in deeds)


def attributed(town: Month, unit: str, person: str) -> None:
    """One more finding, whose confirmation names a person."""
    window = next(one for one in town.settings.windows if town.unit_of(one) == unit)
    row = town.found(window, date(2026, 12, 3), "16:00", state=None, checked=False)
    later = row.started_at + timedelta(hours=1)
    said = {"finding": row.key, "to": "confirmed", "by": "wang", "person": person}
    step = {"stage": "confirmed", "by": "wang", "at": later.isoformat(), "reason": ""}
    with town.record.make_uow() as uow:
        uow.register.append("finding_confirmed", said, later, key=f"{row.key}:confirmed")
        details = {**row.details, "life": [step]}
        uow.findings.update(replace(row, state=Stage.CONFIRMED.value, details=details))
        uow.commit()
