"""Making and changing accounts; every change is in the audit log, in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.auth.audit import Acting, note
from api.auth.back_off import ANY
from api.auth.passwords import Passwords, one_time
from models.domain.access import Access, Role
from models.domain.accounts import Account, AccountRules, check_display_name, check_scope, login_of
from models.domain.audit import Action
from models.domain.errors import InputError
from models.domain.passwords import KEPT_PASSWORDS, check_password
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account as an administrator sees it.

    Attributes:
        locked_until: None where it is not locked; the latest of all addresses.
        sessions: How many are open.
        tokens: How many can be used.
    """

    account: Account
    locked_until: datetime | None
    sessions: int
    tokens: int


class AccountOffice:
    """Accounts: add, disable, enable, unlock, roles, passwords. Safe from any thread.

    Args:
        make_uow: Makes units of work.
        clock: The real clock.
        passwords: Hashes; cheap ones in tests.
        forget: Called with a sign-in name whose sessions must be looked up afresh
            (`AccountDesk.forget`).
        rules: What the installation chose.
    """

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        passwords: Passwords | None = None,
        forget: Callable[[str], None] = lambda _: None,
        rules: AccountRules | None = None,
    ) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._rules = rules or AccountRules()
        self._passwords = passwords or Passwords()
        self._forget = forget

    def first_password_ends(self, login: str) -> datetime | None:
        """When an account's one-time password opens nothing more; None for never."""
        return self.get(login).account.first_password_ends(self._rules)

    def list(self) -> Sequence[AccountSeen]:
        """All accounts by sign-in name."""
        with self._make_uow(read_only=True) as uow:
            return self._seen(uow, uow.accounts.list())

    def get(self, login: str) -> AccountSeen:
        """One account.

        Raises:
            InputError: no such account.
        """
        with self._make_uow(read_only=True) as uow:
            return self._seen(uow, [_account(uow, login, hold=False)])[0]

    def add(
        self,
        login: str,
        name: str,
        access: Access,
        by: Acting,
        *,
        password: str = "",
        demo: bool = False,
    ) -> tuple[Account, str]:
        """Add an account, whose password must be changed at the first sign-in.

        Args:
            login: Sign-in name, as typed.
            name: What pages show; the sign-in name where empty.
            access: Roles and scope.
            by: Who does it.
            password: The first one; a random one where empty.
            demo: Of the rehearsal: entered without a password, and nowhere else.

        Returns:
            The account and its password, to be shown once.

        Raises:
            InputError: the name is taken or not usable, or the password too weak.
        """
        login = login_of(login)
        chosen = password or one_time(login)
        check_password(chosen, login)
        check_scope(access.scope)
        kept = self._passwords.hash(chosen)
        with self._make_uow() as uow:
            now = self._clock.now()
            shown = check_display_name(name) or login
            account = Account(login, shown, access, now, now, now, not demo, demo=demo)
            uow.accounts.add(account, kept)
            note(uow, by, Action.ACCOUNT_ADDED, _target(login), now, **_said(access), demo=demo)
            uow.commit()
        return account, chosen

    def disable(self, login: str, by: Acting) -> Account:
        """Shut an account: its sessions end, its tokens do not work.

        Raises:
            InputError: no such account, or the last security administrator.
        """
        return self._change(login, by, "disabled", lambda one: replace(one, disabled=True))

    def enable(self, login: str, by: Acting) -> Account:
        """Open a disabled account again.

        Raises:
            InputError: no such account.
        """
        return self._change(login, by, "enabled", lambda one: replace(one, disabled=False))

    def rename(self, login: str, name: str, by: Acting) -> Account:
        """Change what pages show; the audit log keeps sign-in names only.

        Raises:
            InputError: no such account, or not a name.
        """
        shown = check_display_name(name) or login_of(login)
        return self._change(login, by, "renamed", lambda one: replace(one, name=shown))

    def set_access(self, login: str, access: Access, by: Acting) -> Account:
        """Give other roles or another scope; sessions end.

        Raises:
            InputError: no such account, one's own, or the last security administrator.
        """
        _not_oneself(login, by)
        check_scope(access.scope)
        said = _said(access)
        return self._change(login, by, "access", lambda one: replace(one, access=access), **said)

    def unlock(self, login: str, by: Acting) -> Account:
        """Forget failed sign-ins.

        Raises:
            InputError: no such account.
        """
        with self._make_uow() as uow:
            account, now = _account(uow, login), self._clock.now()
            uow.accounts.clear_failures(account.login)
            _note_change(uow, by, account.login, now, what="unlocked")
            uow.commit()
        return account

    def reset_password(self, login: str, by: Acting, *, password: str = "") -> str:
        """Give a one-time password; sessions end, tokens are revoked, failures are forgotten.

        Returns:
            The password, to be shown once.

        Raises:
            InputError: no such account, one's own, or the password is too weak.
        """
        _not_oneself(login, by)
        login = login_of(login)
        chosen = password or one_time(login)
        check_password(chosen, login)
        kept = self._passwords.hash(chosen)
        with self._make_uow() as uow:
            account, now = _account(uow, login), self._clock.now()
            before = uow.accounts.hashes(login)
            uow.accounts.set_hashes(login, [kept, *before][:KEPT_PASSWORDS])
            uow.accounts.save(replace(account, must_change=True, password_at=now, changed_at=now))
            uow.accounts.clear_failures(login)
            ended = uow.accounts.end_sessions(login, now, "reset")
            revoked = _revoke_tokens(uow, login, now)
            said = {"sessions_ended": ended, "tokens_revoked": revoked}
            _note_change(uow, by, login, now, what="reset", **said)
            uow.commit()
        self._forget(login)
        return chosen

    def end_sessions(self, login: str, by: Acting) -> int:
        """End all sessions of an account; how many.

        Raises:
            InputError: no such account.
        """
        with self._make_uow() as uow:
            account, now = _account(uow, login), self._clock.now()
            ended = uow.accounts.end_sessions(account.login, now, "ended")
            _note_change(uow, by, account.login, now, what="sessions", sessions_ended=ended)
            uow.commit()
        self._forget(account.login)
        return ended

    def _change(
        self, login: str, by: Acting, what: str, to: Callable[[Account], Account], **said: Any
    ) -> Account:
        """Change an account; where what it may changes, its sessions end."""
        with self._make_uow() as uow:
            everyone, now = uow.accounts.list(hold=True), self._clock.now()
            before = _account(uow, login)
            after = replace(to(before), changed_at=now)
            _keep_a_security_admin(everyone, after)
            uow.accounts.save(after)
            if after.disabled or after.access != before.access:
                said["sessions_ended"] = uow.accounts.end_sessions(after.login, now, what)
            _note_change(uow, by, after.login, now, what=what, **said)
            uow.commit()
        self._forget(after.login)
        return after

    def _seen(self, uow: UnitOfWork, accounts: Sequence[Account]) -> Sequence[AccountSeen]:
        now = self._clock.now()
        locked: dict[str, datetime] = {}
        for login, _, failures in uow.accounts.failing():
            until = failures.locked_until()
            if login != ANY and until is not None and until > now:
                locked[login] = max(until, locked.get(login, until))
        return [
            AccountSeen(
                one,
                locked.get(one.login),
                sum(
                    self._rules.sessions.alive(live.opened_at, live.used_at, now)
                    for live in uow.accounts.sessions(one.login)
                ),
                sum(token.alive(now) for token in uow.accounts.tokens(one.login)),
            )
            for one in accounts
        ]


