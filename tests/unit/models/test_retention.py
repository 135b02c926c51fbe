"""How long pictures are kept: each claim on one has to run out first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.life import Stage
from models.domain.retention import Claim, Keeping, Why, fate_of, going, kept_why, later

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)
KEEPING = Keeping()


def claims() -> st.SearchStrategy[list[Claim]]:
    names = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4).map(tuple)
    until = st.none() | st.integers(-40, 40).map(lambda days: NOW + days * DAY)
    return st.lists(
        st.builds(
            Claim, st.sampled_from(["finding:1", "clue:2"]), names, st.sampled_from(Why), until
        ),
        max_size=8,
    )


@given(claims(), st.sets(st.sampled_from("abcdef")))
def test_a_picture_goes_once_and_only_when_every_claim_on_it_has_run_out(
    every: list[Claim], purged: set[str]
) -> None:
    gone = [sha for one in going(every, purged, NOW) for sha in one.pictures]
    assert len(set(gone)) == len(gone)
    named = {sha for one in every for sha in one.pictures}
    for sha in named:
        over = all(one.over(NOW) for one in every if sha in one.pictures)
        assert (sha in gone) == (over and sha not in purged)


@given(claims())
def test_what_does_not_go_is_kept_for_a_reason(every: list[Claim]) -> None:
    gone = {sha for one in going(every, set(), NOW) for sha in one.pictures}
    named = {sha for one in every for sha in one.pictures}
    assert sum(kept_why(every, NOW).values()) == len(named - gone)


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_its_fate(stage: Stage) -> None:
    why, until = fate_of(stage.value, NOW, KEEPING, held=False)
    ended = {Stage.DISMISSED, Stage.EXCUSED, Stage.EXEMPTED, Stage.REVOKED}
    if stage in ended:
        assert (why, until) == (Why.DISMISSED, NOW + 30 * DAY)
    elif stage is Stage.CLOSED:
        assert (why, until) == (Why.CLOSED, NOW.replace(year=2027))
    else:
        assert until is None
    assert fate_of(stage.value, NOW, KEEPING, held=True) == (Why.LEGAL_HOLD, None)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2026, 11, 24), 12, (2027, 11, 24)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2026, 12, 31), 2, (2027, 2, 28)),
        ((2027, 11, 30), 3, (2028, 2, 29)),
        ((2026, 1, 15), 11, (2026, 12, 15)),
    ],
)
def test_months_later_ends_with_a_shorter_month(
    start: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    assert later(datetime(*start, tzinfo=UTC), months) == datetime(*end, tzinfo=UTC)
