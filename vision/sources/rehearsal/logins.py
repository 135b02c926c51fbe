"""How rehearsal cameras ask for a password: not at all, Basic (RFC 7617) or Digest (RFC 7616)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

REALM: Final = "OnPost rehearsal"
_FIELD: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


class Manner(StrEnum):
    """How a camera asks."""

    NONE = "none"
    BASIC = "basic"
    DIGEST = "digest"


def manner_of(camera_id: str) -> Manner:
    """Always the same for a camera; a third of them each."""
    number = int(hashlib.sha256(camera_id.encode()).hexdigest(), 16)
    return (Manner.NONE, Manner.BASIC, Manner.DIGEST)[number % 3]


@dataclass(frozen=True, slots=True)
class Login:
    """User and password of every rehearsal camera; the password is never printed."""

    user: str
    password: str = field(repr=False)
    secret: bytes = field(repr=False, default=b"rehearsal")

    @property
    def nonce(self) -> str:
        """The server's challenge; steady, so that a camera needs no memory."""
        return hmac.new(self.secret, self.password.encode(), hashlib.sha256).hexdigest()[:32]

    def challenge(self, manner: Manner) -> str:
        """The `WWW-Authenticate` header."""
        if manner is Manner.BASIC:
            return f'Basic realm="{REALM}"'
        return f'Digest realm="{REALM}", qop="auth", algorithm=SHA-256, nonce="{self.nonce}"'

    def admits(self, manner: Manner, header: str, method: str, path: str) -> bool:
        """Whether an `Authorization` header lets a request in."""
        if manner is Manner.NONE:
            return True
        scheme, _, rest = header.partition(" ")
        if manner is Manner.BASIC:
            token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            return scheme.lower() == "basic" and hmac.compare_digest(rest.strip(), token)
        return scheme.lower() == "digest" and self._digest_right(rest, method, path)

    def _digest_right(self, rest: str, method: str, path: str) -> bool:
        given = {name: quoted or plain for name, quoted, plain in _FIELD.findall(rest)}
        if given.get("username") != self.user or given.get("nonce") != self.nonce:
            return False
        if given.get("uri") != path:
            return False
        first = _hash(f"{self.user}:{REALM}:{self.password}")
        second = _hash(f"{method}:{path}")
        middle = (given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        wanted = _hash(":".join((first, *middle, second)))
        return hmac.compare_digest(given.get("response", ""), wanted)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
