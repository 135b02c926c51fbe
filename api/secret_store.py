"""Secrets at rest (静态加密的口令): an encrypted store, and its key in another file.

Each secret is sealed by AES-256-GCM together with its name, so that none can be put under another
name. The key lies outside the database and outside the settings, for its owner alone.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.domain.errors import InputError, OnPostError, StorageError
from models.storage.files import sync_folder, write_new

STORE: Final = "secrets.json"
KEY: Final = "keys/secrets.key"
FORMAT: Final = "onpost-secrets-1"
NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")
LONGEST: Final = 4096
_NONCE: Final = 12


class UnknownSecret(InputError):
    """A secret that the store does not hold."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is told of a secret; never the secret."""

    name: str
    set_at: str
    set_by: str


def require_private(file: Path) -> None:
    """Refuse a file of secrets that other users of the machine can read or change.

    Raises:
        StorageError: they can, or it cannot be looked at.
    """
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise _unreadable(file, error) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise StorageError(
            "密钥文件可被其他用户读取。请执行 chmod 600;若怀疑泄露,请运行 onpost secret rotate "
            "并更换各处口令。",
            "others can read the key. Run chmod 600 on it; where it may have been read, run "
            "onpost secret rotate and change the passwords themselves.",
            where=str(file),
        )


