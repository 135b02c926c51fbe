"""Rules of accounts (账号): passwords, back-off after failed sign-ins, the time a session lasts.

Source: domain.md §3.2 (等保 2.0: password complexity, lock-out, session time-out). Pure: `now` is
an argument, and hashing belongs to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.domain.errors import InputError

SHORTEST: Final = 10
LONGEST: Final = 128
KINDS_NEEDED: Final = 3
FREE_FAILURES: Final = 4
"""Failed sign-ins in a row that cost no waiting."""
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)


def check_password(password: str, login: str) -> None:
    """Refuse a password (口令) that is too weak to keep.

    Args:
        password: As typed; never part of the error.
        login: The account's sign-in name, which may not stand in the password.

    Raises:
        InputError: too short, too long, too few kinds of characters, or the name in it.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise _weak(
            f"口令须为 {SHORTEST} 至 {LONGEST} 个字符,请重新设置。",
            f"a password has {SHORTEST} to {LONGEST} characters; choose another.",
        )
    if _kinds(password) < KINDS_NEEDED:
        raise _weak(
            f"口令须含大写字母、小写字母、数字、其他字符中的至少 {KINDS_NEEDED} 类,请重新设置。",
            f"a password has at least {KINDS_NEEDED} of: capital letters, small letters, digits, "
            "other characters; choose another.",
        )
    if login and login.casefold() in password.casefold():
        raise _weak(
            "口令不得包含登录名,请重新设置。",
            "a password does not contain the sign-in name; choose another.",
        )


def _kinds(password: str) -> int:
    # A character is of one kind only; 汉字 are neither capital nor small, thus "other".
    kinds = {
        "upper" if c.isupper() else "lower" if c.islower() else "digit" if c.isdigit() else "other"
        for c in password
    }
    return len(kinds)


def _weak(zh: str, en: str) -> InputError:
    return InputError(zh, en, where="password")


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins (登录失败) in a row of one account.

    Args:
        count: How many since the last success.
        last_at: When the newest was, aware; None where there is none.
    """

    count: int = 0
    last_at: datetime | None = None

    def locked_until(self) -> datetime | None:
        """The moment before which no password is even looked at; None where not locked."""
        over = self.count - FREE_FAILURES
        if self.last_at is None or over <= 0:
            return None
        doublings = min(over - 1, 16)  # far beyond the longest wait, far below overflow
        return self.last_at + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)

    def locked(self, now: datetime) -> bool:
        """Whether a sign-in at this moment is refused unseen."""
        until = self.locked_until()
        return until is not None and now < until

    def one_more(self, now: datetime) -> Failures:
        """After one more failure. A clock that went back does not shorten the wait."""
        at = now if self.last_at is None else max(now, self.last_at)
        return Failures(self.count + 1, at)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session (会话) lasts unused, and at all."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)

    def alive(self, opened_at: datetime, used_at: datetime, now: datetime) -> bool:
        """Whether a session may still be used.

        Args:
            opened_at: When it was signed in, aware.
            used_at: When it was last used, aware.
            now: The moment asked about; before `used_at` the clock went back and it is over.
        """
        if now < used_at or used_at < opened_at:
            return False
        return now - used_at < self.idle and now - opened_at < self.absolute
