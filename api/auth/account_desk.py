"""Signing in and out, and who a session or a token belongs to.

`AccountOffice` (account_office.py) changes accounts, `TokenDesk` (token_desk.py) makes tokens. All
three enter what they do in the audit log, in the transaction of the change itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from api.auth.audit import Acting, Actor, note
from api.auth.back_off import network_of
from api.auth.passwords import TOKEN_PREFIX, Passwords, digest, new_id, new_secret
from api.auth.proof import Prover
from api.auth.signed import Kept, Signed
from models.domain.access import NEVER_BY_TOKEN, Role
from models.domain.accounts import (
    FORGOTTEN_AFTER,
    Account,
    AccountRules,
    Session,
    SignInRefused,
    login_of,
)
from models.domain.audit import Action
from models.domain.errors import InputError
from models.domain.passwords import KEPT_PASSWORDS, check_password
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork

__all__ = ["AccountDesk", "Signed"]

USE_WRITTEN: Final = timedelta(minutes=1)
"""That a session or token was used is written at most so often."""
SESSIONS_KEPT: Final = timedelta(days=90)
"""Sessions are listed so long after their last use."""


class AccountDesk:
    """Sign-in, sign-out, sessions. Safe from any thread; every call blocks on the database.

    Args:
        make_uow: Makes units of work.
        clock: The real clock, also where the rehearsal's runs faster.
        rules: What the installation chose.
        passwords: Hashes; cheap ones in tests.
    """

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        rules: AccountRules | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._rules = rules or AccountRules()
        self._passwords = passwords or Passwords()
        self._prover = Prover(make_uow, clock, self._rules, self._passwords)
        self._kept = Kept()

    def sign_in(
        self, login: str, password: str, address: str, *, instead_of: str = ""
    ) -> tuple[str, Session]:
        """Open a session; the secret is always a new one.

        Args:
            login: As typed.
            password: As typed.
            address: Where the call came from.
            instead_of: The secret that the browser held before, whose session ends.

        Returns:
            The secret for the cookie, and the session.

        Raises:
            SignInRefused: name or password wrong, or the account disabled; it takes as long
                whichever it is.
            LockedOut: too many failures before; the password was not looked at.
        """
        proof = self._prover.prove(_name(login), password, address)
        with self._make_uow() as uow:
            account = self._prover.accept(uow, proof)
            opened = self._open(uow, account, address, instead_of)
            uow.commit()
        return opened

    def sign_in_to_demo(
        self, role: Role, address: str, *, instead_of: str = ""
    ) -> tuple[str, Session]:
        """Open a session of the rehearsal's account of a role, without a password.

        Raises:
            SignInRefused: this is no rehearsal, or it has no such account.
        """
        with self._make_uow() as uow:
            fit = [
                one
                for one in uow.accounts.list()
                if one.demo and role in one.access.roles and self._prover.lets_in(one)
            ]
            if not fit:
                raise SignInRefused
            opened = self._open(uow, fit[0], address, instead_of)
            uow.commit()
        return opened

    def sign_out(self, secret: str, address: str) -> None:
        """End a session; nothing happens where there is none."""
        key = digest(secret)
        with self._make_uow() as uow:
            session = uow.accounts.session(key)
            now = self._clock.now()
            if session is None or not uow.accounts.end_session(session.id, now, "signed_out"):
                return
            by = Actor(session.login, address, means=f"session:{session.id}")
            note(uow, by, Action.SIGN_OUT, f"account:{session.login}", now)
            uow.commit()
        self._kept.forget(session.login)

    def who(self, secret: str) -> Signed | None:
        """Whoever holds this session secret; None where it is over or never was.

        An answer is kept for a few seconds (`signed.KEPT_S`): a session that another process
        ends, or an account that it disables, is out within that time; what this process ends is
        out at once.
        """
        return self._looked_up("session", digest(secret), self._session_of)

    def recalled(self, secret: str) -> Signed | None:
        """The kept answer of `who`, without the database; None where it has to be asked."""
        return self._recalled(f"session:{digest(secret)}", self._clock.now())

    def who_by_token(self, secret: str) -> Signed | None:
        """Whoever holds this token; None where it expired, was revoked or never was."""
        if not secret.startswith(TOKEN_PREFIX):
            return None
        return self._looked_up("token", digest(secret), self._token_of)

    def change_password(self, by: Acting, old: str, new: str) -> tuple[str, Session]:
        """Change one's own password; all sessions end and a new one begins.

        Returns:
            The new secret for the cookie, and its session.

        Raises:
            SignInRefused: the old password is wrong; it counts as a failed sign-in.
            LockedOut: too many failures before.
            InputError: the new one is too weak, or among the last ones.
        """
        check_password(new, by.name)
        proof = self._prover.prove(by.name, old, by.ip)
        with self._make_uow(read_only=True) as uow:
            last = uow.accounts.hashes(proof.login)[:KEPT_PASSWORDS]
        if any(self._passwords.matches(new, one) for one in last):
            self._prover.forgive(proof)
            raise InputError(
                f"新口令不得与最近 {KEPT_PASSWORDS} 次使用过的相同,请重新设置。",
                f"the new password is one of the last {KEPT_PASSWORDS}; choose another.",
                where="password",
            )
        fresh = self._passwords.hash(new)
        with self._make_uow() as uow:
            account, now = self._prover.accept(uow, proof), self._clock.now()
            uow.accounts.set_hashes(proof.login, [fresh, *last][:KEPT_PASSWORDS])
            account = replace(account, must_change=False, password_at=now, changed_at=now)
            uow.accounts.save(account)
            ended = uow.accounts.end_sessions(proof.login, now, "password")
            target = f"account:{proof.login}"
            note(uow, by, Action.PASSWORD_CHANGED, target, now, sessions_ended=ended)
            opened = self._open(uow, account, by.ip, "")
            uow.commit()
        self.forget(proof.login)
        return opened

    def forget(self, login: str) -> None:
        """Look up afresh whoever is signed in under this name, or came by its tokens."""
        self._kept.forget(login)

    def _open(
        self, uow: UnitOfWork, account: Account, address: str, instead_of: str
    ) -> tuple[str, Session]:
        """A new session under a new secret, in an open transaction."""
        now, login = self._clock.now(), account.login
        before = uow.accounts.session(digest(instead_of)) if instead_of else None
        if before is not None and uow.accounts.end_session(before.id, now, "signed_in_again"):
            self._kept.forget(before.login)
        live = uow.accounts.sessions(login)
        for one in live[: max(0, len(live) - self._rules.sessions_each + 1)]:
            uow.accounts.end_session(one.id, now, "too_many")
        secret = new_secret()
        session = Session(new_id(), login, now, now, network_of(address))
        uow.accounts.open_session(session, digest(secret))
        uow.accounts.sweep(
            sessions_before=now - SESSIONS_KEPT, failures_before=now - FORGOTTEN_AFTER
        )
        by = Actor(login, address, account.access, f"session:{session.id}")
        note(uow, by, Action.SIGN_IN, f"account:{login}", now)
        return secret, session

    def _looked_up(
        self, kind: str, key: str, find: Callable[[UnitOfWork, str, datetime], Signed | None]
    ) -> Signed | None:
        now, name = self._clock.now(), f"{kind}:{key}"  # a token is no cookie
        kept = self._recalled(name, now)
        if kept is not None:
            return kept
        mark = self._kept.mark()
        with self._make_uow(read_only=True) as uow:
            found = find(uow, key, now)
        if (
            found is None
            or not self._prover.lets_in(found.account)
            or not found.lasts(self._rules, now)
        ):
            return None
        found = self._used(found, now)
        self._kept.put(name, found, mark)
        return found

    def _recalled(self, name: str, now: datetime) -> Signed | None:
        kept = self._kept.get(name)
        good = kept is not None and _just_used(kept, now) and kept.lasts(self._rules, now)
        return kept if good else None

    def _session_of(self, uow: UnitOfWork, key: str, now: datetime) -> Signed | None:
        session = uow.accounts.session(key)
        account = uow.accounts.get(session.login) if session is not None else None
        if session is None or account is None:
            return None
        must_change = account.password_is_old(self._rules, now) and not account.demo
        return Signed(account, account.access, must_change, session=session)

    def _token_of(self, uow: UnitOfWork, key: str, _now: datetime) -> Signed | None:
        token = uow.accounts.token(key)
        account = uow.accounts.get(token.login) if token is not None else None
        if token is None or account is None:
            return None
        access = account.access.narrowed(token.permissions - NEVER_BY_TOKEN, token.scope)
        return Signed(account, access, must_change=False, token=token)

    def _used(self, found: Signed, now: datetime) -> Signed:
        """Write the use where it was not written for a while."""
        if _just_used(found, now):
            return found
        with self._make_uow() as uow:
            if found.session is not None:
                uow.accounts.use_session(found.session.id, now)
                found = replace(found, session=replace(found.session, used_at=now))
            if found.token is not None:
                uow.accounts.use_token(found.token.id, now)
                found = replace(found, token=replace(found.token, used_at=now))
            uow.commit()
        return found


def _just_used(found: Signed, now: datetime) -> bool:
    return found.used_at is not None and now - found.used_at < USE_WRITTEN


def _name(typed: str) -> str:
    """A sign-in name as it is kept; empty for what can be none."""
    try:
        return login_of(typed)
    except InputError:
        return ""
