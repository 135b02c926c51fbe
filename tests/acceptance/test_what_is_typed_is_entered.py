"""What a command changes is in the audit log, under the account or the console that did it."""

from __future__ import annotations

import getpass

from tests.acceptance.town import Town, spans

SHIFTS = ("2026-11-23,W12,公安局,甲,A,08:30,12:00,",)


def test_commands_that_change_something_are_entered_and_the_log_verifies(town: Town) -> None:
    town.roster(*SHIFTS)
    town.watched(spans("W12", ("09:10", "09:30")))
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    town.good("duty", "rejudge", *days, now="11-24 00:10")
    (row,) = town.good("finding", "list").lines
    town.good("finding", "confirm", str(row["id"]), "--by", "wang.wei")
    refused = town.run("finding", "confirm", str(row["id"]), "--by", "wang.wei")
    assert refused.code == 2
    told = town.good("audit", "list").lines
    assert {one["who"] for one in told} == {f"console:{getpass.getuser()}", "wang.wei"}
    decided = [one for one in told if one["action"] == "finding_decided"]
    assert [(one["target"], one["who"]) for one in decided] == [
        (f"finding:{row['id']}", "wang.wei")
    ]
    assert [one["target"] for one in told if one["action"] == "duty_changed"] == ["roster"]
    assert "甲" not in str(told)
    again = town.good("audit", "list", "--action", "audit_read").lines
    assert len(again) == 1
    assert "校验通过" in town.good("audit", "verify").out
