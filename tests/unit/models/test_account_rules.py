"""Properties: back-off, sessions, passwords, names, what a token may at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.domain.access import (
    ALONE,
    GRANTS,
    TOKEN_ONLY,
    Access,
    Permission,
    Role,
    Scope,
)
from models.domain.accounts import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    FREE_FAILURES,
    LONGEST_WAIT,
    Account,
    AccountRules,
    Failures,
    LockedOut,
    SessionRules,
    Token,
    check_display_name,
    login_of,
)
from models.domain.errors import InputError
from models.domain.passwords import KNOWN_PARTS, check_password, password_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECONDS = st.floats(0, 10**7).map(lambda value: timedelta(seconds=value))
PLACES = st.none() | st.frozensets(st.sampled_from("abcd"))
SCOPES = st.builds(Scope, PLACES, PLACES)


@st.composite
def accesses(draw: st.DrawFn) -> Access:
    roles = draw(st.frozensets(st.sampled_from(Role), min_size=1, max_size=3))
    try:
        return Access(roles, draw(SCOPES))
    except InputError:
        assume(False)
        raise


@given(st.lists(SECONDS, max_size=60))
def test_a_guesser_who_never_rests_gets_few_guesses_however_the_calls_are_spaced(
    gaps: list[timedelta],
) -> None:
    failures, now, looked_at = Failures(), NOW, []
    for gap in gaps:
        now += gap
        if not failures.locked(now):
            failures = failures.one_more(now)
            looked_at.append(now)
    for start in looked_at:
        hour = [one for one in looked_at if start <= one < start + timedelta(hours=1)]
        # Four are free; six waits of 1, 2, 4 … 32 minutes are longer than the hour.
        assert len(hour) <= FREE_FAILURES + 6
    for earlier, later in zip(looked_at, looked_at[FREE_FAILURES + 1 :], strict=False):
        assert later - earlier >= FIRST_WAIT


@given(st.integers(0, 40), SECONDS)
def test_a_wait_only_grows_until_failures_are_forgotten(count: int, gap: timedelta) -> None:
    before = Failures(count, NOW)
    after = before.one_more(NOW + gap)
    if gap >= FORGOTTEN_AFTER:
        assert after == Failures(1, NOW + gap)
    else:
        assert after.count == count + 1
        old, new = before.locked_until() or NOW, after.locked_until() or NOW
        assert new - (NOW + gap) >= min(old - NOW, LONGEST_WAIT) or count < FREE_FAILURES


def test_whoever_is_locked_out_learns_for_how_long_and_never_zero() -> None:
    assert LockedOut(NOW + timedelta(seconds=61.2), NOW).wait_s == 62
    assert "62" in str(LockedOut(NOW + timedelta(seconds=61.2), NOW))
    assert LockedOut(NOW, NOW + timedelta(seconds=5)).wait_s == 1


@given(SECONDS, SECONDS, SECONDS)
def test_a_session_lasts_while_used_and_never_beyond_its_whole_time(
    used: timedelta, later: timedelta, even_later: timedelta
) -> None:
    rules = SessionRules()
    alive = rules.alive(NOW, NOW + used, NOW + used + later)
    assert alive == (later < rules.idle and used + later < rules.absolute)
    if not alive:
        assert not rules.alive(NOW, NOW + used, NOW + used + later + even_later)


def test_a_session_survives_that_two_processes_read_the_clock_in_another_order() -> None:
    rules = SessionRules()
    assert rules.alive(NOW, NOW + timedelta(seconds=4), NOW)
    assert not rules.alive(NOW, NOW + timedelta(seconds=6), NOW)


@given(st.text(max_size=140), st.text(max_size=10))
def test_a_password_that_passes_has_what_the_rule_asks_and_one_that_fails_is_not_repeated(
    password: str, login: str
) -> None:
    try:
        check_password(password, login)
    except InputError as error:
        assert len(password) < 10 or password not in str(error)
    else:
        folded = password_of(password).casefold()
        assert len(password_of(password)) >= 10
        assert not (login and password_of(login).casefold() in folded)
        assert not any(part in folded for part in KNOWN_PARTS)


@pytest.mark.parametrize("known", ["Admin@2026x", "P@ssw0rd-2026", "Abc-123456", "OnPost-2026!"])
def test_a_password_with_a_well_known_part_is_refused_also_in_full_width(known: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in known)
    for one in (known, wide):
        with pytest.raises(InputError):
            check_password(one, "zhang")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" Zhang ", "zhang"), ("LI.na-2", "li.na-2"), ("王审核", "王审核"), ("Wang@tax", "wang@tax")],
)
def test_a_sign_in_name_is_folded(typed: str, kept: str) -> None:
    assert login_of(typed) == kept


@pytest.mark.parametrize(
    "bad", ["", "a", "-ab", "a b", "console:root", "a" * 41, "zhаng", "a\u200bb", "?", "ab\n"]
)
def test_what_could_pass_for_another_name_is_no_sign_in_name(bad: str) -> None:
    if bad == "ab\n":
        assert login_of(bad) == "ab"
        return
    with pytest.raises(InputError):
        login_of(bad)


@pytest.mark.parametrize("bad", ["a" * 101, "张\n三", "a\u202eb"])
def test_a_name_to_be_shown_has_one_line(bad: str) -> None:
    with pytest.raises(InputError):
        check_display_name(bad)
    assert check_display_name(" 张三(税务) ") == "张三(税务)"


@given(accesses(), st.frozensets(st.sampled_from(Permission)), SCOPES)
def test_a_token_never_may_more_than_its_account_nor_elsewhere(
    account: Access, only: frozenset[Permission], scope: Scope
) -> None:
    token = account.narrowed(only, scope)
    assert token.permissions <= only
    assert token.permissions <= account.permissions | TOKEN_ONLY
    for hall in "abcd":
        for unit in ("", *"abcd"):
            if token.scope.covers(hall, unit):
                assert account.scope.covers(hall, unit)
                assert scope.covers(hall, unit)
    again = token.narrowed(frozenset(Permission), Scope())
    assert (again.permissions, again.scope) == (token.permissions, token.scope)


@given(accesses())
def test_nobody_who_signs_in_sends_clues(account: Access) -> None:
    assert not account.permissions & TOKEN_ONLY


@given(st.frozensets(st.sampled_from(Role), min_size=1))
def test_who_decides_never_signs_and_who_administers_does_nothing_else(
    roles: frozenset[Role],
) -> None:
    try:
        access = Access(roles, Scope(units=frozenset({"tax"})))
    except InputError:
        return
    assert not (access.may(Permission.DECIDE) and access.may(Permission.APPROVE))
    assert not (access.may(Permission.DECIDE) and access.may(Permission.GIVE_NONCE))
    assert not (access.may(Permission.ANSWER) and access.may(Permission.DECIDE))
    if roles & ALONE:
        assert len(roles) == 1
        for forbidden in (Permission.DECIDE, Permission.SEE_EVIDENCE, Permission.SEE_LIVE):
            assert not access.may(forbidden)


def test_every_permission_is_granted_to_some_role() -> None:
    assert frozenset().union(*GRANTS.values()) == frozenset(Permission)


def test_a_password_gets_old_only_where_the_installation_says_so() -> None:
    access = Access(frozenset({Role.OPERATOR}))
    account = Account("a", "a", access, NOW, NOW, NOW, must_change=False)
    rules = AccountRules(password_age=timedelta(days=90))
    assert not account.password_is_old(rules, NOW + timedelta(days=89))
    assert account.password_is_old(rules, NOW + timedelta(days=90))
    assert not account.password_is_old(AccountRules(password_age=None), NOW + timedelta(days=9999))


@given(SECONDS)
def test_a_token_lasts_from_its_making_to_its_end_unless_revoked(gap: timedelta) -> None:
    end = NOW + timedelta(days=30)
    token = Token("t", "a", "x", frozenset(), Scope(), NOW, end)
    assert token.alive(NOW + gap) == (NOW + gap < end)
    assert not token.alive(NOW - timedelta(seconds=1))
    revoked = Token("t", "a", "x", frozenset(), Scope(), NOW, end, revoked_at=NOW)
    assert not revoked.alive(NOW + gap)
