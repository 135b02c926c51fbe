"""Signing in on a real record: wrong names and passwords, brute force, back-off, hashes.

What hangs on locks and on what is stored runs on both databases, the rest on SQLite.
"""

from __future__ import annotations

import threading

import pytest

from api.auth.back_off import network_of
from api.auth.passwords import Cost, Passwords, one_time
from models.domain.accounts import (
    FREE_FAILURES,
    FREE_FAILURES_OF_ADDRESS,
    Failures,
    LockedOut,
    SignInRefused,
)
from models.domain.audit import Action
from models.domain.passwords import check_password
from models.storage.record import Record
from tests.accounts_builders import BY, ELSEWHERE, GOOD, HERE, Town, fail, settled


@pytest.fixture
def here(embedded: Record) -> Town:
    return settled(embedded)


@pytest.fixture
def both(record: Record) -> Town:
    return settled(record)


@pytest.mark.parametrize("odd", ["\ud800", "\0", "a" * 10**6, "' OR 1=1 --", "%", "\u202e"])
def test_odd_text_is_refused_like_any_other(here: Town, odd: str) -> None:
    with pytest.raises(SignInRefused):
        here.desk.sign_in(odd, odd, HERE)
    with pytest.raises(SignInRefused):
        here.desk.sign_in("zhang", odd, HERE)
    assert here.desk.who(odd) is None
    assert here.desk.who_by_token("onpost_" + odd) is None
    here.desk.sign_out(odd, HERE)


@pytest.mark.parametrize("login", ["zhang", "nobody", "not a name!", ""])
def test_a_wrong_password_an_unknown_name_and_a_disabled_account_look_and_cost_the_same(
    here: Town, login: str
) -> None:
    here.person("off")
    here.office.disable("off", BY)
    told = []
    for name, password in ((login, "Wrong-one-1"), ("off", GOOD), ("off", "Wrong-one-1")):
        before = here.passwords.compared
        with pytest.raises(SignInRefused) as caught:
            here.desk.sign_in(name, password, ELSEWHERE)
        assert here.passwords.compared == before + 1
        told.append(str(caught.value))
    assert len(set(told)) == 1
    assert here.deeds(Action.SIGN_IN_REFUSED)[0].target == (
        "account:zhang" if login == "zhang" else "account:?"
    )


@pytest.mark.parametrize("login", ["zhang", "nobody"])
def test_brute_force_is_locked_out_unseen_and_ever_longer(here: Town, login: str) -> None:
    fail(here, login, ELSEWHERE, FREE_FAILURES + 1)
    looked = here.passwords.compared
    with pytest.raises(LockedOut) as caught:
        here.desk.sign_in(login, GOOD, ELSEWHERE)
    assert caught.value.wait_s == 60
    assert here.passwords.compared == looked
    here.clock.on(seconds=60)
    fail(here, login, ELSEWHERE)
    with pytest.raises(LockedOut) as caught:
        here.desk.sign_in(login, GOOD, "198.51.100.1")
    assert caught.value.wait_s == 120
    outcomes = [deed.said["why"] for deed in here.deeds(Action.SIGN_IN_REFUSED)]
    assert outcomes == ["wrong"] * 5 + ["locked", "wrong", "locked"]


def test_an_attacker_elsewhere_locks_nobody_out_at_the_usual_place(here: Town) -> None:
    for minute in range(12):
        here.clock.on(minutes=minute)
        with pytest.raises((SignInRefused, LockedOut)):
            here.desk.sign_in("zhang", "Wrong-one-1", ELSEWHERE)
    with pytest.raises(LockedOut):
        here.desk.sign_in("zhang", GOOD, ELSEWHERE)
    here.desk.sign_in("zhang", GOOD, HERE)
    with pytest.raises(LockedOut):  # and a sign-in there does not help the attacker
        here.desk.sign_in("zhang", "Wrong-one-1", ELSEWHERE)


def test_at_the_usual_place_brute_force_is_locked_out_too(here: Town) -> None:
    fail(here, "zhang", HERE, FREE_FAILURES + 1)
    with pytest.raises(LockedOut):
        here.desk.sign_in("zhang", GOOD, HERE)
    here.office.unlock("zhang", BY)
    here.desk.sign_in("zhang", GOOD, HERE)


def test_one_address_that_tries_many_names_is_locked_out_and_an_own_success_does_not_help(
    here: Town,
) -> None:
    here.person("helper")
    with here.make_uow() as uow:
        almost = Failures(FREE_FAILURES_OF_ADDRESS - 2, here.clock.now())
        uow.accounts.set_failures("", ELSEWHERE, almost)
        uow.commit()
    for number in range(2):
        fail(here, f"name-{number}", ELSEWHERE)
        here.desk.sign_in("helper", GOOD, ELSEWHERE)
    fail(here, "one-more", ELSEWHERE)
    with pytest.raises(LockedOut):
        here.desk.sign_in("another", "Wrong-one-1", ELSEWHERE)
    here.desk.sign_in("helper", GOOD, ELSEWHERE)  # known there, and not locked out by others
    here.desk.sign_in("zhang", GOOD, HERE)


def test_guesses_made_at_one_moment_are_not_more_than_the_free_ones(both: Town) -> None:
    outcomes: list[type[BaseException] | None] = []
    ready = threading.Barrier(12)

    def guess() -> None:
        ready.wait(60)
        try:
            both.desk.sign_in("zhang", "Wrong-one-1", ELSEWHERE)
        except (SignInRefused, LockedOut) as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert outcomes.count(SignInRefused) == FREE_FAILURES + 1
    assert outcomes.count(LockedOut) == 12 - FREE_FAILURES - 1


def test_a_good_sign_in_forgets_the_failures_before_it(here: Town) -> None:
    for _ in range(3):
        fail(here, "zhang", HERE, FREE_FAILURES)
        here.desk.sign_in("zhang", GOOD, HERE)


def test_a_password_that_changed_while_it_was_looked_at_opens_nothing(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = here.passwords.matches

    def slow(password: str, kept: str | None) -> bool:
        right = real(password, kept)
        here.another().office.reset_password("zhang", BY)
        return right

    monkeypatch.setattr(here.passwords, "matches", slow)
    with pytest.raises(SignInRefused):
        here.desk.sign_in("zhang", GOOD, HERE)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("x" * 300, "x" * 64),
    ],
)
def test_an_address_counts_as_what_one_caller_has_to_itself(address: str, network: str) -> None:
    assert network_of(address) == network


def test_one_time_passwords_pass_the_rule_and_differ() -> None:
    made = {one_time("zhang") for _ in range(200)}
    assert len(made) == 200
    for one in made:
        check_password(one, "zhang")


def test_hashes_are_argon2id_and_a_broken_one_opens_nothing() -> None:
    real = Passwords(Cost(time=1, memory_kib=1024))
    kept = real.hash("Tea-house-7")
    assert kept.startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    assert real.matches("Tea-house-7", kept)
    assert real.matches("Ｔea-house-7", kept)  # typed with a full-width letter
    for broken in ("", "x", "$argon2id$", kept[:-4], None):
        assert not real.matches("Tea-house-7", broken)
    assert not real.matches("Tea-house-7" + "x" * 10**6, kept)
