"""S02: A is out with B as cover, and the window is empty: the post B answers, never A."""

from __future__ import annotations

from tests.acceptance.town import Town, spans

SHIFTS = (
    "2026-11-23,W12,公安局,甲,A,08:30,12:00,",
    "2026-11-23,W12,公安局,乙,B,08:30,12:00,",
    "2026-11-23,W12,公安局,丙,C,08:30,12:00,",
)
OUT = "{who},公安局,临时外出,2026-11-23 09:00,2026-11-23 10:00,{cover},,2026-11-23 08:50"


def test_s02_the_post_of_the_cover_is_accountable_and_nobody_is_named(town: Town) -> None:
    town.roster(*SHIFTS)
    town.leave(OUT.format(who="甲", cover="乙"))
    done = town.judge(spans("W12", ("09:10", "09:30")))
    (one,) = done.findings
    assert (one["label"], one["post"], one["state"]) == ("脱岗(顶岗人)", "W12/B", "待核实")
    assert (one["at_least_s"], one["length"]) == (1200, "至少20分钟")
    assert not any(name in done.out for name in "甲乙丙"), "a name appears only on confirmation"


def test_s02_the_sentence_says_when_what_and_why(town: Town) -> None:
    town.roster(*SHIFTS)
    town.leave(OUT.format(who="甲", cover="乙"))
    (one,) = town.judge(spans("W12", ("09:10", "09:30"))).findings
    assert one["sentence"]["zh"] == (
        "12号窗口 2026-11-23 09:10:00—09:30:00 脱岗(顶岗人),至少20分钟。"
        "1 人已请假或外出,由B岗顶岗。"
    )
    asked = town.good("roster", "who", "W12", "2026-11-23 09:10")
    assert asked.out.splitlines()[0] == (
        "12号窗口(W12)在 2026-11-23 09:10:1 人已请假或外出,由B岗乙顶岗。"
    )


def test_s02_with_the_cover_away_too_the_next_in_the_chain_answers(town: Town) -> None:
    town.roster(*SHIFTS)
    town.leave(OUT.format(who="甲", cover="乙"))
    town.good(
        *("leave", "add", "乙", "--kind", "临时外出", "--cover", "丙"),
        *("--from", "2026-11-23 09:00", "--to", "2026-11-23 10:00"),
        now="11-23 08:55",
    )
    (one,) = town.judge(spans("W12", ("09:10", "09:30"))).findings
    assert (one["label"], one["post"]) == ("脱岗(顶岗人)", "W12/C")


def test_s02_with_the_chain_exhausted_it_is_the_units(town: Town) -> None:
    town.roster(*SHIFTS[:2])
    town.leave(OUT.format(who="甲", cover=""), OUT.format(who="乙", cover=""))
    (one,) = town.judge(spans("W12", ("09:10", "09:30"))).findings
    assert (one["label"], one["post"], one["unit"]) == ("空岗", "", "公安局")


def test_s01_with_somebody_there_all_the_time_nothing_is_found_and_the_time_is_covered(
    town: Town,
) -> None:
    town.roster(*SHIFTS)
    town.leave(OUT.format(who="甲", cover="乙"))
    done = town.judge(spans("W12"), "--totals")
    (line,) = done.lines
    seconds = line["totals"]["seconds"]
    assert (seconds["covered"], seconds["absent"]) == (3600, 0)


def test_a_cover_who_is_away_at_that_time_is_refused(town: Town) -> None:
    town.roster(*SHIFTS)
    town.leave(OUT.format(who="乙", cover=""))
    times = ("--from", "2026-11-23 09:30", "--to", "2026-11-23 11:00")
    done = town.run("leave", "add", "甲", "--kind", "外出", "--cover", "乙", *times)
    assert done.code == 2
    assert "E118" in done.err
    assert "1 条" in town.good("leave", "list").out, "nothing was written"


def test_a_cover_who_leaves_later_names_their_own_and_the_book_imports_again(town: Town) -> None:
    town.roster(*SHIFTS)
    later = OUT.format(who="乙", cover="丙").replace("08:50", "08:55")
    town.leave(OUT.format(who="甲", cover="乙"), later)
    (one,) = town.judge(spans("W12", ("09:10", "09:30"))).findings
    assert one["post"] == "W12/C"
    out = town.folder / "out.xlsx"
    town.good("roster", "export", out)
    assert "nothing changes" in town.good("roster", "import", out).out
