"""Roster and notices survive the record."""

from __future__ import annotations

import json

from models.domain import duty_json, roster_json
from models.domain.roster import CoverChain, Roster, Turn
from tests.duty_builders import ALL_DAY, JIA, WINDOW, YI, at, notice


def test_roster_and_notices_come_back_as_they_were() -> None:
    roster = Roster(
        ALL_DAY.shifts,
        (CoverChain(WINDOW.id, at("00:00"), (JIA.id, YI.id)),),
        (Turn("ZH", at("00:00"), at("23:00"), "第4单位"),),
    )
    notices = (notice(JIA, "09:00", "10:00", cover=YI), notice(YI, "11:00", "12:00"))
    kept = json.loads(json.dumps(duty_json.to_json(roster, notices)))
    assert duty_json.from_json(kept) == (roster, notices)


def test_the_order_of_notices_makes_no_other_version() -> None:
    notices = (notice(JIA, "09:00", "10:00", cover=YI), notice(YI, "11:00", "12:00"))
    assert duty_json.to_json(ALL_DAY, notices) == duty_json.to_json(ALL_DAY, notices[::-1])


def test_a_version_from_before_notices_were_kept_is_read() -> None:
    assert duty_json.from_json(roster_json.to_json(ALL_DAY)) == (ALL_DAY, ())
