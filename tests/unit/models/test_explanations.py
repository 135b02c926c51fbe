"""Explanations before publication, and notices that lose what they rest on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.circular import DocumentNumber
from models.domain.errors import ForbiddenMove, InputError
from models.domain.explanation import (
    EXPLAINED_IN,
    Explanation,
    ExplanationState,
    check_explainable,
)
from models.domain.finding import Kind
from models.domain.life import Stage
from models.domain.rectification import Rectification, RectifyState, proposes
from models.domain.rectify_json import (
    explanation_json,
    explanation_of,
    rectification_json,
    rectification_of,
)
from models.domain.workdays import WorkCalendar

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
CALENDAR = WorkCalendar.builtin()
GIVEN = Explanation("off_post:w1@1", "户籍", "hu.ji", NOW, "领取物料")
WORDS = st.text(min_size=1, max_size=20).filter(str.strip)


@given(WORDS, WORDS, st.booleans())
def test_an_answer_is_kept_whole_and_is_the_only_one(by: str, reason: str, accept: bool) -> None:
    one = GIVEN.answer(accept=accept, by=by, reason=reason, now=NOW)
    assert one.state is (ExplanationState.ACCEPTED if accept else ExplanationState.REFUSED)
    assert explanation_of(explanation_json(one)) == one
    with pytest.raises(ForbiddenMove):
        one.answer(accept=not accept, by=by, reason=reason, now=NOW)


@pytest.mark.parametrize(("by", "reason"), [("", "因故"), ("li", " ")])
def test_an_answer_names_somebody_and_a_reason(by: str, reason: str) -> None:
    with pytest.raises(InputError):
        GIVEN.answer(accept=True, by=by, reason=reason, now=NOW)


def test_nobody_answers_their_own_explanation() -> None:
    with pytest.raises(ForbiddenMove):
        GIVEN.answer(accept=True, by="hu.ji", reason="因故", now=NOW)


@pytest.mark.parametrize("stage", list(Stage))
def test_only_what_is_not_published_is_explained(stage: Stage) -> None:
    if stage in EXPLAINED_IN:
        check_explainable(stage)
    else:
        with pytest.raises(ForbiddenMove):
            check_explainable(stage)


def notice() -> Rectification:
    return Rectification.issue(
        DocumentNumber("监整", 2026, 1),
        "户籍",
        "空岗",
        ("finding:1",),
        on=date(2026, 11, 27),
        by="li",
        calendar=CALENDAR,
    )


def test_a_withdrawn_notice_is_never_overdue_and_never_goes_on() -> None:
    gone = notice().withdraw("所列问题已撤销")
    assert gone.state is RectifyState.WITHDRAWN
    assert not gone.runs
    assert not gone.overdue(date(2027, 1, 1))
    assert rectification_of(rectification_json(gone)) == gone
    with pytest.raises(ForbiddenMove):
        gone.claim("hu.ji")
    with pytest.raises(ForbiddenMove):
        gone.withdraw("再次")


def test_what_is_struck_off_is_not_withdrawn() -> None:
    done = notice().claim("hu.ji").report("已整改", NOW).accept(DocumentNumber("监销", 2026, 1))
    with pytest.raises(ForbiddenMove):
        done.withdraw("撤销")


@given(st.sampled_from(Kind), st.booleans())
def test_serious_kinds_propose_everywhere_and_any_kind_at_a_key_post(
    kind: Kind, key_post: bool
) -> None:
    serious = kind in {Kind.UNMANNED, Kind.ABSENT_HALF_DAY, Kind.ABSENT_SESSION}
    assert proposes(kind, key_post=key_post) == (serious or key_post)
