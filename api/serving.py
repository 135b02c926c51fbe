"""Runs the web application in this process until it is told to stop."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from pathlib import Path

import structlog
import uvicorn

from api.app import create_app
from api.logs import set_up_logging
from api.settings import Settings
from api.wiring import opened_web
from api.wiring_notify import posting
from models.domain.errors import SettingsError

log = structlog.get_logger("onpost.serve")

GRACE_S = 3
"""Seconds that requests under way get when the process is told to stop."""


def serve(
    settings: Settings,
    *,
    host: str = "",
    port: int | None = None,
    open_to_network: bool = False,
    ready_file: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: Everything set.
        host: Instead of `web.host`.
        port: Instead of `web.port`; 0 takes any free one.
        open_to_network: As `web.open_to_network`.
        ready_file: Gets the address once the socket listens.

    Raises:
        SettingsError: the host is not this machine and nobody said that is meant, or the port
            cannot be had.
        StorageError: the record cannot be opened.
    """
    set_up_logging(settings.log.level, settings.log.format)
    if open_to_network:
        web = settings.web.model_copy(update={"open_to_network": True})
        settings = _with_web(settings, web)
    chosen = host or settings.web.host
    require_local(chosen, allowed=settings.web.open_to_network)
    listening = _listen(chosen, settings.web.port if port is None else port)
    address = _address(listening, chosen)
    with listening, opened_web(settings) as parts, posting(settings, parts.make_uow):
        config = uvicorn.Config(
            create_app(parts),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )
        log.info("serving", address=address, data=str(settings.data_path))
        if ready_file is not None:
            part = ready_file.with_name(f".{ready_file.name}.{os.getpid()}")
            part.write_text(address + "\n", encoding="utf-8")
            part.replace(ready_file)
        server = uvicorn.Server(config)
        for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises it again at its end
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        server.run(sockets=[listening])
        log.info("stopped")


def _with_web(settings: Settings, web: object) -> Settings:
    changed = settings.model_copy(update={"web": web})
    changed._base, changed._file = settings._base, settings._file
    return changed


def require_local(host: str, *, allowed: bool) -> None:
    """Refuse to listen beyond this machine while there are no accounts.

    Raises:
        SettingsError: `host` is another machine's or every address, and `allowed` is False.
    """
    if allowed or host == "localhost":
        return
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise SettingsError(
            f"web.host 为“{host}”,但本版本还没有账号与权限,任何能访问该地址的人都能看到全部画面。"
            "请改用 127.0.0.1;若确认要对外开放(例如前面有带登录的反向代理),"
            "请设置 web.open_to_network: true 或加 --open-to-network。",
            f"web.host is {host!r}, but this version has no accounts: whoever reaches that address "
            "sees every picture. Use 127.0.0.1, or, where that is meant (say, behind a proxy that "
            "asks for a login), set web.open_to_network: true or add --open-to-network.",
            where="web.host",
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"无法监听 {host}:{port}({error.strerror});请换端口,或停止占用它的程序。",
            f"cannot listen on {host}:{port} ({error.strerror}); choose another port or stop "
            "what uses it.",
            where="web.port",
        ) from None
    return listening


def _address(listening: socket.socket, host: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening.getsockname()[1]}"