class SecretStore:
    """The store of an installation.

    Args:
        file: The store; made with the first secret.
        key_file: Its key: 64 hex digits, mode 0600; made with the store.
    """

    def __init__(self, file: Path, key_file: Path) -> None:
        self.file, self.key_file = file, key_file
        self._next = key_file.with_name(f"{key_file.name}.next")

    def get(self, name: str) -> str:
        """A secret.

        Raises:
            UnknownSecret: it is not there.
            StorageError: the store or the key is missing, damaged or open to others.
        """
        return self.open_all([name])[name]

    def open_all(self, names: list[str]) -> dict[str, str]:
        """Several secrets, the files read once; raises as `get` does."""
        held = self._read()
        entries = held["secrets"]
        for name in names:
            if name not in entries:
                raise UnknownSecret(
                    f"没有名为“{name}”的口令。请运行 onpost secret set {name}。",
                    f"there is no secret {name!r}. Run onpost secret set {name}.",
                    where=str(self.file),
                )
        key = self._key_of(held)
        return {name: self._opened(key, name, entries[name]) for name in names}

    def kept(self) -> list[Kept]:
        """What there is, by name."""
        entries = self._read()["secrets"]
        try:
            return [
                Kept(name, one["set_at"], one["set_by"]) for name, one in sorted(entries.items())
            ]
        except (KeyError, TypeError):
            raise self._damaged() from None

    def put(self, name: str, text: str, now: datetime, by: str) -> bool:
        """Keep a secret; False where one of that name was replaced.

        Raises:
            InputError: the name or the text is not fit.
            StorageError: nothing can be written; nothing was changed.
        """
        if not NAME.fullmatch(name):
            raise InputError(
                f"名称“{name}”无效:字母、数字、_ . -,最长 64 个字符。",
                f"the name {name!r} is not fit: letters, digits, _ . -, at most 64 of them.",
                where="NAME",
            )
        if not text or len(text) > LONGEST or not text.isprintable():
            raise InputError(
                f"口令为空、超过 {LONGEST} 个字符,或含有换行等不可见字符。",
                f"the secret is empty, longer than {LONGEST} characters, or holds line breaks or "
                "other invisible characters.",
                where=name,
            )
        with self._alone():
            held = self._read()
            key = self._key_of(held) if held["secrets"] else self._first_key()
            new = name not in held["secrets"]
            held["secrets"][name] = _sealed(key, name, text, now.isoformat(), by)
            self._write(held["secrets"], key)
        return new

    def remove(self, name: str) -> None:
        """Forget a secret.

        Raises:
            UnknownSecret: it is not there.
        """
        with self._alone():
            held = self._read()
            self.open_all([name])
            del held["secrets"][name]
            self._write(held["secrets"], self._key_of(held))

    def rotate(self) -> int:
        """Seal everything anew under a new key; gives how many secrets. A cut in between leaves
        the old key or the new one in force, never neither."""
        with self._alone():
            held = self._read()
            old, new = self._key_of(held), secrets.token_bytes(32)
            if self._next.exists() and _key_in(self._next) == old:
                self._next.replace(self.key_file)  # a rotation that was cut is ended first
            sealed = {
                name: _sealed(new, name, self._opened(old, name, one), one["set_at"], one["set_by"])
                for name, one in held["secrets"].items()
            }
            self._next.unlink(missing_ok=True)
            write_new(self._next, f"{new.hex()}\n".encode("ascii"), mode=0o600)
            self._write(sealed, new)
            self._next.replace(self.key_file)
            sync_folder(self.key_file.parent)
        return len(sealed)

    def _read(self) -> dict[str, Any]:
        try:
            held = json.loads(self.file.read_text("utf-8"))
            right = held["format"] == FORMAT and isinstance(held["secrets"], dict)
        except FileNotFoundError:
            return {"format": FORMAT, "key": "", "secrets": {}}
        except OSError as error:
            raise _unreadable(self.file, error) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            right = False
        if not right:
            raise self._damaged()
        return dict(held)

    def _key_of(self, held: Mapping[str, Any]) -> bytes:
        """The key that the store was sealed with; after a cut of `rotate` it may be the next."""
        for file in (self.key_file, self._next):
            if file.exists():
                key = _key_in(file)
                if _key_id(key) == held["key"]:
                    return key
        if not self.key_file.exists():
            raise StorageError(
                "口令库的密钥缺失。请从备份恢复;确已丢失请移走口令库,重新设置各口令。",
                "the key of the secrets is missing. Restore it from the backup; where it is lost, "
                "move the store away and set the secrets anew.",
                where=str(self.key_file),
            )
        raise StorageError(
            "密钥与口令库不符(可能恢复了不同时期的文件)。请恢复同一备份中的两个文件。",
            "the key is not the one that the secrets were sealed with; restore both files from "
            "one backup.",
            where=str(self.key_file),
        )

    def _first_key(self) -> bytes:
        """The key of a store that holds nothing yet; one that is there already is used."""
        if not self.key_file.exists():
            new = f"{secrets.token_hex(32)}\n".encode("ascii")
            self.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new(self.key_file, new, mode=0o600)
        return _key_in(self.key_file)

    def _opened(self, key: bytes, name: str, entry: Mapping[str, str]) -> str:
        try:
            box = base64.b64decode(entry["box"], validate=True)
            about = _about(name, entry["set_at"], entry["set_by"])
            return AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], about).decode("utf-8")
        except (InvalidTag, KeyError, TypeError, ValueError):
            raise self._damaged() from None

    def _damaged(self) -> StorageError:
        return StorageError(
            "口令库已损坏或被改动。请从备份恢复,或移走后重新设置各口令。",
            "the store of secrets is damaged or was changed. Restore it from the backup, or move "
            "it away and set the secrets anew.",
            where=str(self.file),
        )

    def _write(self, entries: Mapping[str, Any], key: bytes) -> None:
        held = {"format": FORMAT, "key": _key_id(key), "secrets": dict(entries)}
        part = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        part.unlink(missing_ok=True)
        write_new(part, f"{json.dumps(held, indent=1, sort_keys=True)}\n".encode(), mode=0o600)
        try:
            part.replace(self.file)
            sync_folder(self.file.parent)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _unreadable(self.file, error) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, across processes."""
        lock = self.file.with_name(f"{self.file.name}.lock")
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise _unreadable(lock, error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _sealed(key: bytes, name: str, text: str, set_at: str, set_by: str) -> dict[str, str]:
    nonce = os.urandom(_NONCE)
    box = nonce + AESGCM(key).encrypt(nonce, text.encode("utf-8"), _about(name, set_at, set_by))
    return {"box": base64.b64encode(box).decode("ascii"), "set_at": set_at, "set_by": set_by}


def _about(name: str, set_at: str, set_by: str) -> bytes:
    return json.dumps([FORMAT, name, set_at, set_by], ensure_ascii=False).encode("utf-8")


def _key_id(key: bytes) -> str:
    """Names a key without telling it."""
    return sha256(b"onpost-secrets-key\0" + key).hexdigest()[:16]


def _key_in(file: Path) -> bytes:
    require_private(file)
    try:
        key = bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:
        raise StorageError(
            "口令库的密钥不可读取或格式不对。请从备份恢复。",
            "the key of the secrets cannot be read or is no key. Restore it from the backup.",
            where=str(file),
        )
    return key


def _unreadable(file: Path, error: OSError) -> OnPostError:
    return StorageError(
        f"无法读写:{error.strerror}。",
        f"cannot be read or written: {error.strerror}.",
        where=str(file),
    )
