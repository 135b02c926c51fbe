"""Encrypting a backup as it is written, and reading it back: AES-256-GCM in pieces.

The key comes from a passphrase by scrypt. Each piece is sealed with its number and with whether
it is the last, so that none can be changed, moved or left out unseen. A passphrase is never
taken from the command line, where every user of the machine could read it.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from api.settings.load import PASSPHRASE_VARIABLE
from models.domain.errors import InputError, StorageError

SHORTEST: Final = 12
MAGIC: Final = b"OnPost-sealed-1\n"
PIECE: Final = 1 << 20
_TAG: Final = 16
_SALT: Final = 16
_PREFIX: Final = 7
_SCRYPT: Final = {"n": 2**16, "r": 8, "p": 1}


def passphrase(key_file: Path | None) -> bytes:
    """The passphrase: the first line of a file, else of the environment.

    Raises:
        InputError: there is none, it is too short, or the file cannot be read.
    """
    if key_file is not None:
        try:
            given = key_file.read_bytes().splitlines()[:1]
        except OSError as error:
            raise InputError(
                f"口令文件不可读取:{error.strerror}。",
                f"the key file cannot be read: {error.strerror}.",
                where=str(key_file),
            ) from error
        found = given[0].strip() if given else b""
    else:
        found = os.environ.get(PASSPHRASE_VARIABLE, "").encode("utf-8")
    if len(found) < SHORTEST:
        raise InputError(
            f"备份口令缺失或过短(至少 {SHORTEST} 字节)。请用 --key-file 指定口令文件,"
            f"或设置环境变量 {PASSPHRASE_VARIABLE};口令不接受命令行参数。",
            f"the backup's passphrase is missing or too short (at least {SHORTEST} bytes). Name a "
            f"file with --key-file, or set {PASSPHRASE_VARIABLE}; it is never given on the command "
            "line.",
            where=str(key_file or PASSPHRASE_VARIABLE),
        )
    return found


class SealedWriter(io.RawIOBase):
    """Encrypts what is written; `close` writes the last piece and leaves the file open."""

    def __init__(self, out: BinaryIO, secret: bytes) -> None:
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self._out, self._held, self._number = out, bytearray(), 0
        self._cipher = _cipher(secret, salt)
        self._head = MAGIC + salt + self._prefix
        out.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]
        self._held += given
        while len(self._held) > PIECE:
            self._seal(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return len(given)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._held), last=True)
            super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._out.write(self._cipher.encrypt(nonce, piece, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Decrypts what `SealedWriter` wrote, from its beginning.

    Raises:
        StorageError: another passphrase, or a byte is not as it was written.
    """

    def __init__(self, source: BinaryIO, secret: bytes, where: str) -> None:
        self._source, self._where = source, where
        head = source.read(len(MAGIC) + _SALT + _PREFIX)
        salt = head[len(MAGIC) : len(MAGIC) + _SALT]
        self._prefix, self._head = head[len(MAGIC) + _SALT :], head
        if not head.startswith(MAGIC) or len(self._prefix) != _PREFIX:
            raise _damaged(where)
        self._cipher = _cipher(secret, salt)
        self._number = 0
        self._next = source.read(PIECE + _TAG)
        self._held = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._held and not self._ended:
            self._held = self._open()
        count = min(len(view), len(self._held))
        view[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    def _open(self) -> bytes:
        sealed, self._next = self._next, self._source.read(PIECE + _TAG)
        last = not self._next
        try:
            nonce = _nonce(self._prefix, self._number, last=last)
            opened = self._cipher.decrypt(nonce, sealed, self._head)
        except InvalidTag as error:
            raise _damaged(self._where) from error
        self._number += 1
        self._ended = last
        return opened


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, **_SCRYPT).derive(secret))


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _damaged(where: str) -> StorageError:
    return StorageError(
        "备份口令不对,或备份文件已损坏、被截断;未恢复任何内容。",
        "the passphrase is another one, or the backup is damaged or cut; nothing was restored.",
        where=where,
    )
