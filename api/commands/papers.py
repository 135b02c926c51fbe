"""What commands on papers share: the desk around the record, files as typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.attachment_guard import check_attachment
from api.auth.audit import Actor
from api.auth.console_proof import proven
from api.duty_doors import opened
from api.reports.circulars import Desk
from api.reports.desk import desk_of
from api.settings import load_settings
from api.wiring import make_clock
from models.domain.access import Permission
from models.domain.errors import InputError


@contextmanager
def desk_at(settings: Path | None) -> Iterator[Desk]:
    """The desk of a settings file, with the record open."""
    chosen = load_settings(settings)
    with opened(chosen) as record:
        yield desk_of(chosen, record.make_uow, make_clock(chosen))


def actor_of(desk: Desk, by: str, permission: Permission) -> Actor:
    """The account that `--by` names, proven by its password; the audit log tells beside it who
    is logged in here.

    Raises:
        InputError, SignInRefused, LockedOut: as `api.auth.console_proof.proven`.
    """
    return proven(by, desk.settings, desk.make_uow, permission)


def sent(files: Sequence[Path] | None) -> list[tuple[str, bytes]]:
    """Files to be attached, checked as uploads are.

    Raises:
        InputError: one cannot be read, or is no paper or picture.
    """
    found = []
    for path in files or ():
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"文件“{path.name}”不可读取:{error.strerror}。",
                f"{path.name!r} cannot be read: {error.strerror}.",
                where="--file",
            ) from error
        check_attachment(path)
        found.append((path.name, data))
    return found
