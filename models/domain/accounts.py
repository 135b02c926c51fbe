"""Rules of accounts (账号): names, back-off after failed sign-ins, sessions, tokens.

Source: domain.md §3.2 (等保 2.0: lock-out, session time-out). Pure: `now` is an argument. Nothing
here holds a secret or its hash. Passwords have a file of their own.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.domain.access import Access, Permission, Scope
from models.domain.errors import InputError, OnPostError

LONGEST_NAME: Final = 100
LOGIN: Final = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9._@\u4e00-\u9fff-]{1,39}")
FREE_FAILURES: Final = 4
"""Failed sign-ins in a row that cost no waiting."""
FREE_FAILURES_OF_ADDRESS: Final = 100
"""The same for an address, behind which a whole hall may sit and sign in at half past eight."""
FORGOTTEN_AFTER: Final = timedelta(hours=24)
"""Failures older than this no longer count."""
KNOWN_FOR: Final = timedelta(days=30)
"""So long an address is known to an account that signed in from it."""
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)


class SignInRefused(OnPostError):
    """Name or password wrong, or the account may not sign in; the caller is not told which."""

    def __init__(self) -> None:
        super().__init__(
            "登录名或口令不正确,或账号不可用。请核对后重试;忘记口令请联系安全管理员。",
            "sign-in name or password is wrong, or the account is not in use. Try again; whoever "
            "forgot a password asks the security administrator.",
            where="sign_in",
        )


class FirstPasswordExpired(SignInRefused):
    """The password was right, but it was somebody else's choice and was not changed in time."""

    def __init__(self, hours: float) -> None:
        OnPostError.__init__(
            self,
            f"一次性口令已超过 {hours:g} 小时有效期,不能再用。请安全管理员重置口令。",
            f"the one-time password was good for {hours:g} hours and is no more; ask the security "
            "administrator for a new one.",
            where="sign_in",
            code="PASSWORD_EXPIRED",
        )


class LockedOut(OnPostError):
    """Too many failed sign-ins; until a moment no password is looked at.

    Attributes:
        until: That moment, aware.
        wait_s: Whole seconds until then, at least 1.
    """

    def __init__(self, until: datetime, now: datetime) -> None:
        self.until = until
        self.wait_s = max(1, math.ceil((until - now).total_seconds()))
        super().__init__(
            f"登录失败次数过多,请在 {self.wait_s} 秒后重试,或请安全管理员解锁。",
            f"too many failed sign-ins; try again in {self.wait_s} seconds, or ask the security "
            "administrator to unlock.",
            where="sign_in",
        )


def login_of(text: str) -> str:
    """A sign-in name as it is kept: full-width letters and capitals folded.

    Raises:
        InputError: not 2 to 40 of a-z, 0-9, 汉字, `.`, `_`, `@`, `-`.
    """
    login = unicodedata.normalize("NFKC", text.strip()).casefold()
    if not LOGIN.fullmatch(login):
        raise InputError(
            "登录名须为 2 至 40 个小写字母、数字、汉字或 . _ @ -,且不以符号开头。",
            "a sign-in name has 2 to 40 small letters, digits, 汉字 or . _ @ - and does not "
            "begin with a mark.",
            where="login",
        )
    return login


def check_display_name(text: str) -> str:
    """A name to be shown, without blanks around it; may be empty.

    Raises:
        InputError: longer than 100 characters, or with line breaks and other control characters.
    """
    name = text.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"名称不得超过 {LONGEST_NAME} 个字符,且不得含换行等控制字符。",
            f"a name has at most {LONGEST_NAME} characters and no line breaks.",
            where="name",
        )
    return name


def check_scope(scope: Scope) -> None:
    """Refuse halls and units that can be no ids.

    Raises:
        InputError: empty, longer than 100 characters, or with control characters.
    """
    for one in (*(scope.halls or ()), *(scope.units or ())):
        if not one or len(one) > LONGEST_NAME or not one.isprintable():
            raise InputError(
                "大厅或单位的编号无效,请重新选择。",
                "this can be no hall or unit; choose another.",
                where="scope",
            )


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins (登录失败) in a row.

    Args:
        count: How many since the last success.
        last_at: When the newest was, aware; None where there is none.
        free: How many cost no waiting.
    """

    count: int = 0
    last_at: datetime | None = None
    free: int = FREE_FAILURES

    def locked_until(self) -> datetime | None:
        """The moment before which no password is even looked at; None where not locked."""
        over = self.count - self.free
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
        if self.last_at is None or now - self.last_at >= FORGOTTEN_AFTER:
            return Failures(1, now, self.free)
        return Failures(self.count + 1, max(now, self.last_at), self.free)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session (会话) lasts unused, and at all."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    slack: timedelta = timedelta(seconds=5)
    """Two threads or processes may read the clock in another order than they write."""

    def alive(self, opened_at: datetime, used_at: datetime, now: datetime) -> bool:
        """Whether a session may still be used.

        Args:
            opened_at: When it was signed in, aware.
            used_at: When it was last used, aware.
            now: The moment asked about; well before `used_at` the clock went back: it is over.
        """
        if now < used_at - self.slack or used_at < opened_at:
            return False
        return now - used_at < self.idle and now - opened_at < self.absolute


@dataclass(frozen=True, slots=True)
class AccountRules:
    """What an installation chose.

    Attributes:
        sessions: How long a session lasts.
        password_age: After it the password must be changed; None never.
        first_password: So long a one-time password opens anything; None for ever.
        sessions_each: Sessions of one account at once; the oldest one ends.
        token_age: The longest life of a token.
        demo: The rehearsal: accounts that are entered without a password may exist.
    """

    sessions: SessionRules = SessionRules()
    password_age: timedelta | None = timedelta(days=180)
    first_password: timedelta | None = timedelta(hours=72)
    sessions_each: int = 10
    token_age: timedelta = timedelta(days=366)
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account, without its password.

    Attributes:
        login: Sign-in name, as `login_of` gives it; never changed, never given again.
        name: What pages show.
        access: Roles and scope.
        must_change: The password is somebody else's choice, or was reset.
        disabled: Nobody gets in, no token works.
        demo: Of the rehearsal; refused everywhere else.
        password_at: When the password was set.
    """

    login: str
    name: str
    access: Access
    created_at: datetime
    changed_at: datetime
    password_at: datetime
    must_change: bool = True
    disabled: bool = False
    demo: bool = False

    def password_is_old(self, rules: AccountRules, now: datetime) -> bool:
        """Whether the password has to be changed before anything else."""
        age = rules.password_age
        return self.must_change or (age is not None and now - self.password_at >= age)

    def first_password_ends(self, rules: AccountRules) -> datetime | None:
        """When a one-time password that was not changed opens nothing more; None for never, and
        where it was changed."""
        age = rules.first_password
        return self.password_at + age if self.must_change and age is not None else None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. What the browser holds is not in it.

    Attributes:
        id: Public: for lists and the audit log.
        ended_why: Empty while it lasts.
    """

    id: str
    login: str
    opened_at: datetime
    used_at: datetime
    address: str
    ended_at: datetime | None = None
    ended_why: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A program's key to the API (接口令牌). What the program holds is not in it.

    Attributes:
        id: Public: for lists, revoking and the audit log.
        login: Whose it is; it may never more than that account may at the time.
        name: What it is for.
    """

    id: str
    login: str
    name: str
    permissions: frozenset[Permission]
    scope: Scope
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        """Whether it may be used at this moment."""
        return self.revoked_at is None and self.created_at <= now < self.expires_at
