"""Passwords (口令): hashed by argon2id, a few at a time; one-time passwords; random secrets."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from models.domain.errors import InputError
from models.domain.passwords import LONGEST, check_password, password_of

AT_ONCE: Final = 2
"""Hashes computed at one time: each takes `memory_kib` and most of a core."""
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
"""Without what is read wrongly from paper."""
TOKEN_PREFIX: Final = "onpost_"  # noqa: S105 - by it scanners find a token in a repository


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: OWASP's argon2id with 46 MiB, about 70 ms on one core."""

    time: int = 2
    memory_kib: int = 47104
    lanes: int = 1


CHEAP: Final = Cost(time=1, memory_kib=64)
"""For tests alone."""


class Passwords:
    """Hashes and compares. Safe from any thread."""

    def __init__(self, cost: Cost | None = None) -> None:
        chosen = cost or Cost()
        hasher = Argon2Hasher(
            time_cost=chosen.time, memory_cost=chosen.memory_kib, parallelism=chosen.lanes
        )
        self._hash = PasswordHash((hasher,))
        self._turn = BoundedSemaphore(AT_ONCE)
        self._nobody = self.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """The hash to keep."""
        with self._turn:
            return self._hash.hash(_bytes(password))

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether a password belongs to a hash.

        Where there is no hash it takes as long, and is False.
        """
        given = _bytes(password[: LONGEST + 1])
        with self._turn:
            try:
                same = self._hash.verify(given, kept or self._nobody)
            except PwdlibError:  # a hash that this program never wrote
                same = False
        return same and kept is not None and len(password) <= LONGEST

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made at another cost than this."""
        return self._hash.current_hasher.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    """What is hashed; also of text that JSON can hold and UTF-8 cannot."""
    return password_of(password).encode("utf-8", "surrogatepass")


def one_time(login: str) -> str:
    """A random password that may be typed from paper: four groups of four, 92 bits."""
    while True:
        groups = ["".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        try:
            check_password(password, login)
        except InputError:
            continue
        return password


def new_secret(prefix: str = "") -> str:
    """256 random bits, for a session's cookie or a token."""
    return prefix + secrets.token_urlsafe(32)


def new_id() -> str:
    """A public name of a session or token."""
    return secrets.token_hex(8)


def digest(secret: str) -> str:
    """What is kept of a random secret: its SHA-256; guessing 256 bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
