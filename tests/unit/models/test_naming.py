"""Who may name a person outside the centre, and who sees the name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.access import Access, Role, Scope
from models.domain.errors import ForbiddenMove, InputError
from models.domain.naming import (
    MOST_ASKED,
    NOBODY,
    Naming,
    NamingState,
    check_answer,
    check_ask,
    naming_of,
    sees_name,
    unnamed,
)
from models.domain.register import Head, head_of, seal
from tests.builders import NINE

UNIT = Access(frozenset({Role.LIAISON}), Scope(units=frozenset({"户籍"})))


def naming(state: NamingState, number: int = 1) -> Naming:
    return Naming("f", number, "wang", NINE, "通报", state)


def test_without_a_reason_nothing_is_asked() -> None:
    with pytest.raises(InputError, match="理由"):
        check_ask([], "  ", named=True)


def test_where_the_confirmation_names_nobody_nobody_can_be_named() -> None:
    with pytest.raises(ForbiddenMove, match="没有唯一责任人"):
        check_ask([], "通报", named=False)


@pytest.mark.parametrize("state", [NamingState.ASKED, NamingState.APPROVED])
def test_while_a_request_stands_no_other_is_taken(state: NamingState) -> None:
    with pytest.raises(ForbiddenMove):
        check_ask([naming(state)], "通报", named=True)


def test_after_a_refusal_it_may_be_asked_again_but_not_for_ever() -> None:
    refused = [naming(NamingState.REFUSED, number) for number in range(1, MOST_ASKED + 1)]
    assert check_ask(refused[:1], "通报", named=True) == 2
    with pytest.raises(ForbiddenMove, match="20"):
        check_ask(refused, "通报", named=True)


@given(st.lists(st.sampled_from(NamingState), max_size=6))
def test_an_answer_is_taken_only_by_a_request_that_waits(states: list[NamingState]) -> None:
    before = [naming(state, number) for number, state in enumerate(states, 1)]
    if states and states[-1] is NamingState.ASKED:
        assert check_answer(before).number == len(states)
    else:
        with pytest.raises(ForbiddenMove):
            check_answer(before)


@given(st.lists(st.sampled_from(NamingState), max_size=6))
def test_a_unit_sees_a_name_only_once_it_was_approved(states: list[NamingState]) -> None:
    before = [naming(state, number) for number, state in enumerate(states, 1)]
    assert sees_name(UNIT, before) is (NamingState.APPROVED in states)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.OPERATOR, True),
        (Role.REVIEWER, True),
        (Role.APPROVER, True),
        (Role.SUPERVISOR, False),
        (Role.SYSTEM_ADMIN, False),
        (Role.SECURITY_ADMIN, False),
        (Role.AUDITOR, False),
    ],
)
def test_inside_the_centre_those_who_decide_see_the_name(role: Role, *, sees: bool) -> None:
    assert sees_name(Access(frozenset({role})), []) is sees


def test_a_request_and_its_answer_are_read_from_the_register_as_they_were_entered() -> None:
    said = {"finding": "f", "number": 2, "by": "wang", "reason": "通报"}
    asked = seal(Head(), "naming_asked", said, NINE)
    later = NINE + timedelta(hours=1)
    reply = {"by": "zhao", "reason": "同意"}
    answer = seal(head_of(asked), "naming_approved", reply, later)
    assert naming_of(asked, None) == Naming("f", 2, "wang", NINE, "通报")
    assert naming_of(asked, answer) == Naming(
        "f", 2, "wang", NINE, "通报", NamingState.APPROVED, "zhao", later, "同意"
    )


def test_a_payload_is_told_without_the_name_and_otherwise_as_it_stands() -> None:
    held = {"finding": "f", "person": "张三", "by": "li.na"}
    assert unnamed(held) == {"finding": "f", "person": NOBODY, "by": "li.na"}
    assert held["person"] == "张三"
    assert unnamed({"finding": "f"}) == {"finding": "f"}
