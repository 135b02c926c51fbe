"""Posts a webhook's message: to public addresses unless a setting allows others, in bounded time.

The name is resolved once, every address it has is checked, and the connection goes to one that
was checked, so that a name that changes between the two leads nowhere else. Redirects are not
followed, proxies of the environment are not used.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

import httpcore

from api.address_gate import Network, Resolve, resolve
from models.domain.errors import DeliveryError, InputError
from vision.sources.deadline import Deadline, DeadlineStream

TIMEOUT_S: Final = 10.0


class TargetRefused(InputError, DeliveryError):
    """A webhook's address leads where none may lead."""


def check_url(url: str) -> None:
    """A webhook's address is http or https with a host, and holds no password.

    Raises:
        TargetRefused: it is not.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad_url() from None
    fine = parts.scheme in {"http", "https"} and parts.hostname and port != 0
    if not fine or "@" in parts.netloc or any(ord(char) <= 32 for char in url):
        raise _bad_url()
    try:
        url.encode("ascii")
    except UnicodeEncodeError:
        raise _bad_url() from None


def _bad_url() -> TargetRefused:
    return TargetRefused(
        "地址须以 http:// 或 https:// 开头,含主机名,不含用户名口令,仅限 ASCII 字符。",
        "the address is http:// or https:// with a host, ASCII only, without user and password.",
        where="url",
    )


class Gate:
    """Says which addresses a webhook may lead to.

    Args:
        allowed: Networks that are allowed although they are not public.
        resolve: Resolves names.
    """

    def __init__(self, allowed: Iterable[Network] = (), resolve: Resolve = resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> list[str]:
        """Addresses of a host, every one of them allowed.

        Raises:
            TargetRefused: one of them is not.
            DeliveryError: the name is not known.
        """
        found = list(self._resolve(host, port))
        for text in found:
            if not self._may(text):
                raise TargetRefused(
                    f"“{host}”指向内部地址 {text},未被允许;如确为本单位接收端,"
                    "请在 notifications.hooks.allowed_networks 中列出其网段。",
                    f"{host!r} leads to the inner address {text}, which is not allowed; where it "
                    "is your own receiver, list its network in "
                    "notifications.hooks.allowed_networks.",
                    where=host,
                )
        return found

    def _may(self, text: str) -> bool:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address
        address = ipaddress.ip_address(text.partition("%")[0])
        inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        address = inner or address
        if any(address in network for network in self._allowed):
            return True
        return address.is_global and not address.is_multicast


class _Pinned(httpcore.SyncBackend):
    """Connects to addresses that passed the gate, and to no name; bounded by the deadline."""

    def __init__(self, gate: Gate, deadline: Deadline) -> None:
        self._gate = gate
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception | None = None
        for address in self._gate.addresses(host, port)[:3]:
            try:
                left = self._deadline.left(timeout)
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
                return DeadlineStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError("no address")


class Poster:
    """Posts messages.

    Args:
        gate: Which addresses are allowed.
        timeout_s: Seconds for the whole exchange.
        tls: For https; the system's certificates where left out.
    """

    def __init__(
        self, gate: Gate, timeout_s: float = TIMEOUT_S, tls: ssl.SSLContext | None = None
    ) -> None:
        self._gate = gate
        self._timeout = timeout_s
        self._tls = tls

    def post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Post a message; a status from 200 to 299 says that it was taken. What else
        the answer holds is not read.

        Raises:
            DeliveryError: it was not, or not in time.
        """
        check_url(url)
        deadline = Deadline()
        deadline.start(self._timeout)
        sent: list[tuple[bytes | str, bytes | str]] = [*headers.items()]
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._tls, network_backend=_Pinned(self._gate, deadline)
                ) as pool,
                pool.stream(
                    "POST", url, headers=sent, content=body, extensions={"timeout": limits}
                ) as answer,
            ):
                status = answer.status
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            said = str(error) or type(error).__name__
            raise DeliveryError(f"接收端无应答:{said}。", f"no answer: {said}.") from None
        except ValueError:  # httpcore refuses an address that urlsplit lets pass
            raise _bad_url() from None
        if not 200 <= status < 300:
            raise DeliveryError(
                f"接收端返回状态 {status}(须为 2xx;不跟随跳转)。",
                f"the receiver answered {status} (2xx is wanted; redirects are not followed).",
            )
