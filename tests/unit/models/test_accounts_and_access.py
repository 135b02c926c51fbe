"""Passwords, back-off, sessions; roles and scope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.access import ALONE, COMMON, GRANTS, ROLE_NAMES, Access, Permission, Role, Scope
from models.domain.access import check_second_approver as second
from models.domain.accounts import LONGEST_WAIT, Failures, SessionRules
from models.domain.errors import InputError
from models.domain.passwords import check_password

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "bad", ["Ab1-", "A1-" * 50, "alllowercase", "onlylower123", "x-ZHANG-2026"]
)
def test_a_weak_password_is_refused_and_not_repeated(bad: str) -> None:
    with pytest.raises(InputError) as caught:
        check_password(bad, "zhang")
    assert bad not in str(caught.value)


@pytest.mark.parametrize("good", ["Tea-house-7", "窗口Window2026"])
def test_a_good_password_passes(good: str) -> None:
    check_password(good, "zhang")


def test_the_fifth_failure_locks_and_each_further_one_doubles_the_wait() -> None:
    failures = Failures()
    for _ in range(4):
        failures = failures.one_more(NOW)
        assert not failures.locked(NOW)
    failures = failures.one_more(NOW)
    assert failures.locked(NOW + MINUTE - timedelta(microseconds=1))
    assert not failures.locked(NOW + MINUTE)
    assert failures.one_more(NOW).locked_until() == NOW + 2 * MINUTE


@given(st.integers(5, 10**9))
def test_a_wait_is_never_longer_than_the_longest(count: int) -> None:
    until = Failures(count, NOW).locked_until()
    assert until is not None
    assert MINUTE <= until - NOW <= LONGEST_WAIT


def test_a_clock_that_goes_back_does_not_shorten_a_wait() -> None:
    assert Failures(5, NOW).one_more(NOW - timedelta(hours=5)).last_at == NOW


@pytest.mark.parametrize(
    ("used", "now", "alive"),
    [(0, 29, True), (0, 30, False), (719, 719, True), (719, 720, False), (10, 9, False)],
)
def test_a_session_ends_unused_or_old_or_with_a_clock_gone_back(
    used: int, now: int, alive: bool
) -> None:
    assert SessionRules().alive(NOW, NOW + used * MINUTE, NOW + now * MINUTE) is alive


def test_every_role_has_grants_and_the_three_administrations_share_nothing_that_matters() -> None:
    assert set(GRANTS) == set(Role) == set(ROLE_NAMES)
    for one in ALONE:
        for other in set(Role) - {one}:
            assert GRANTS[one] & GRANTS[other] <= COMMON
            with pytest.raises(InputError):
                Access(frozenset({one, other}), Scope(units=frozenset({"tax"})))


def test_a_liaison_sees_only_their_own_unit() -> None:
    own = Access(frozenset({Role.LIAISON}), Scope(units=frozenset({"tax"})))
    assert own.may_at(Permission.SEE_EVIDENCE, "main", "tax")
    assert not own.may_at(Permission.SEE_EVIDENCE, "main", "water")
    assert not own.may_at(Permission.SEE_EVIDENCE, "main", "")
    assert not own.may_at(Permission.DECIDE, "main", "tax")


@pytest.mark.parametrize("units", [None, frozenset[str]()])
def test_a_liaison_without_units_cannot_be(units: frozenset[str] | None) -> None:
    with pytest.raises(InputError):
        Access(frozenset({Role.LIAISON}), Scope(units=units))


def test_a_hall_outside_the_scope_is_not_covered() -> None:
    assert not Scope(halls=frozenset({"main"})).covers("branch", "tax")
    assert not Scope(halls=frozenset()).covers("main", "tax")


def test_naming_a_person_takes_another_person_who_is_an_approver() -> None:
    second("a", "b", {Role.APPROVER})
    for asked, agreed, role in (("a", "a", Role.APPROVER), ("a", "b", Role.REVIEWER)):
        with pytest.raises(InputError):
            second(asked, agreed, {role})
