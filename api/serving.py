"""Runs the web application in this process until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from api.app import create_app
from api.auth.demo_accounts import make_demo_accounts
from api.auth.secrets import check_ready, is_local
from api.logs import set_up_logging
from api.settings import Settings
from api.wiring import WebParts, opened_web
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
        SettingsError: the host is not this machine and nobody said that is meant, there is
            nobody who could sign in, the certificate is not usable, or the port cannot be had.
        StorageError: the record cannot be opened.
    """
    set_up_logging(settings.log.level, settings.log.format)
    if open_to_network:
        web = settings.web.model_copy(update={"open_to_network": True})
        settings = _with_web(settings, web)
    chosen = host or settings.web.host
    check_host(settings, chosen)
    tls = tls_files(settings)
    listening = _listen(chosen, settings.web.port if port is None else port)
    address = _address(listening, chosen, tls=bool(tls))
    with listening, opened_web(settings) as parts, posting(settings, parts.make_uow):
        _open_the_door(parts, chosen)
        config = uvicorn.Config(
            create_app(parts),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
            proxy_headers=bool(settings.web.trusted_proxies),
            forwarded_allow_ips=list(settings.web.trusted_proxies),
            **tls,
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


def check_host(settings: Settings, host: str) -> None:
    """Refuse to listen beyond this machine where nobody said that it is meant.

    Raises:
        SettingsError: `host` is another machine's or every address without
            `web.open_to_network`.
    """
    web = settings.web
    if is_local(host):
        return
    if not web.open_to_network:
        raise SettingsError(
            f"web.host 为“{host}”,其他机器可以访问。若确认要对网络开放,请设置 "
            "web.open_to_network: true 或加 --open-to-network;否则请改用 127.0.0.1。",
            f"web.host is {host!r}, which other machines reach. Where that is meant, set "
            "web.open_to_network: true or add --open-to-network; otherwise use 127.0.0.1.",
            where="web.host",
        )
    if not web.tls:
        log.warning(
            "passwords and pictures can be read on their way: set web.tls_certificate, or "
            "web.behind_tls where a proxy takes TLS off",
            host=host,
        )


def tls_files(settings: Settings) -> dict[str, Any]:
    """The certificate for uvicorn; nothing where there is none.

    Raises:
        SettingsError: certificate and key cannot be read or do not belong together.
    """
    web = settings.web
    if web.tls_certificate is None:
        return {}
    certificate = settings.path(web.tls_certificate)
    key = settings.path(web.tls_key) if web.tls_key else certificate
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"无法使用证书 {certificate} 与私钥 {key}({error});请检查路径、权限与是否配对。",
            f"certificate {certificate} and key {key} cannot be used ({error}); check paths, "
            "permissions and that they belong together.",
            where="web.tls_certificate",
        ) from None
    return {"ssl_certfile": certificate, "ssl_keyfile": key}


def _open_the_door(parts: WebParts, host: str) -> None:
    """Make sure that somebody can sign in, and only with a password outside the rehearsal."""
    check_ready(parts.settings, parts.make_uow, host=host)
    if parts.settings.web.demo:
        make_demo_accounts(parts.settings, parts.accounts.office)
    elif not parts.accounts.office.list():
        log.warning("there is no account yet: onpost user add LOGIN --role security_admin")


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


def _address(listening: socket.socket, host: str, *, tls: bool) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{name}:{listening.getsockname()[1]}"
