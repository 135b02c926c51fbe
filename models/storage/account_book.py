"""Accounts (账号), failed sign-ins, sessions, tokens, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from models.domain.access import Access, Permission, Role, Scope
from models.domain.accounts import Account, Failures, Session, Token
from models.domain.errors import InputError
from models.storage.statements import insert_or
from models.storage.tables import accounts, sessions, sign_in_failures, tokens


class StoredAccounts:
    """AccountBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: Account, password_hash: str) -> None:
        values = _values(account) | {"login": account.login, "hashes": [password_hash]}
        put = insert_or(self._connection, accounts).values(values).on_conflict_do_nothing()
        if self._connection.execute(put.returning(accounts.c.login)).first() is None:
            raise InputError(
                f"登录名“{account.login}”已被使用;登录名不得重复,停用的也不再分配。",
                f"the sign-in name {account.login!r} is taken; a name is given once, and a "
                "disabled account keeps its own.",
                where="login",
            )

    def get(self, login: str, *, hold: bool = False) -> Account | None:
        query = select(accounts).where(accounts.c.login == login)
        row = self._connection.execute(_held(query, hold=hold)).first()
        return None if row is None else _account(row)

    def list(self, *, hold: bool = False) -> Sequence[Account]:
        query = select(accounts).order_by(accounts.c.login)
        return [_account(row) for row in self._connection.execute(_held(query, hold=hold))]

    def save(self, account: Account) -> None:
        self._connection.execute(
            accounts.update().where(accounts.c.login == account.login), _values(account)
        )

    def hashes(self, login: str) -> Sequence[str]:
        query = select(accounts.c.hashes).where(accounts.c.login == login)
        return tuple(self._connection.execute(query).scalar() or ())

    def set_hashes(self, login: str, hashes: Sequence[str]) -> None:
        self._connection.execute(
            accounts.update().where(accounts.c.login == login), {"hashes": list(hashes)}
        )

    def failures(self, login: str, address: str, *, hold: bool = False) -> Failures:
        table = sign_in_failures.c
        if hold:  # a row to hold, also where nothing failed yet
            self._connection.execute(
                insert_or(self._connection, sign_in_failures).on_conflict_do_nothing(),
                {"login": login, "address": address, "count": 0, "last_at": None},
            )
        query = select(table.count, table.last_at).where(
            table.login == login, table.address == address
        )
        row = self._connection.execute(_held(query, hold=hold)).first()
        return Failures() if row is None else Failures(*row)

    def set_failures(self, login: str, address: str, failures: Failures) -> None:
        table = sign_in_failures.c
        if failures.count == 0:
            self._connection.execute(
                sign_in_failures.delete().where(table.login == login, table.address == address)
            )
            return
        put = insert_or(self._connection, sign_in_failures)
        self._connection.execute(
            put.on_conflict_do_update(
                index_elements=[table.login, table.address],
                set_={"count": put.excluded.count, "last_at": put.excluded.last_at},
            ),
            {
                "login": login,
                "address": address,
                "count": failures.count,
                "last_at": failures.last_at,
            },
        )

    def clear_failures(self, login: str) -> None:
        self._connection.execute(sign_in_failures.delete().where(sign_in_failures.c.login == login))

    def failing(self) -> Sequence[tuple[str, str, Failures]]:
        table = sign_in_failures.c
        query = select(table.login, table.address, table.count, table.last_at)
        rows = self._connection.execute(query.where(table.count > 0))
        return [(login, address, Failures(count, at)) for login, address, count, at in rows]

    def knows(self, login: str, address: str, since: datetime) -> bool:
        query = select(sessions.c.id).where(
            sessions.c.login == login,
            sessions.c.address == address,
            sessions.c.opened_at >= since,
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def open_session(self, session: Session, secret_sha256: str) -> None:
        self._connection.execute(
            sessions.insert(),
            {
                "id": session.id,
                "secret_sha256": secret_sha256,
                "login": session.login,
                "opened_at": session.opened_at,
                "used_at": session.used_at,
                "address": session.address,
                "ended_at": session.ended_at,
                "ended_why": session.ended_why,
            },
        )

    def session(self, secret_sha256: str) -> Session | None:
        query = select(sessions).where(sessions.c.secret_sha256 == secret_sha256)
        row = self._connection.execute(query).first()
        return None if row is None else _session(row)

    def sessions(self, login: str) -> Sequence[Session]:
        query = select(sessions).where(sessions.c.login == login, sessions.c.ended_at.is_(None))
        query = query.order_by(sessions.c.opened_at, sessions.c.id)
        return [_session(row) for row in self._connection.execute(query)]

    def use_session(self, session_id: str, at: datetime) -> None:
        self._connection.execute(
            sessions.update().where(
                sessions.c.id == session_id,
                sessions.c.used_at < at,
                sessions.c.ended_at.is_(None),
            ),
            {"used_at": at},
        )

    def end_session(self, session_id: str, at: datetime, why: str) -> bool:
        ended = self._connection.execute(
            sessions.update().where(sessions.c.id == session_id, sessions.c.ended_at.is_(None)),
            {"ended_at": at, "ended_why": why},
        )
        return bool(ended.rowcount)

    def end_sessions(self, login: str, at: datetime, why: str) -> int:
        ended = self._connection.execute(
            sessions.update().where(sessions.c.login == login, sessions.c.ended_at.is_(None)),
            {"ended_at": at, "ended_why": why},
        )
        return int(ended.rowcount)

    def add_token(self, token: Token, secret_sha256: str) -> None:
        self._connection.execute(
            tokens.insert(),
            {
                "id": token.id,
                "secret_sha256": secret_sha256,
                "login": token.login,
                "name": token.name,
                "permissions": sorted(token.permissions),
                **_scope_values(token.scope),
                "created_at": token.created_at,
                "expires_at": token.expires_at,
                "used_at": token.used_at,
                "revoked_at": token.revoked_at,
            },
        )

    def token(self, secret_sha256: str) -> Token | None:
        return self._token(tokens.c.secret_sha256 == secret_sha256)

    def tokens(self, login: str = "") -> Sequence[Token]:
        query = select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.id)
        if login:
            query = query.where(tokens.c.login == login)
        return [_token(row) for row in self._connection.execute(query)]

    def use_token(self, token_id: str, at: datetime) -> None:
        before = or_(tokens.c.used_at.is_(None), tokens.c.used_at < at)
        self._connection.execute(
            tokens.update().where(and_(tokens.c.id == token_id, before)), {"used_at": at}
        )

    def revoke_token(self, token_id: str, at: datetime) -> Token | None:
        found = self._token(tokens.c.id == token_id)
        self._connection.execute(
            tokens.update().where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)),
            {"revoked_at": at},
        )
        return found

    def sweep(self, *, sessions_before: datetime, failures_before: datetime) -> None:
        self._connection.execute(sessions.delete().where(sessions.c.used_at < sessions_before))
        self._connection.execute(
            sign_in_failures.delete().where(sign_in_failures.c.last_at < failures_before)
        )

    def _token(self, condition: Any) -> Token | None:
        row = self._connection.execute(select(tokens).where(condition)).first()
        return None if row is None else _token(row)


