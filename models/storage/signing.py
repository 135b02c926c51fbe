"""Heads of the register signed by another process, which alone has the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.domain.errors import StorageError
from models.domain.register import Entry
from models.storage.anchors import Anchors, ReadAnchors

Sign = Callable[[int, Entry, bool], None]
"""Signs the head of a transaction: its first entry's number, its last entry, whether settled.
It raises StorageError where that was not done."""


class SignedElsewhere(Anchors):
    """Anchors of a process without the key: it appends, another one signs.

    Args:
        sign: Asks the one that signs.
    """

    def __init__(self, sign: Sign) -> None:
        self.file = self.key_file = Path()
        self._sign_there = sign

    @property
    def fingerprint(self) -> str:
        """Unknown here."""
        return ""

    def public_pem(self) -> bytes:
        """Not here.

        Raises:
            StorageError: always.
        """
        raise _elsewhere()

    def sign(self, first: int, entry: Entry, *, settled: bool) -> None:
        """Have the head signed.

        Raises:
            StorageError: it was not.
        """
        self._sign_there(first, entry, settled)

    def read(self) -> ReadAnchors:
        """Not here.

        Raises:
            StorageError: always.
        """
        raise _elsewhere()


def _elsewhere() -> StorageError:
    return StorageError(
        "本进程没有登记链的签名文件;请在保存签名密钥的机器上操作。",
        "this process has no signed heads; do it on the machine that holds the key.",
        where="anchors",
    )
