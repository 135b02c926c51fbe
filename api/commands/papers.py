"""What commands on papers share: the desk around the record, files as typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.attachment_guard import check_attachment
from api.auth.audit import Actor, console
from api.duty_doors import opened
from api.reports.circulars import Desk
from api.reports.desk import desk_of
from api.settings import load_settings
from api.wiring import make_clock
from models.domain.errors import InputError


@contextmanager
def desk_at(settings: Path | None) -> Iterator[Desk]:
    """The desk of a settings file, with the record open."""
    chosen = load_settings(settings)
    with opened(chosen) as record:
        yield desk_of(chosen, record.make_uow, make_clock(chosen))


def actor_of(by: str) -> Actor:
    """Whoever is typed as acting; the audit log tells beside it who is logged in here."""
    return Actor(by, means=console().name)


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
