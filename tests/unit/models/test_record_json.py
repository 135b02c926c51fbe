from __future__ import annotations

import json
from datetime import timedelta

from models.domain import finding_json, roster_json
from models.domain.finding import Finding, Kind, Level, Source, SourceKind
from models.domain.hours import SessionKind
from models.domain.roster import CoverChain, Roster, Shift, Turn
from tests.builders import NINE, at

ROSTER = Roster(
    shifts=(
        Shift("w1", NINE, at(3600), "p1", "A", "u1"),
        Shift("w1", at(3600), at(7200), "p2", "B", "", SessionKind.LUNCH),
    ),
    chains=(CoverChain("w2", NINE, ("p1", "p2"), "u2"),),
    turns=(Turn("w3", NINE, NINE + timedelta(days=7), "u4", "p9"),),
)

FINDING = Finding(
    key="w1@20261123T010000Z",
    window_id="w1",
    hall_id="h1",
    unit_id="u1",
    kind=Kind.OFF_POST,
    level=Level.FINDING,
    post="w1/A",
    roster_version=ROSTER.version,
    session_start=NINE,
    session_end=at(3600),
    since=at(60),
    until_at_least=at(960.5),
    lower_s=900.5,
    upper_s=1020.0,
    ended=False,
    touches_start=False,
    touches_end=False,
    covering=False,
    late_notice=True,
    notice_ids=("n1",),
    remark_ids=(),
    exemption_id="",
    samples=16,
    weakest=0.14,
    sources=(Source(at(60), SourceKind.MONITOR), Source(at(90), SourceKind.WEBHOOK, "x")),
    profile="default",
    why_zh="排班为A岗。",
    why_en="rostered: A.",
)


def test_a_roster_comes_back_from_the_record_as_it_was() -> None:
    again = roster_json.from_json(json.loads(json.dumps(roster_json.to_json(ROSTER))))
    assert again == ROSTER
    assert again.version == ROSTER.version
    assert Roster(again.shifts, again.chains, again.turns).version == ROSTER.version


def test_a_finding_comes_back_from_the_record_as_it_was() -> None:
    again = finding_json.from_json(json.loads(json.dumps(finding_json.to_json(FINDING))))
    assert again == FINDING