def _held(query: Select[Any], *, hold: bool) -> Select[Any]:
    """On SQLite the transaction holds everything already, and this says nothing."""
    return query.with_for_update() if hold else query


def _values(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "roles": sorted(account.access.roles),
        **_scope_values(account.access.scope),
        "must_change": account.must_change,
        "disabled": account.disabled,
        "demo": account.demo,
        "created_at": account.created_at,
        "changed_at": account.changed_at,
        "password_at": account.password_at,
    }


def _scope_values(scope: Scope) -> dict[str, Any]:
    return {
        "halls": None if scope.halls is None else sorted(scope.halls),
        "units": None if scope.units is None else sorted(scope.units),
    }


def _scope(row: Row[Any]) -> Scope:
    return Scope(*(None if one is None else frozenset(one) for one in (row.halls, row.units)))


def _account(row: Row[Any]) -> Account:
    return Account(
        login=row.login,
        name=row.name,
        access=Access(frozenset(Role(one) for one in row.roles), _scope(row)),
        created_at=row.created_at,
        changed_at=row.changed_at,
        password_at=row.password_at,
        must_change=row.must_change,
        disabled=row.disabled,
        demo=row.demo,
    )


def _session(row: Row[Any]) -> Session:
    values = dict(row._mapping)
    del values["secret_sha256"]
    return Session(**values)


def _token(row: Row[Any]) -> Token:
    known = frozenset(Permission)
    return Token(
        id=row.id,
        login=row.login,
        name=row.name,
        permissions=frozenset(Permission(one) for one in row.permissions if one in known),
        scope=_scope(row),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
