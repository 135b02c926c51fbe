"""What a password (口令) has to be like. Hashing belongs to the caller.

Source: domain.md §3.2 (等保 2.0: password complexity).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from models.domain.errors import InputError

SHORTEST: Final = 10
LONGEST: Final = 128
KINDS_NEEDED: Final = 3
KEPT_PASSWORDS: Final = 5
"""So many of the last passwords are not used again."""
KNOWN_PARTS: Final = (
    *("123456", "111111", "000000", "666666", "888888", "abcdef", "qwerty", "asdfgh", "1qaz2wsx"),
    *(
        "password",
        "passw0rd",
        "p@ssw",
        "admin",
        "onpost",
        "zaigang",
        "woaini",
        "5201314",
        "changeme",
    ),
)
"""What every list of tried passwords begins with."""


def password_of(text: str) -> str:
    """A password as it is hashed: what an input method made full-width is folded."""
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, login: str) -> None:
    """Refuse a password (口令) that is too weak to keep.

    Args:
        password: As typed; never part of the error.
        login: The account's sign-in name, which may not stand in the password.

    Raises:
        InputError: too short, too long, too few kinds of characters, or the name in it.
    """
    password = password_of(password)
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
    if login and password_of(login).casefold() in password.casefold():
        raise _weak(
            "口令不得包含登录名,请重新设置。",
            "a password does not contain the sign-in name; choose another.",
        )
    if any(part in password.casefold() for part in KNOWN_PARTS):
        raise _weak(
            "口令含有常见的词或数字串,容易被猜中,请重新设置。",
            "the password holds a well-known word or row of digits; choose another.",
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
