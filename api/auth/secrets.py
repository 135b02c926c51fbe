"""What must not be as it comes, outside the rehearsal: no accounts, accounts without a password."""

from __future__ import annotations

import ipaddress

from api.settings import Settings
from models.domain.access import Role
from models.domain.errors import SettingsError
from models.domain.ports import MakeUnitOfWork


def check_ready(settings: Settings, make_uow: MakeUnitOfWork, *, host: str = "") -> None:
    """Refuse to serve with a door that is open.

    Args:
        settings: Everything set.
        make_uow: The record.
        host: Where it listens, if not at `web.host`.

    Raises:
        SettingsError: the rehearsal would be open to the network, its accounts are still open
            elsewhere, or there is nobody who could make accounts; with the command to run.
    """
    network = settings.web.open_to_network or not is_local(host or settings.web.host)
    if settings.web.demo:
        if network:
            raise SettingsError(
                "演示(web.demo)不需口令即可登录,只能在本机使用;请改用 127.0.0.1,"
                "或去掉 web.demo 并用 onpost user add 建立账号。",
                "the rehearsal (web.demo) signs in without passwords and is for this machine "
                "alone; use 127.0.0.1, or take web.demo out and make accounts by "
                "`onpost user add`.",
                where="web.demo",
            )
        return
    with make_uow(read_only=True) as uow:
        accounts = [one for one in uow.accounts.list() if not one.disabled]
    left = [one.login for one in accounts if one.demo]
    if left:
        raise SettingsError(
            f"登记中有演示账号({'、'.join(left)}),正式环境不得使用;"
            f"请运行 onpost user disable {left[0]} 等逐一停用,或改用新的 data_dir。",
            f"the record holds accounts of the rehearsal ({', '.join(left)}); disable each, "
            f"`onpost user disable {left[0]}`, or use another data_dir.",
            where="accounts",
        )
    if network and not any(Role.SECURITY_ADMIN in one.access.roles for one in accounts):
        raise SettingsError(
            "对网络开放之前须先建立账号。请运行:onpost user add 登录名 --role security_admin,"
            "再由该安全管理员建立其他账号。",
            "there has to be an account before this is open to the network. Run "
            "`onpost user add LOGIN --role security_admin`; that security administrator makes "
            "the others.",
            where="accounts",
        )


def is_local(host: str) -> bool:
    """Whether whoever listens there is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