def _account(uow: UnitOfWork, login: str, *, hold: bool = True) -> Account:
    found = uow.accounts.get(login_of(login), hold=hold)
    if found is None:
        raise InputError(f"没有账号“{login}”。", f"there is no account {login!r}.", where="login")
    return found


def _revoke_tokens(uow: UnitOfWork, login: str, now: datetime) -> int:
    """Revoke what an account's programs still can use; how many tokens that was."""
    alive = [token for token in uow.accounts.tokens(login) if token.alive(now)]
    for token in alive:
        uow.accounts.revoke_token(token.id, now)
    return len(alive)


def _keep_a_security_admin(everyone: Sequence[Account], after: Account) -> None:
    def counts(one: Account) -> bool:
        return not one.disabled and Role.SECURITY_ADMIN in one.access.roles

    had = any(counts(one) for one in everyone)
    if had and not any(counts(after if one.login == after.login else one) for one in everyone):
        raise InputError(
            "这是最后一个可用的安全管理员,不能停用或改变角色;请先另建一个。",
            "this is the last security administrator; it cannot be disabled or given another "
            "role. Make another one first.",
            where=after.login,
        )


def _not_oneself(login: str, by: Acting) -> None:
    if login_of(login) == by.name:
        raise InputError(
            "不能更改自己的角色或重置自己的口令,请由另一名安全管理员办理。",
            "nobody changes their own roles or resets their own password; another security "
            "administrator does.",
            where=by.name,
        )


def _target(login: str) -> str:
    return f"account:{login}"


def _note_change(uow: UnitOfWork, by: Acting, login: str, now: datetime, **said: Any) -> None:
    note(uow, by, Action.ACCOUNT_CHANGED, _target(login), now, **said)


def _said(access: Access) -> dict[str, Any]:
    scope = access.scope
    return {
        "roles": sorted(access.roles),
        "halls": None if scope.halls is None else sorted(scope.halls),
        "units": None if scope.units is None else sorted(scope.units),
    }
