"""Tokens of programs (接口令牌): made, listed, revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from api.auth.audit import Acting, note
from api.auth.passwords import TOKEN_PREFIX, digest, new_id, new_secret
from models.domain.access import NEVER_BY_TOKEN, Access, Permission, Scope
from models.domain.accounts import AccountRules, Token, check_display_name, check_scope, login_of
from models.domain.audit import Action
from models.domain.errors import InputError
from models.domain.ports import Clock, MakeUnitOfWork


def grantable(access: Access) -> frozenset[Permission]:
    """What a token of an account of this access may hold."""
    everything = access.narrowed(frozenset(Permission), Scope()).permissions
    return everything - NEVER_BY_TOKEN


class TokenDesk:
    """Tokens: at most what their account may, for at most a year. Safe from any thread.

    Args:
        make_uow: Makes units of work.
        clock: The real clock.
        rules: What the installation chose.
        forget: As of `AccountOffice`.
    """

    def __init__(
        self,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        rules: AccountRules | None = None,
        forget: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._make_uow = make_uow
        self._clock = clock
        self._rules = rules or AccountRules()
        self._forget = forget

    def make(  # noqa: PLR0917 - what a token is
        self,
        login: str,
        name: str,
        permissions: frozenset[Permission],
        scope: Scope,
        expires_at: datetime,
        by: Acting,
    ) -> tuple[Token, str]:
        """Make a token of an account.

        Args:
            login: Whose it is.
            name: What it is for.
            permissions: What it may.
            scope: Where, inside the account's own scope.
            expires_at: When it ends, aware.
            by: Who makes it.

        Returns:
            The token, and its secret `onpost_…`, to be shown once.

        Raises:
            InputError: no such account, nothing or too much allowed, no name, too long a life.
        """
        check_scope(scope)
        secret = new_secret(TOKEN_PREFIX)
        with self._make_uow() as uow:
            now = self._clock.now()
            account = uow.accounts.get(login_of(login), hold=True)
            if account is None or account.disabled:
                raise InputError(
                    f"没有可用的账号“{login}”。",
                    f"there is no account {login!r}, or it is disabled.",
                    where="login",
                )
            self._check(account.access, check_display_name(name), permissions, scope)
            self._check_life(expires_at, now)
            token = Token(
                id=new_id(),
                login=account.login,
                name=check_display_name(name),
                permissions=permissions,
                scope=scope,
                created_at=now,
                expires_at=expires_at,
            )
            uow.accounts.add_token(token, digest(secret))
            note(
                uow,
                by,
                Action.TOKEN_ADDED,
                f"token:{token.id}",
                now,
                of=account.login,
                permissions=sorted(permissions),
                halls=None if scope.halls is None else sorted(scope.halls),
                units=None if scope.units is None else sorted(scope.units),
                expires_at=expires_at.isoformat(),
            )
            uow.commit()
        return token, secret

    def list(self, login: str = "") -> Sequence[Token]:
        """Tokens of an account, or of all, newest first."""
        with self._make_uow(read_only=True) as uow:
            return uow.accounts.tokens(login)

    def revoke(self, token_id: str, by: Acting, *, login: str = "") -> Token:
        """Revoke a token, at once here and within seconds in other processes.

        Args:
            token_id: Its public id.
            by: Who does it.
            login: Only where it is this account's; empty for anybody's.

        Raises:
            InputError: there is no such token.
        """
        with self._make_uow() as uow:
            now = self._clock.now()
            token = next((one for one in uow.accounts.tokens(login) if one.id == token_id), None)
            if token is None:
                raise InputError(
                    f"没有令牌“{token_id}”。", f"there is no token {token_id!r}.", where="token"
                )
            if token.revoked_at is None:
                uow.accounts.revoke_token(token_id, now)
                note(uow, by, Action.TOKEN_REVOKED, f"token:{token_id}", now, of=token.login)
                uow.commit()
        self._forget(token.login)
        return token

    def _check(
        self, access: Access, name: str, permissions: frozenset[Permission], scope: Scope
    ) -> None:
        if not name:
            raise InputError("请填写令牌用途。", "say what the token is for.", where="name")
        if not permissions:
            raise InputError(
                "令牌至少须有一项权限。",
                "a token has at least one permission.",
                where="permissions",
            )
        over = sorted(permissions - grantable(access))
        if over:
            raise InputError(
                f"该账号的令牌不能有这些权限:{'、'.join(over)}。",
                f"a token of this account cannot hold: {', '.join(over)}.",
                where="permissions",
            )
        if access.scope.within(scope) != Scope(
            access.scope.halls if scope.halls is None else scope.halls,
            access.scope.units if scope.units is None else scope.units,
        ):
            raise InputError(
                "令牌的范围超出了账号的大厅或单位。",
                "the token reaches beyond the halls or units of its account.",
                where="scope",
            )

    def _check_life(self, expires_at: datetime, now: datetime) -> None:
        if expires_at.tzinfo is None or not now < expires_at <= now + self._rules.token_age:
            days = self._rules.token_age.days
            raise InputError(
                f"令牌的到期时间须在今后 {days} 天以内。",
                f"a token ends within the next {days} days.",
                where="expires_at",
            )
