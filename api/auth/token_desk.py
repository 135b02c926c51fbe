"""Tokens of programs (接口令牌): made, listed, revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from api.auth.audit import Acting
from models.domain.access import Permission, Scope
from models.domain.accounts import AccountRules, Token
from models.domain.ports import Clock, MakeUnitOfWork


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

        Returns:
            The token, and its secret `onpost_…`, to be shown once.

        Raises:
            InputError: no such account, nothing or too much allowed, no name, too long a life.
        """
        raise NotImplementedError

    def list(self, login: str = "") -> Sequence[Token]:
        """Tokens of an account, or of all, newest first."""
        raise NotImplementedError

    def revoke(self, token_id: str, by: Acting, *, login: str = "") -> Token:
        """Revoke a token, at once here and within seconds in other processes.

        Args:
            token_id: Its public id.
            by: Who does it.
            login: Only where it is this account's; empty for anybody's.

        Raises:
            InputError: there is no such token.
        """
        raise NotImplementedError
