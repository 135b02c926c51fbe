"""S20: a power cut that is registered later exempts what fell into it, with its reference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.acceptance.test_s15_late_leave import again, entries, stages
from tests.acceptance.town import Town, spans

SHIFTS = (
    "2026-11-23,W12,公安局,甲,A,08:30,12:00,",
    "2026-11-23,W12,公安局,甲,A,14:30,17:30,",
)
CUT = ("--kind", "停电", "--from", "2026-11-23 09:00", "--to", "2026-11-23 10:00")
APPROVED = ("--approver", "值班主任", "--approved", "2026-11-23 10:30")
EMPTY = (("09:10", "09:50"), ("15:00", "15:20"))


@pytest.fixture
def found(town: Town) -> Town:
    """Two findings of a day that is over, one of them inside the power cut."""
    town.roster(*SHIFTS)
    town.watched(spans("W12", *EMPTY))
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    town.good("duty", "rejudge", *days, now="11-24 00:10")
    return town


def test_s20_the_finding_moves_to_exempt_and_names_the_power_cut(found: Town) -> None:
    before = found.judge(spans("W12", *EMPTY), "--totals").lines[-1]["totals"]["seconds"]
    number = found.good("stop", "add", "--hall", "main", *CUT, *APPROVED).out.split()[0]
    again(found)
    assert stages(found) == [
        ("off_post", "exempted", "W12/A"),
        ("off_post", "to_verify", "W12/A"),
    ]
    assert entries(found)[-1] == "finding_exempted"
    with found.record() as record, record.make_uow(read_only=True) as uow:
        (entry,) = uow.register.find(kind="finding_exempted")
    assert entry.payload["reference"] == number
    after = found.judge(spans("W12", *EMPTY), "--totals").lines[-1]["totals"]["seconds"]
    assert (before["exempt"], after["exempt"]) == (0, 3600)
    assert sum(before.values()) == sum(after.values()) == 24 * 3600, "the totals balance"


def test_s20_of_another_hall_or_without_approver_it_exempts_nothing(found: Town) -> None:
    done = found.run("stop", "add", "--hall", "elsewhere", *CUT, *APPROVED)
    assert (done.code, "elsewhere" in done.err) == (2, True)
    done = found.run("stop", "add", "--hall", "main", *CUT, "--approver", " ")
    assert (done.code, "批准人" in done.err) == (2, True)
    done = found.run("stop", "add", *CUT, *APPROVED)
    assert done.code == 2
    assert "0 条" in found.good("stop", "list").out


def test_s20_withdrawn_it_exempts_no_longer_and_the_trace_stays(found: Town) -> None:
    number = found.good("stop", "add", "--window", "W12", *CUT, *APPROVED).out.split()[0]
    again(found)
    found.good("stop", "withdraw", number, "--reason", "时间登记错误")
    again(found)
    assert [stage for _, stage, _ in stages(found)] == ["to_verify", "to_verify"]
    assert [kind for kind in entries(found) if kind != "finding_opened"] == [
        "finding_exempted",
        "finding_reopened",
    ]


def test_a_published_finding_is_not_changed_by_the_program(found: Town) -> None:
    with found.record() as record, record.make_uow() as uow:
        rows = {row.started_at: row for row in uow.findings.list()}
        uow.findings.update(replace(rows[min(rows)], state="published"))
        uow.commit()
    found.good("stop", "add", "--hall", "main", *CUT, *APPROVED)
    again(found)
    again(found)
    assert stages(found)[0][1] == "published"
    assert entries(found)[-1] == "finding_questioned"
    assert entries(found).count("finding_questioned") == 1, "once is enough"
