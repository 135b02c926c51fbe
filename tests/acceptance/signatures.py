"""Accounts of those who act by commands, and the file that their password is read from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from api.auth.passwords import CHEAP, Passwords
from api.settings import load_settings
from models.domain.access import Access, Role, Scope
from models.domain.accounts import Account, login_of
from models.domain.errors import OnPostError
from models.storage.record import Record, open_record
from tests.builders import NINE

PASSWORD: Final = "Lantern-7-harbour"
ROLES: Final[dict[str, Role]] = {
    "纪检张三": Role.SUPERVISOR,
    "zhao": Role.APPROVER,
    "chen.wei": Role.APPROVER,
    "hu.ji": Role.LIAISON,
}
"""Who is not a reviewer."""


@contextmanager
def signed(arguments: Sequence[str | Path]) -> Iterator[None]:
    """While a command runs that names somebody with `--by`: the account is there, and the file
    with its password."""
    if "--by" not in arguments:
        yield
        return
    settings = Path(arguments[arguments.index("--settings") + 1])
    with suppress(OnPostError):  # what is no sign-in name is told by the command
        login = login_of(str(arguments[arguments.index("--by") + 1]))
        record = open_record(load_settings(settings).data_path)
        try:
            add_account(record, login)
        finally:
            record.close()
    file = settings.parent / "password.txt"
    file.write_text(f"{PASSWORD}\n", "utf-8")
    with patch.dict(os.environ, {"ONPOST_PASSWORD_FILE": str(file)}):
        yield


def add_account(record: Record, login: str, **more: Any) -> None:
    """An account with `PASSWORD`, where there is none of that name."""
    role = ROLES.get(login, Role.REVIEWER)
    units = frozenset({"户籍"}) if role is Role.LIAISON else None
    access = Access(frozenset({role}), Scope(None, units))
    account = Account(login, login, access, NINE, NINE, NINE, **({"must_change": False} | more))
    with record.make_uow() as uow:
        if uow.accounts.get(login) is None:
            uow.accounts.add(account, Passwords(CHEAP).hash(PASSWORD))
            uow.commit()
