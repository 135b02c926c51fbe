"""Who is signed in, and the short memory of it that spares the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

from models.domain.access import Access
from models.domain.accounts import Account, AccountRules, Session, Token

KEPT_S: Final = 3.0
"""Real seconds for which an answer is kept."""
MOST_KEPT: Final = 5000


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is signed in, or whose token came.

    Attributes:
        access: What they may; of a token less than of its account.
        must_change: Nothing but a change of the password is allowed.
        session: None where a token came.
        token: None where a session came.
    """

    account: Account
    access: Access
    must_change: bool
    session: Session | None = None
    token: Token | None = None

    @property
    def name(self) -> str:
        """The sign-in name: `by` of everything they do."""
        return self.account.login

    @property
    def means(self) -> str:
        """By what they came, for the audit log; no secret."""
        if self.session is not None:
            return f"session:{self.session.id}"
        return f"token:{self.token.id}" if self.token is not None else ""

    @property
    def used_at(self) -> datetime | None:
        """When it was last noted that they came."""
        came = self.session or self.token
        return None if came is None else came.used_at

    def lasts(self, rules: AccountRules, now: datetime) -> bool:
        """Whether the session or token is still good at this moment."""
        if self.token is not None:
            return self.token.alive(now)
        session = self.session
        return (
            session is not None
            and session.ended_at is None
            and rules.sessions.alive(session.opened_at, session.used_at, now)
        )


class Kept:
    """Answers by the hash of a secret, each for a few seconds. Safe from any thread.

    Args:
        steady: Seconds of a clock that never goes back.
    """

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._lock = Lock()
        self._held: dict[str, tuple[float, Signed]] = {}
        self._changes = 0

    def get(self, key: str) -> Signed | None:
        """The answer, None where there is none or it is too old."""
        with self._lock:
            until, signed = self._held.get(key, (0.0, None))
            return signed if self._steady() < until else None

    def mark(self) -> int:
        """Taken before looking up, given to `put`."""
        with self._lock:
            return self._changes

    def put(self, key: str, signed: Signed, mark: int) -> None:
        """Keep an answer, unless something was forgotten since the mark."""
        with self._lock:
            if mark != self._changes:
                return
            if len(self._held) >= MOST_KEPT:
                self._held.clear()
            self._held[key] = (self._steady() + KEPT_S, signed)

    def forget(self, login: str) -> None:
        """Forget every answer about an account."""
        with self._lock:
            self._changes += 1
            gone = [key for key, (_, one) in self._held.items() if one.account.login == login]
            for key in gone:
                del self._held[key]
