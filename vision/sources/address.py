"""Camera addresses (摄像机地址), whose password is in a type that never prints it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, unquote

from models.domain.errors import AddressError

MASK = "***"


class Secret:
    """A text that is never shown: masked in str, repr, format; not picklable, not JSON.

    `reveal()` is the only way to it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; never to be logged, stored or put into an error."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never written out; hand the settings on instead")


class AddressKind(StrEnum):
    """Which kind of source an address asks for."""

    RTSP = "rtsp"
    SNAPSHOT = "snapshot"
    RECORDING = "recording"


_KINDS = {
    "rtsp": AddressKind.RTSP,
    "rtsps": AddressKind.RTSP,
    "http": AddressKind.SNAPSHOT,
    "https": AddressKind.SNAPSHOT,
}
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
SECRET_NAMES = re.compile(r"pass|pwd|psw|token|secret|key|auth|sig", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://(.*)", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._\-]*[A-Za-z0-9])?")
_LIKE_A_HOST = re.compile(r"[^/\\]*@|[A-Za-z0-9.\-]+:\d+(/|$)|\d+\.\d+\.\d+\.\d+(/|$)")
_ZH_CODES = "密码中的 @ : / # ? 须分别写成 %40 %3A %2F %23 %3F。"
_EN_CODES = "In the password write @ : / # ? as %40 %3A %2F %23 %3F."


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """Where a camera's pictures are.

    Attributes:
        kind: Which kind of source it asks for.
        scheme: Lower case; `file` for recordings.
        host: Name or address, IPv6 without brackets; empty for recordings.
        port: As written or the scheme's usual one; 0 for recordings.
        user: Percent-decoded; empty where none is given.
        password: Percent-decoded.
        path: As written, from the first `/` on.
        query: As written, without `?`; may hold passwords.
        file: The recording's file or folder.
    """

    kind: AddressKind
    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
    path: str = ""
    query: Secret = field(default_factory=lambda: Secret(""))
    file: Path | None = None

    @property
    def redacted(self) -> str:
        """For logs, errors and pages: passwords are masked."""
        if self.file is not None:
            return str(self.file)
        login = f"{quote(self.user, safe='')}:{MASK}@" if self.user or self.password else ""
        query = _masked(self.query.reveal())
        return f"{self.scheme}://{login}{self._place}{self.path}{'?' if query else ''}{query}"

    @property
    def without_login(self) -> Secret:
        """The address without user and password; its query may still hold secrets."""
        query = self.query.reveal()
        return Secret(
            f"{self.scheme}://{self._place}{self.path or '/'}{'?' if query else ''}{query}"
        )

    @property
    def with_login(self) -> Secret:
        """The whole address with user and password percent-encoded."""
        bare = self.without_login.reveal()
        if not self.user and not self.password:
            return Secret(bare)
        login = f"{quote(self.user, safe='')}:{quote(self.password.reveal(), safe='')}@"
        return Secret(bare.replace("://", f"://{login}", 1))

    @property
    def _place(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return self.redacted

    def __repr__(self) -> str:
        return f"CameraAddress({self.redacted!r})"


def parse_address(text: str, *, where: str = "", base: Path | None = None) -> CameraAddress:
    """Read a camera address.

    Args:
        text: `rtsp://`, `rtsps://`, `http://`, `https://`, `file://`, or a recording's path.
            User and password percent-encoded, as in `rtsp://admin:p%40ss@10.0.0.8:554/…`;
            a raw `@` or `:` in the password is understood, a raw `/`, `#` or `?` is refused.
        where: What to name in errors, such as `cameras.c1.source`.
        base: The folder that a recording's relative path starts from.

    Raises:
        AddressError: empty, bad scheme, no host, bad port, ambiguous password. The text
            itself never stands in the error.
    """
    text = text.strip()
    if not text:
        raise AddressError("摄像机地址为空。", "the camera address is empty.", where=where)
    if any((ch.isspace() and ch != " ") or not ch.isprintable() for ch in text):
        raise AddressError(
            "摄像机地址含有换行或不可见字符。",
            "the camera address holds line breaks or invisible characters.",
            where=where,
        )
    match = _SCHEME.fullmatch(text)
    if match is None:
        return _recording(text, where, base)
    scheme, rest = match[1].lower(), match[2]
    if scheme == "file":
        return _recording(unquote(rest), where, base)
    if scheme not in _KINDS:
        raise AddressError(
            f"不支持的地址类型“{scheme}://”;可用 rtsp、rtsps、http、https 或录像文件路径。",
            f"unknown scheme {scheme!r}; use rtsp, rtsps, http, https or a recording's path.",
            where=where,
        )
    return _network(scheme, rest, where)


def _recording(text: str, where: str, base: Path | None) -> CameraAddress:
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise AddressError(
            "录像路径以 ~ 开头,但没有这个用户。",
            "the recording's path begins with ~ and there is no such user.",
            where=where,
        ) from None
    path = path if base is None else base / path
    if _LIKE_A_HOST.match(text) and not _there(path):
        raise AddressError(
            "地址缺少类型;请以 rtsp:// 或 http:// 开头。",
            "the address has no scheme; begin with rtsp:// or http://.",
            where=where,
        )
    if not text:
        raise AddressError("录像路径为空。", "the recording's path is empty.", where=where)
    return CameraAddress(AddressKind.RECORDING, "file", file=path)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long for a name of a file
        return False


def _network(scheme: str, rest: str, where: str) -> CameraAddress:
    if "#" in rest:
        raise _ambiguous("#", where)
    end = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    authority, target = rest[:end], rest[end:]
    if "@" in target:
        raise _ambiguous("/ 或 ?", where, "/ or ?")
    login, _, place = authority.rpartition("@")
    user, _, password = login.partition(":")
    host, port = _host_and_port(place, scheme, where)
    path, _, query = target.partition("?")
    return CameraAddress(
        kind=_KINDS[scheme],
        scheme=scheme,
        host=host,
        port=port,
        user=unquote(user),
        password=Secret(unquote(password)),
        path=quote(path, safe="/%:=&;,+!~*'()$-._"),
        query=Secret(quote(query, safe="/%:=&;,+!~*'()$-._?")),
    )


def _host_and_port(place: str, scheme: str, where: str) -> tuple[str, int]:
    if place.startswith("["):
        host, _, tail = place[1:].partition("]")
        port = tail.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    if not host:
        raise AddressError("地址缺少主机。", "the address has no host.", where=where)
    if not _is_host(host):
        raise AddressError(
            f"主机名无效。{_ZH_CODES}", f"the host is not valid. {_EN_CODES}", where=where
        )
    if not port:
        return host, _PORTS[scheme]
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise AddressError(
            f"端口须为 1 到 65535 的数字。{_ZH_CODES}",
            f"the port must be a number from 1 to 65535. {_EN_CODES}",
            where=where,
        )
    return host, int(port)


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host.partition("%")[0])
        except ValueError:
            return False
        return True
    return len(host) <= 253 and _HOST.fullmatch(host) is not None


def _ambiguous(sign: str, where: str, sign_en: str | None = None) -> AddressError:
    return AddressError(
        f"地址无法判读:密码里可能有未转义的 {sign}。{_ZH_CODES}",
        f"the address is ambiguous: the password may hold a raw {sign_en or sign}. {_EN_CODES}",
        where=where,
    )


def _masked(query: str) -> str:
    parts = []
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        parts.append(f"{name}={MASK}" if equals and SECRET_NAMES.search(name) else part)
    return "&".join(parts)
