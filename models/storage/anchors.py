"""Signed heads of the register's chains, kept in a file outside the database.

A transaction that appends signs its new head before it commits and once more after: what
was committed is always signed, even when the process dies in between, and what was never
signed was not written by this program. Each line is signed with Ed25519 and names the line
before it by hash. A line torn by a power cut is dropped by the next writer.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from models.domain.errors import RegisterError, StorageError
from models.domain.register import Anchor, Entry, Fault, FaultKind, canonical
from models.storage.files import sync_folder, write_new

FIRST_LINE: Final = "0" * 64
_TAIL: Final = 64 * 1024
_NEWEST: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class ReadAnchors:
    """The anchors whose signatures hold, in the order of writing, and what is wrong."""

    anchors: tuple[Anchor, ...]
    faults: tuple[Fault, ...]


class Anchors:
    """The anchor file and the key that signs it. Safe from several threads and processes.

    Args:
        file: JSON lines, only ever appended to.
        key_file: Ed25519 private key (PEM), made with mode 0600 where there is none.
        create: False makes no key; then one must be there.

    Raises:
        StorageError: the key is missing though anchors are there, is not a key, or the
            files cannot be written.
    """

    def __init__(self, file: Path, key_file: Path, *, create: bool = True) -> None:
        self.file = file
        self.key_file = key_file
        anchored = file.exists() and file.stat().st_size > 0
        self._key = _key(key_file, create=create and not anchored)

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the public key's SHA-256, to be written down on paper."""
        raw = self._key.public_key().public_bytes_raw()
        return sha256(raw).hexdigest()[:16]

    def public_pem(self) -> bytes:
        """The public key, which may be given to anybody."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, first: int, entry: Entry, *, settled: bool) -> None:
        """Sign the head `entry` of a transaction whose first entry was number `first`.

        Raises:
            StorageError: the line could not be written and synced.
        """
        facts = {
            "chain": entry.chain,
            "first": first,
            "seq": entry.seq,
            "hash": entry.hash,
            "settled": settled,
            "at": entry.at_text,
        }
        try:
            with _locked(self.file) as handle:
                handle.write(self._line({**facts, "prev": _last_line_hash(handle)}))
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise StorageError(
                f"登记链签名无法写入:{error.strerror}。请检查磁盘空间与权限。",
                f"the signed head cannot be written: {error.strerror}. "
                "Check disk space and permissions.",
                where=str(self.file),
            ) from error

    def _line(self, facts: dict[str, Any]) -> bytes:
        signature = self._key.sign(canonical(facts).encode("utf-8")).hex()
        return (canonical({**facts, "sig": signature}) + "\n").encode("utf-8")

    def read(self) -> ReadAnchors:
        """All anchors, each signature and the order of the lines checked."""
        if not self.file.exists():
            return ReadAnchors((), ())
        return self._read(self.file.read_bytes().split(b"\n"), FIRST_LINE)

    def read_newest(self) -> ReadAnchors:
        """The anchors at the end of the file, checked alike; line numbers count from there.

        A start settles what a process left unsettled when it died, which is among the newest;
        a year's file takes minutes to check, and `register verify` does.
        """
        if not self.file.exists():
            return ReadAnchors((), ())
        with self.file.open("rb") as handle:
            size = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, size - _NEWEST))
            lines = handle.read().split(b"\n")
        if size <= _NEWEST:
            return self._read(lines, FIRST_LINE)
        # The first piece is cut; the second is there to name the line before the third.
        return self._read(lines[2:], sha256(lines[1]).hexdigest())

    def _read(self, lines: Sequence[bytes], previous: str) -> ReadAnchors:
        anchors, faults = [], []
        for number, line in enumerate(lines[:-1], 1):  # the last piece is empty or torn
            facts = self._checked(line)
            if facts is None or facts["prev"] != previous:
                faults.append(_bad_line(number, signed=facts is not None))
            if facts is not None:
                anchors.append(_anchor(facts))
            previous = sha256(line).hexdigest()
        # Whole, but for the byte that ends it.
        if lines and self._checked(lines[-1][:-1]) is not None:
            faults.append(_bad_line(len(lines), signed=False))
        return ReadAnchors(tuple(anchors), tuple(faults))

    def _checked(self, line: bytes) -> dict[str, Any] | None:
        """What a line says, None where its signature does not hold."""
        try:
            facts: dict[str, Any] = json.loads(line)
            if canonical(facts).encode("utf-8") != line:  # no byte may be written otherwise
                return None
            signature = bytes.fromhex(facts.pop("sig"))
            if signature.hex().encode("ascii") not in line:
                return None
            self._key.public_key().verify(signature, canonical(facts).encode("utf-8"))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature, RegisterError):
            return None
        return facts


def bytes_until(file: Path, heads: Mapping[str, int]) -> int:
    """How much of an anchor file belongs to a moment of the database.

    What was committed by then was signed before; the first head that was settled beyond those
    of the moment was written after it, and so was every line that follows.

    Args:
        file: The anchor file, read after the moment.
        heads: The number of each chain's newest entry at the moment.
    """
    if not file.exists():
        return 0
    size = 0
    with file.open("rb") as handle:
        for line in handle:
            if not line.endswith(b"\n") or _beyond(line, heads):
                break
            size += len(line)
    return size


def _beyond(line: bytes, heads: Mapping[str, int]) -> bool:
    try:
        facts = json.loads(line)
        return bool(facts["settled"]) and int(facts["seq"]) > heads.get(facts["chain"], 0)
    except (ValueError, KeyError, TypeError):
        return False  # a line that does not read is told by the check of the register


def key_fingerprint(pem: bytes) -> str:
    """The fingerprint of a private or a public key, empty where it is neither."""
    with suppress(ValueError, TypeError):
        if b"PRIVATE" in pem:
            made = serialization.load_pem_private_key(pem, password=None).public_key()
        else:
            made = serialization.load_pem_public_key(pem)
        if isinstance(made, Ed25519PublicKey):
            return sha256(made.public_bytes_raw()).hexdigest()[:16]
    return ""


def _anchor(facts: dict[str, Any]) -> Anchor:
    return Anchor(
        chain=facts["chain"],
        first=facts["first"],
        seq=facts["seq"],
        hash=facts["hash"],
        settled=facts["settled"],
        at_text=facts["at"],
    )


def _bad_line(number: int, *, signed: bool) -> Fault:
    if signed:
        return Fault(
            FaultKind.ANCHOR,
            0,
            f"签名文件第 {number} 行之前有行被删除或调换。",
            f"lines before line {number} of the anchor file were removed or moved.",
        )
    return Fault(
        FaultKind.ANCHOR,
        0,
        f"签名文件第 {number} 行的签名不成立(被改动,或不是本机密钥所签)。",
        f"line {number} of the anchor file has no valid signature "
        "(changed, or signed by another key).",
    )


@contextmanager
def _locked(file: Path) -> Iterator[BinaryIO]:
    """The file opened for appending, ours alone, without a torn last line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    created = not file.exists()
    with file.open("a+b") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if created:
            sync_folder(file.parent)
        _drop_torn_line(handle)
        yield handle


