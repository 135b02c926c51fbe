"""The account book behaves alike on SQLite and PostgreSQL; secrets are kept as hashes only."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from models.domain.access import Access, Permission, Role, Scope
from models.domain.accounts import Account, Failures, Session, Token
from models.domain.errors import InputError, StorageError
from models.storage.record import Record
from tests.builders import NINE, at

LIAISON = Access(frozenset({Role.LIAISON}), Scope(frozenset({"main"}), frozenset({"tax", "水务"})))
ZHANG = Account("zhang", "张三", LIAISON, NINE, NINE, NINE)
LI = Account("李四", "", Access(frozenset({Role.OPERATOR, Role.REVIEWER})), NINE, NINE, NINE)


def _session(number: int, login: str = "zhang", address: str = "10.0.0.5") -> Session:
    return Session(f"s{number}", login, at(number), at(number), address)


@pytest.fixture
def filled(record: Record) -> Record:
    with record.make_uow() as uow:
        uow.accounts.add(ZHANG, "hash-1")
        uow.accounts.add(LI, "hash-2")
        uow.commit()
    return record


def test_an_account_comes_back_as_it_was_and_changes_as_a_whole(filled: Record) -> None:
    changed = replace(
        ZHANG,
        name="张三(税务)",
        access=Access(frozenset({Role.AUDITOR})),
        disabled=True,
        must_change=False,
        demo=True,
        changed_at=at(9),
    )
    with filled.make_uow() as uow:
        assert uow.accounts.get("zhang") == ZHANG
        assert uow.accounts.get("nobody") is None
        uow.accounts.save(changed)
        uow.accounts.set_hashes("zhang", ["hash-3", "hash-1"])
        uow.commit()
    with filled.make_uow(read_only=True) as uow:
        assert list(uow.accounts.list()) == [changed, LI]
        assert list(uow.accounts.hashes("zhang")) == ["hash-3", "hash-1"]
        assert list(uow.accounts.hashes("李四")) == ["hash-2"]
        assert list(uow.accounts.hashes("nobody")) == []


def test_a_sign_in_name_is_given_once(filled: Record) -> None:
    with filled.make_uow() as uow, pytest.raises(InputError, match=r"已被使用.*taken"):
        uow.accounts.add(replace(ZHANG, name="另一个"), "hash-4")
    with filled.make_uow(read_only=True) as uow:
        assert list(uow.accounts.hashes("zhang")) == ["hash-1"]


@pytest.mark.parametrize("statement", ["DELETE FROM accounts", "DELETE FROM tokens"])
def test_the_database_itself_refuses_to_remove_what_the_audit_log_speaks_of(
    filled: Record, statement: str
) -> None:
    with filled.make_uow() as uow:
        uow.accounts.add_token(_token("t1"), "f" * 64)
        uow.commit()
    with pytest.raises(StorageError, match="never changed"), filled.make_uow() as uow:
        uow.accounts._connection.exec_driver_sql(statement)  # type: ignore[attr-defined]


def test_failures_are_kept_per_name_and_address_also_of_names_that_do_not_exist(
    filled: Record,
) -> None:
    with filled.make_uow() as uow:
        book = uow.accounts
        for login, address in (("zhang", ""), ("zhang", "10.0.0.5"), ("ghost", ""), ("", "::1")):
            assert book.failures(login, address, hold=True) == Failures()
            book.set_failures(login, address, book.failures(login, address).one_more(at(1)))
            book.set_failures(login, address, book.failures(login, address).one_more(at(2)))
        assert book.failures("", "10.0.0.6", hold=True) == Failures()
        uow.commit()
    with filled.make_uow() as uow:
        book = uow.accounts
        assert book.failures("ghost", "") == Failures(2, at(2))
        assert len(book.failing()) == 4
        book.clear_failures("zhang")
        book.set_failures("", "::1", Failures())
        assert list(book.failing()) == [("ghost", "", Failures(2, at(2)))]


def test_two_failed_sign_ins_at_one_moment_both_count(filled: Record) -> None:
    ready = threading.Barrier(4)

    def fail() -> None:
        ready.wait(30)
        for _ in range(5):
            with filled.make_uow() as uow:
                held = uow.accounts.failures("zhang", "", hold=True)
                uow.accounts.set_failures("zhang", "", held.one_more(NINE))
                uow.commit()

    threads = [threading.Thread(target=fail) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with filled.make_uow(read_only=True) as uow:
        assert uow.accounts.failures("zhang", "").count == 20


def test_sessions_are_found_by_the_hash_of_their_secret_until_and_after_they_end(
    filled: Record,
) -> None:
    with filled.make_uow() as uow:
        book = uow.accounts
        book.open_session(_session(1), "a" * 64)
        book.open_session(_session(2), "b" * 64)
        book.open_session(_session(3, "李四"), "c" * 64)
        book.use_session("s1", at(60))
        book.use_session("s1", at(30))
        assert book.end_session("s2", at(70), "signed_out")
        assert not book.end_session("s2", at(80), "again")
        uow.commit()
    with filled.make_uow() as uow:
        book = uow.accounts
        first = replace(_session(1), used_at=at(60))
        assert book.session("a" * 64) == first
        assert book.session("b" * 64) == replace(
            _session(2), ended_at=at(70), ended_why="signed_out"
        )
        assert book.session("d" * 64) is None
        assert list(book.sessions("zhang")) == [first]
        assert book.end_sessions("zhang", at(90), "roles") == 1
        assert list(book.sessions("zhang")) == []
        assert len(book.sessions("李四")) == 1


def test_an_address_is_known_to_the_account_that_signed_in_from_it(filled: Record) -> None:
    with filled.make_uow() as uow:
        uow.accounts.open_session(_session(5), "a" * 64)
        assert uow.accounts.knows("zhang", "10.0.0.5", at(0))
        assert not uow.accounts.knows("zhang", "10.0.0.5", at(6))
        assert not uow.accounts.knows("zhang", "10.0.0.6", at(0))
        assert not uow.accounts.knows("李四", "10.0.0.5", at(0))


def _token(name: str, login: str = "zhang") -> Token:
    return Token(
        name,
        login,
        "开放平台",
        frozenset({Permission.SEE_FINDINGS, Permission.SEE_EVIDENCE}),
        Scope(units=frozenset({"tax"})),
        NINE,
        NINE + timedelta(days=30),
    )


def test_tokens_come_back_as_they_were_and_are_revoked_once(filled: Record) -> None:
    with filled.make_uow() as uow:
        book = uow.accounts
        book.add_token(_token("t1"), "a" * 64)
        book.add_token(_token("t2", "李四"), "b" * 64)
        book.use_token("t1", at(20))
        book.use_token("t1", at(10))
        assert book.revoke_token("t2", at(5)) == _token("t2", "李四")
        book.revoke_token("t2", at(9))
        assert book.revoke_token("t9", at(5)) is None
        uow.commit()
    with filled.make_uow(read_only=True) as uow:
        book = uow.accounts
        used, revoked = (
            replace(_token("t1"), used_at=at(20)),
            replace(_token("t2", "李四"), revoked_at=at(5)),
        )
        assert (book.token("a" * 64), book.token("b" * 64)) == (used, revoked)
        assert book.token("c" * 64) is None
        assert list(book.tokens()) == [used, revoked]
        assert list(book.tokens("李四")) == [revoked]


def test_old_sessions_and_failures_are_swept_and_the_rest_stays(filled: Record) -> None:
    with filled.make_uow() as uow:
        book = uow.accounts
        book.open_session(_session(1), "a" * 64)
        book.open_session(_session(9), "b" * 64)
        book.set_failures("x", "", Failures(1, at(1)))
        book.set_failures("y", "", Failures(1, at(9)))
        book.sweep(sessions_before=at(5), failures_before=at(6))
        assert book.session("a" * 64) is None
        assert book.session("b" * 64) is not None
        assert [name for name, _, _ in book.failing()] == ["y"]
