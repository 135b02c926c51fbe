"""Which addresses of the house's own networks this machine connects to on somebody's word.

Cameras and gateways of messages stand on private networks, so these are allowed. This machine
itself, link-local addresses and the metadata services of clouds are not, unless a setting lists
them: behind them lies what was never meant to be reached from a page.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import psutil

from models.domain.errors import AddressError, DeliveryError

METADATA: Final = frozenset(
    map(
        ipaddress.ip_address,
        ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    )
)
"""Metadata services of clouds that are not link-local: Alibaba, Azure, Oracle, Amazon, Google."""

_PRIVATE: Final = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]


class PlaceRefused(AddressError, DeliveryError):
    """An address leads where none may lead."""


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks such as `10.1.0.0/16`.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ipaddress.ip_network(text) for text in texts)


def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of a host.

    Raises:
        DeliveryError: the name is not known.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryError(
            f"无法解析主机名“{host}”。", f"the host {host!r} cannot be resolved.", where=host
        ) from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def own_addresses() -> frozenset[Address]:
    """Every address of this machine's interfaces."""
    found = set()
    for links in psutil.net_if_addrs().values():
        for link in links:
            try:
                found.add(ipaddress.ip_address(link.address.partition("%")[0]))
            except ValueError:  # a hardware address
                continue
    return frozenset(found)


class AddressGate:
    """Resolves a host once and says where it may lead.

    Args:
        setting: Key of the settings that lists networks; named in errors.
        allowed: What it lists.
        resolve: Resolves names.
        own: This machine's addresses.
    """

    def __init__(
        self,
        setting: str,
        allowed: Iterable[Network] = (),
        resolve: Resolve = resolve,
        own: Callable[[], frozenset[Address]] = own_addresses,
    ) -> None:
        self._setting = setting
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._own = own

    def addresses(self, host: str, port: int) -> list[str]:
        """Addresses of a host, every one of them allowed. Connect to one of these, and to no
        name: it may change.

        Raises:
            PlaceRefused: one of them is not.
            DeliveryError: the name is not known.
        """
        found = list(self._resolve(host, port))
        own = self._own()
        for text in found:
            if not self._may(_meant(ipaddress.ip_address(text.partition("%")[0])), own):
                raise PlaceRefused(
                    f"“{host}”指向 {text}:本机、链路本地、元数据服务或保留地址不允许访问;"
                    f"如确有需要,请在 {self._setting} 中列出其网段。",
                    f"{host!r} leads to {text}: this machine, link-local, metadata and reserved "
                    f"addresses are not allowed; where it is meant, list its network in "
                    f"{self._setting}.",
                    where=host,
                )
        return found

    def _may(self, address: Address, own: frozenset[Address]) -> bool:
        if any(address in network for network in self._allowed):
            return True
        if address in own or address in METADATA or address.is_multicast:
            return False
        return address.is_global or any(address in network for network in _PRIVATE)


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
