"""Network connections of which one exchange as a whole has a deadline.

Time-outs per read do not end a camera that sends one byte a second.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


class Deadline:
    """The moment (monotonic, real seconds) by which the running exchange must be over."""

    def __init__(self) -> None:
        self._at = float("inf")

    def start(self, seconds: float) -> None:
        """From now on, `seconds` remain."""
        self._at = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """The shorter of `timeout` and what remains.

        Raises:
            httpcore.ReadTimeout: nothing remains.
        """
        rest = self._at - time.monotonic()
        if rest <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        return rest if timeout is None else min(timeout, rest)


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose every step is bounded by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections bounded by the deadline.

    Args:
        deadline: The moment by which everything must be over.
        connect_to: An address that every connection goes to, instead of the name's.
    """

    def __init__(self, deadline: Deadline, connect_to: str = "") -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline
        self._connect_to = connect_to

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(
            self._connect_to or host,
            port,
            self._deadline.left(timeout),
            local_address,
            socket_options,
        )
        return DeadlineStream(stream, self._deadline)
