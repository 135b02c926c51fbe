"""S15: leave registered late: the finding becomes 情况说明成立, the unit's gap takes its place."""

from __future__ import annotations

from models.domain.duty_rows import DutyKind
from models.domain.records import EvidenceKind, EvidencePicture
from tests.acceptance.town import Town, at, spans

SHIFT = "2026-11-23,W12,公安局,甲,A,08:30,12:00,"
TIMES = ("--from", "2026-11-23 09:00", "--to", "2026-11-23 11:30")
APPROVED = ("--kind", "病假", "--approver", "李主任")


def stages(town: Town) -> list[tuple[str, str, str]]:
    with town.record() as record, record.make_uow(read_only=True) as uow:
        rows = sorted(uow.findings.list(), key=lambda row: row.id)
        return [(row.kind, row.state, row.post) for row in rows]


def entries(town: Town) -> list[str]:
    with town.record() as record, record.make_uow(read_only=True) as uow:
        kinds = [entry.kind for entry in uow.register.entries()]
        return [kind for kind in kinds if kind.startswith("finding")]


def found_on_monday(town: Town) -> None:
    """The day is over, the watch kept its spans, and a finding of the person stands."""
    town.roster(SHIFT)
    town.watched(spans("W12", ("09:20", "09:50")))
    town.good("duty", "rejudge", "--from", "2026-11-23", "--to", "2026-11-23", now="11-24 00:10")
    assert stages(town) == [("off_post", "to_verify", "W12/A")]


def again(town: Town) -> str:
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    return town.good("duty", "rejudge", *days, now="11-25 09:00").out


def test_s15_within_the_rule_the_person_is_excused_and_the_unit_answers(town: Town) -> None:
    found_on_monday(town)
    town.good("leave", "add", "甲", *APPROVED, *TIMES, now="11-23 11:00")
    done = again(town)
    assert stages(town) == [("off_post", "excused", "W12/A"), ("unmanned", "to_verify", "")]
    assert entries(town) == ["finding_opened", "finding_excused", "finding_opened"]
    assert "2 处变化" in done
    (one,) = town.judge(spans("W12", ("09:20", "09:50"))).findings
    assert (one["label"], one["late_notice"], one["post"]) == ("空岗", True, "")
    assert "补登记" in one["sentence"]["zh"]


def test_s15_filed_the_next_day_the_finding_stays_with_a_note(town: Town) -> None:
    found_on_monday(town)
    town.good("leave", "add", "甲", *APPROVED, *TIMES, now="11-24 09:00")
    again(town)
    assert stages(town) == [("off_post", "to_verify", "W12/A")]
    assert entries(town) == ["finding_opened", "finding_amended"]
    (one,) = town.judge(spans("W12", ("09:20", "09:50"))).findings
    assert (one["label"], one["notices"], len(one["remarks"])) == ("脱岗", [], 1)


def test_judging_again_without_anything_new_changes_nothing(town: Town) -> None:
    found_on_monday(town)
    assert "0 处变化" in again(town)
    assert entries(town) == ["finding_opened"]


def test_a_dry_run_tells_and_writes_nothing(town: Town) -> None:
    found_on_monday(town)
    town.good("leave", "add", "甲", *APPROVED, *TIMES, now="11-23 11:00")
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    done = town.good("duty", "rejudge", *days, "--dry-run", now="11-25 09:00")
    assert "excuse" in done.out
    assert stages(town) == [("off_post", "to_verify", "W12/A")]


def test_a_day_that_is_not_over_belongs_to_the_watch(town: Town) -> None:
    town.roster(SHIFT)
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    done = town.run("duty", "rejudge", *days, now="11-23 18:00")
    assert (done.code, "onpost watch" in done.err) == (2, True)


def test_a_withdrawn_notice_holds_the_person_to_account_again(town: Town) -> None:
    found_on_monday(town)
    added = town.good("leave", "add", "甲", *APPROVED, *TIMES, now="11-23 11:00")
    again(town)
    number = added.out.split()[0]
    town.good("leave", "withdraw", number, "--reason", "登记错误", now="11-26 09:00")
    again(town)
    assert sorted(stages(town)) == [("off_post", "to_verify", "W12/A"), ("unmanned", "revoked", "")]
    assert "finding_reopened" in entries(town)


def test_a_finding_of_an_earlier_day_takes_the_pictures_that_were_kept_then(town: Town) -> None:
    town.roster(SHIFT)
    town.watched(spans("W12", ("09:20", "09:50")))
    name = "ab" * 32
    place, taken = f"2026/11/23/{name}.jpg", at("09:21")
    shot = EvidencePicture(name, place, 9, taken, "cam", "W12", EvidenceKind.AT, 1, 2, 2)
    with town.record() as record, record.make_uow() as uow:
        uow.evidence.add(shot)
        uow.commit()
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    town.good("duty", "rejudge", *days, now="11-24 00:10")
    with town.record() as record, record.make_uow(read_only=True) as uow:
        (row,) = uow.findings.list()
        (entry,) = uow.register.find(kind="finding_opened")
    assert row.evidence == (name,)
    assert [one["sha256"] for one in entry.payload["evidence"]] == [name]


def test_the_register_names_nobody(town: Town) -> None:
    found_on_monday(town)
    town.good("leave", "add", "甲", *APPROVED, *TIMES, now="11-23 11:00")
    again(town)
    with town.record() as record, record.make_uow(read_only=True) as uow:
        assert not any("甲" in entry.body for entry in uow.register.entries())


def test_old_days_are_judged_by_the_thresholds_that_were_set_then(town: Town) -> None:
    found_on_monday(town)
    with town.record() as record, record.make_uow() as uow:
        # what the watch notes when it starts
        digest = uow.settings.save(town.settings.hashed(), at("08:00"))
        uow.duty.put(DutyKind.SETTINGS, "watch", {"sha256": digest}, at=at("08:00"), by="watch")
        uow.commit()
    town.duty = {"off_post": {"minutes": 60}}
    assert "0 处变化" in again(town)
    assert stages(town) == [("off_post", "to_verify", "W12/A")]
