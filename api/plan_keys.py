"""The secret of random checks: a master key in a file outside the database.

The day's seed follows from it and the date, so nothing secret is stored per day. Only the process
that schedules opens it; the web never does.
"""

from __future__ import annotations

import hmac
import secrets
import stat
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from api.settings import Settings
from models.domain.errors import InputError, StorageError
from models.storage.files import write_new

PLAN_KEY: Final = "keys/plan.key"
_BYTES: Final = 32


class PlanKey:
    """The master key, read once from its file.

    Args:
        file: 64 hex digits; made with mode 0600 where there is none.
        create: False makes none; then it must be there.

    Raises:
        StorageError: missing, not a key, readable by others, or not writable.
    """

    def __init__(self, file: Path, *, create: bool) -> None:
        self.file = file
        if not file.exists():
            if not create:
                raise _missing(file)
            write_new(file, f"{secrets.token_hex(_BYTES)}\n".encode("ascii"), mode=0o600)
        self._key = _read(file)

    def __repr__(self) -> str:
        return f"PlanKey({self.key_id})"

    @property
    def key_id(self) -> str:
        """First 16 hex digits of a hash of it: names it without telling it."""
        return sha256(b"onpost-plan-key\0" + self._key).hexdigest()[:16]

    def seed(self, day: date) -> bytes:
        """The day's seed: HMAC-SHA256 of the date under the key."""
        return hmac.digest(self._key, b"onpost-seed-1\0" + day.isoformat().encode(), "sha256")


def plan_key(settings: Settings, *, create: bool) -> PlanKey:
    """The master key of an installation."""
    return PlanKey(settings.data_path / PLAN_KEY, create=create)


def draw_nonce() -> str:
    """A nonce out of the machine's own chance, where nobody gave one."""
    return secrets.token_hex(16)


def _read(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        key = bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise _bad(file) from error
    if len(key) != _BYTES:
        raise _bad(file)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise StorageError(
            "抽查计划密钥可被其他用户读取。请执行 chmod 600,并在怀疑泄露时更换。",
            "others can read the key of the random checks. Run chmod 600 on it, and replace it "
            "where it may have been read.",
            where=str(file),
        )
    return key


def new_key(settings: Settings) -> PlanKey:
    """A key in the place of a lost one.

    Raises:
        InputError: there is one.
    """
    file = settings.data_path / PLAN_KEY
    if file.exists():
        raise InputError(
            "抽查计划密钥还在,不需要新建;确需更换请先移走该文件。",
            "the key is there; to replace it, move the file away first.",
            where=str(file),
        )
    return PlanKey(file, create=True)


def _missing(file: Path) -> StorageError:
    return StorageError(
        "抽查计划密钥缺失。请从备份恢复;确已丢失请运行 onpost inspection new-key,"
        "已公布而未公开的当日将无法核对随机抽查。",
        "the key of the random checks is missing. Restore it from the backup; where it is lost, "
        "run onpost inspection new-key: random checks of days not yet revealed cannot be verified.",
        where=str(file),
    )


def _bad(file: Path) -> StorageError:
    return StorageError(
        "抽查计划密钥不可读取或格式不对。请从备份恢复。",
        "the key of the random checks cannot be read or is no key. Restore it from the backup.",
        where=str(file),
    )