def _tail(handle: BinaryIO) -> bytes:
    size = handle.seek(0, os.SEEK_END)
    handle.seek(max(0, size - _TAIL))
    return handle.read()


def _drop_torn_line(handle: BinaryIO) -> None:
    tail = _tail(handle)
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        handle.truncate(handle.seek(0, os.SEEK_END) - torn)
    handle.seek(0, os.SEEK_END)


def _last_line_hash(handle: BinaryIO) -> str:
    lines = _tail(handle).split(b"\n")
    return sha256(lines[-2]).hexdigest() if len(lines) > 1 else FIRST_LINE


def _key(key_file: Path, *, create: bool) -> Ed25519PrivateKey:
    if not key_file.exists():
        if not create:
            raise StorageError(
                "登记链签名密钥缺失。请从备份恢复该密钥;已有登记时不会自动新建。",
                "the signing key is missing. Restore it from the backup; where a register "
                "exists a new one is not made in its place.",
                where=str(key_file),
            )
        _make_key(key_file)
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    except (ValueError, TypeError, OSError) as error:
        raise _bad_key(key_file) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _bad_key(key_file)
    return key


def _bad_key(key_file: Path) -> StorageError:
    return StorageError(
        "登记链签名密钥不可读取或格式不对。请从备份恢复。",
        "the signing key cannot be read or is not an Ed25519 key. Restore it from the backup.",
        where=str(key_file),
    )


def _make_key(key_file: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_new(key_file, pem, mode=0o600)
