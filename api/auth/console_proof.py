"""Who acts by a command on the machine: the console itself, or an account that proves it is there.

A name that is typed proves nothing. `--by LOGIN` therefore asks for that account's password and
holds its roles and scope against the deed, as the web does; without `--by` the deed is the
console's own (`console:<user>`), which is nobody's account.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from getpass import getpass
from pathlib import Path
from typing import Final

from api.auth.audit import Actor, console
from api.auth.passwords import Passwords
from api.auth.proof import Prover
from api.clock import RealClock
from api.settings import Settings
from api.settings.domain import account_rules_of
from api.settings.load import PASSWORD_FILE_VARIABLE
from models.domain.access import Permission
from models.domain.accounts import Account, login_of
from models.domain.errors import InputError
from models.domain.ports import MakeUnitOfWork

HERE: Final = "127.0.0.1"


def proven(by: str, settings: Settings, make_uow: MakeUnitOfWork, permission: Permission) -> Actor:
    """The account that `--by` names, once its password is right.

    Args:
        by: Its sign-in name, as typed.
        settings: Rules of accounts.
        make_uow: Makes units of work.
        permission: What the deed needs.

    Raises:
        InputError: no such account, not open, not allowed to, or no password can be asked for.
        SignInRefused, FirstPasswordExpired, LockedOut: as at the web's sign-in.
    """
    login = login_of(by)
    account = _allowed(login, make_uow, permission)
    prover = Prover(make_uow, RealClock(), account_rules_of(settings), Passwords())
    proof = prover.prove(login, _password(login), HERE)
    with make_uow() as uow:
        prover.accept(uow, proof)
        uow.commit()
    return Actor(login, access=account.access, means=console().name)


def acting(by: str, settings: Settings, make_uow: MakeUnitOfWork, permission: Permission) -> Actor:
    """The account that `--by` names, proven; the console where it names none.

    Raises:
        InputError, SignInRefused, FirstPasswordExpired, LockedOut: as `proven`.
    """
    return proven(by, settings, make_uow, permission) if by else console()


def require_scope(actor: Actor, hall_id: str, unit_id: str) -> None:
    """Refuse a deed on what lies outside the scope of whoever was proven.

    Raises:
        InputError: it does.

    Args:
        actor: Who was proven.
        hall_id: The hall; empty where the matter is a unit's, wherever it is.
        unit_id: The unit.
    """
    if actor.access is None:
        return
    scope = actor.access.scope if hall_id else replace(actor.access.scope, halls=None)
    if not scope.covers(hall_id, unit_id):
        raise InputError(
            f"账号“{actor.name}”的管理范围不含大厅“{hall_id}”、单位“{unit_id}”。",
            f"hall {hall_id!r}, unit {unit_id!r} are outside the scope of account {actor.name!r}.",
            where="--by",
        )


def _allowed(login: str, make_uow: MakeUnitOfWork, permission: Permission) -> Account:
    with make_uow(read_only=True) as uow:
        account = uow.accounts.get(login)
    if account is None or account.disabled or account.must_change:
        raise InputError(
            f"“{login}”不是可用的账号:不存在、已停用或尚未修改一次性口令。"
            "请用 onpost user list 核对,首次登录网页修改口令后再办理。",
            f"{login!r} is no account in use: there is none, it is disabled, or its one-time "
            "password was not changed yet. Look at `onpost user list`; sign in on the web once "
            "to change the password.",
            where="--by",
        )
    if not account.access.may(permission):
        raise InputError(
            f"账号“{login}”无权办理(缺少权限 {permission.value})。请由有权的人员办理,"
            "或由安全管理员调整角色。",
            f"account {login!r} may not do this (it lacks {permission.value}). Let somebody who "
            "may do it, or have the security administrator change the roles.",
            where="--by",
        )
    return account


def _password(login: str) -> str:
    """From the file that the environment names, else asked for on the terminal."""
    file = os.environ.get(PASSWORD_FILE_VARIABLE, "")
    if file:
        try:
            return (Path(file).read_text("utf-8").splitlines() or [""])[0]
        except (OSError, ValueError) as error:
            raise InputError(
                f"口令文件不可读取:{error}。",
                f"the file with the password cannot be read: {error}.",
                where=PASSWORD_FILE_VARIABLE,
            ) from error
    if not sys.stdin.isatty():
        raise InputError(
            f"--by 须核对该账号的口令:请在终端运行,或用环境变量 {PASSWORD_FILE_VARIABLE} "
            "指定第一行为口令的文件(仅本人可读)。",
            "--by asks for that account's password: run it on a terminal, or name a file whose "
            f"first line is the password, for your eyes only, in {PASSWORD_FILE_VARIABLE}.",
            where="--by",
        )
    return getpass(f"口令 / password ({login}): ")
