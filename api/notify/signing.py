"""Signatures of webhooks, as the Standard Webhooks specification has them.

The signed text is `<id>.<timestamp>.<body>`, the header `webhook-signature: v1,<base64>`.
A hook's secret is made from its salt and a key file beside the register's: the database alone
does not give it away, and it is shown once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from models.domain.errors import InputError, StorageError

KEY_FILE: Final = "keys/hooks.key"
PREFIX: Final = "whsec_"
TOLERANCE_S: Final = 300
"""How old a message may be for `verify`."""


class HookKey:
    """The key that all hooks' secrets are made with; made where there is none.

    Args:
        path: Its file.

    Raises:
        StorageError: it can neither be read nor made.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._key = _read_or_make(path)
        except OSError as error:
            raise StorageError(
                f"无法读取或建立回调密钥文件:{error.strerror}。",
                f"the webhooks' key can be neither read nor made: {error.strerror}.",
                where=str(path),
            ) from None

    def secret(self, salt: str) -> str:
        """The secret of the hook with this salt."""
        made = hmac.new(self._key, salt.encode(), hashlib.sha256).digest()
        return PREFIX + base64.b64encode(made).decode()


def _read_or_make(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.touch(0o600)
        with part.open("wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # of two processes that start together one wins
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_bytes()


def new_salt() -> str:
    """A salt for a new hook."""
    return secrets.token_hex(16)


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature header of a message."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    text = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def headers_of(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Headers of a signed message."""
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "OnPost-Webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }


def verify(secret: str, headers: dict[str, str], body: bytes, now: float) -> None:
    """What a receiver does with a message, as told in docs/notifications.md.

    Raises:
        InputError: the signature does not fit, or the message is old.
    """
    told = {name.lower(): value for name, value in headers.items()}
    message_id, stamp = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now - int(stamp)) > TOLERANCE_S:
        raise InputError(
            "消息时间不在允许范围内。", "the message is too old.", where="webhook-timestamp"
        )
    wanted = sign(secret, message_id, int(stamp), body)
    given = told.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(wanted, one) for one in given):
        raise InputError("签名不符。", "the signature does not fit.", where="webhook-signature")
