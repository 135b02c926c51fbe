from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import ForbiddenMove, InputError
from models.domain.measures import (
    Measure,
    RankRule,
    Status,
    Taken,
    ledger_counts,
    suggestions,
)
from models.domain.ranking import Ranking, rank
from models.domain.score import DEFAULT_RULES, Event, Line, Score, ScoreRule, ScoreSheet, Target

SHEET = ScoreSheet(DEFAULT_RULES)
DAY = date(2026, 11, 23)
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def scored(**values: float) -> list[Score]:
    """Scores of units with a hundred effective checks each."""
    return [
        Score(unit, (Line("x", 1, Decimal(100) - Decimal(str(value))),), 100)
        for unit, value in values.items()
    ]


def test_a_large_unit_is_not_punished_for_its_size() -> None:
    events = [Event("off_post", DAY, "大") for _ in range(4)] + [Event("off_post", DAY, "小")]
    scores = SHEET.score(events, Target.UNIT, {"大": 400, "小": 100})
    assert scores["大"].value == scores["小"].value == Decimal("97.0")


def test_a_unit_without_an_event_has_a_full_score_and_one_without_checks_none() -> None:
    scores = SHEET.score([], Target.UNIT, {"甲": 50, "乙": 0, "丙": 19})
    assert scores["甲"].value == Decimal("100.0")
    assert scores["乙"].value is None
    assert not scores["丙"].enough


def test_a_person_is_scored_only_where_one_is_named() -> None:
    events = [Event("late", DAY, "U", person="张三"), Event("late", DAY, "U")]
    scores = SHEET.score(events, Target.PERSON)
    assert list(scores) == ["张三"]
    assert scores["张三"].points == 1


def test_old_days_keep_the_rule_of_their_time_and_caps_hold() -> None:
    sheet = ScoreSheet(
        [
            ScoreRule("late", Target.UNIT, Decimal(1)),
            ScoreRule("late", Target.UNIT, Decimal(2), date(2026, 12, 1), cap=Decimal(5)),
        ]
    )
    old = sheet.score([Event("late", DAY, "U")] * 9, Target.UNIT)
    new = sheet.score([Event("late", date(2026, 12, 1), "U")] * 9, Target.UNIT)
    assert [old["U"].points, new["U"].points] == [Decimal(9), Decimal(5)]


events = st.lists(
    st.builds(
        Event,
        st.sampled_from(["late", "off_post", "unmanned", "case_red", "nothing"]),
        st.just(DAY),
        st.sampled_from(["甲", "乙"]),
    ),
    max_size=60,
)


@given(events, st.integers(0, 500))
def test_a_score_is_between_nought_and_a_hundred_and_one_more_event_never_raises_it(
    found: list[Event], effective: int
) -> None:
    before = SHEET.score(found, Target.UNIT, {"甲": effective})["甲"]
    after = SHEET.score([*found, Event("late", DAY, "甲")], Target.UNIT, {"甲": effective})["甲"]
    if before.value is None or after.value is None:
        assert effective == 0
        return
    assert 0 <= after.value <= before.value <= 100


def test_equal_scores_share_a_place_and_groups_are_never_mixed() -> None:
    ranking = rank("2026-11", scored(甲=90, 乙=90, 丙=80, 丁=10), {"丁": "乡镇"})
    shared = {one.subject: (one.rank, one.tied) for one in ranking.places if not one.group}
    assert shared == {"甲": (1, True), "乙": (1, True), "丙": (3, False)}
    township = ranking.of("丁")
    assert township is not None
    assert (township.rank, township.from_bottom) == (1, 1)


@given(st.dictionaries(st.text("甲乙丙丁戊己", min_size=1, max_size=3), st.integers(0, 100)))
def test_every_ranked_subject_has_one_place_and_ties_only_where_scores_are_equal(
    values: dict[str, int],
) -> None:
    ranking = rank("p", scored(**values), {})
    assert sorted(one.subject for one in ranking.places) == sorted(values)
    for one in ranking.places:
        equal = sum(value == values[one.subject] for value in values.values())
        assert one.tied == (equal > 1)
        assert one.rank + one.from_bottom == len(values) + 2 - equal


def test_a_small_sample_is_not_ranked() -> None:
    few = Score("小", (), 19)
    assert rank("p", [few], {}).too_few == ("小",)


BOTTOM_3 = RankRule("bottom3x2", 3, 2, Measure.ADMONITION)
FIRST = rank("2026-H1", scored(甲=99, 乙=98, 丙=97, 丁=60, 戊=50, 己=40), {})
SECOND = rank("2026-H2", scored(甲=99, 乙=60, 丙=70, 丁=60, 戊=59, 己=95), {})


def test_bottom_three_twice_running_suggests_and_a_tie_is_told() -> None:
    found = suggestions(BOTTOM_3, [FIRST, SECOND])
    assert [(one.subject, one.tied) for one in found] == [("丁", True), ("戊", False)]
    assert found[0].measure is Measure.ADMONITION
    assert found[0].status is Status.WAITING
    assert found[0].why == "连续2次排名后3名(2026-H1倒数第3;2026-H2倒数第2,并列)"


def test_one_period_is_not_two() -> None:
    assert suggestions(BOTTOM_3, [SECOND]) == []


def test_without_ties_nobody_is_picked_by_lot() -> None:
    tied: Ranking = rank("p", scored(甲=99, 乙=50, 丙=50, 丁=50, 戊=10), {})
    assert {one.subject for one in tied.bottom(3)} == {"乙", "丙", "丁", "戊"}
    assert {one.subject for one in tied.bottom(3, ties=False)} == {"戊"}


def test_a_unit_left_out_for_its_sample_is_not_meant() -> None:
    second = rank("2026-H2", [Score("己", (), 10)], {})
    assert suggestions(BOTTOM_3, [FIRST, second]) == []


def test_only_a_named_approver_decides_and_only_once() -> None:
    waiting = suggestions(BOTTOM_3, [FIRST, SECOND])[0]
    with pytest.raises(InputError, match="approver"):
        waiting.decide(agree=True, by=" ", reason="", now=NOW)
    with pytest.raises(InputError, match="reason"):
        waiting.decide(agree=False, by="chen", reason="", now=NOW)
    done = waiting.decide(agree=True, by="chen", reason="", now=NOW)
    assert (done.status, done.decided_by) == (Status.APPROVED, "chen")
    with pytest.raises(ForbiddenMove):
        done.decide(agree=False, by="chen", reason="again", now=NOW)


def test_counts_among_need_not_add_up() -> None:
    rows = [Taken(f"A{n}", "某单位", Measure.ADMONITION, NOW, "chen") for n in range(27)]
    rows += [Taken(f"A{n}", "某单位", Measure.CASE_FILED, NOW, "chen") for n in range(5)]
    rows += [Taken(f"A{n}", "某单位", Measure.REMOVAL, NOW, "chen") for n in range(2)]
    counts = ledger_counts(rows, NOW, datetime(2027, 1, 1, tzinfo=UTC))
    assert counts.affairs == 27
    assert str(counts) == "共27,其中诫勉谈话27、立案5、免职2"
    assert sum(counts.among.values()) != counts.affairs
