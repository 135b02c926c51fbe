"""Finds cameras that answer to ONVIF's WS-Discovery: one probe by multicast, then listening.

Only addresses come back: who they are and what they show is asked with a name and a password,
which is the connection test's part. What answers is not trusted: sizes and numbers are bounded
and nothing is parsed as XML.
"""

from __future__ import annotations

import re
import socket
import time
import uuid
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import unquote, urlsplit

from models.domain.errors import SourceError

GROUP: Final = ("239.255.255.250", 3702)
LONGEST_S: Final = 3.0
MOST: Final = 256
PROBE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
    'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>'
    "<w:MessageID>uuid:{uuid}</w:MessageID>"
    "<w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>"
    "<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>"
    "<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body>"
    "</e:Envelope>"
)
_XADDRS = re.compile(r"<(?:[\w.-]+:)?XAddrs[^>]*>([^<]{1,2000})</")
_SCOPES = re.compile(r"<(?:[\w.-]+:)?Scopes[^>]*>([^<]{1,4000})</")
_NAME: Final = "onvif://www.onvif.org/name/"


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A device that answered.

    Attributes:
        host: Its address as it answered from.
        service: Address of its ONVIF service.
        name: What it calls itself, empty where it says nothing.
    """

    host: str
    service: str
    name: str = ""


def discover(within_s: float = LONGEST_S, *, group: tuple[str, int] = GROUP) -> list[FoundCamera]:
    """Ask once and listen for a while.

    Args:
        within_s: Real seconds to listen, at most `LONGEST_S`.
        group: Where the probe goes.

    Raises:
        SourceError: nothing can be sent from this machine.
    """
    asked = f"uuid:{uuid.uuid4()}"
    found: dict[str, FoundCamera] = {}
    until = time.monotonic() + min(within_s, LONGEST_S)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        try:
            link.sendto(PROBE.replace("uuid:{uuid}", asked).encode(), group)
        except OSError as error:
            raise SourceError(
                f"无法在本机网络上发送搜索({error.strerror});请直接填写摄像机地址。",
                f"the probe cannot be sent from here ({error.strerror}); enter addresses by hand.",
                where="discovery",
            ) from None
        while (left := until - time.monotonic()) > 0 and len(found) < MOST:
            link.settimeout(left)
            try:
                data, sender = link.recvfrom(65_535)
            except TimeoutError:
                break
            except OSError:  # a device refused the answer's port; others may still answer
                continue
            camera = _camera(data, sender[0], asked)
            if camera is not None:
                found.setdefault(camera.service, camera)
    return sorted(found.values(), key=lambda one: (one.host, one.service))


def _camera(data: bytes, host: str, asked: str) -> FoundCamera | None:
    text = data.decode("utf-8", "replace")
    services = _XADDRS.search(text)
    if services is None or asked not in text:
        return None
    own = [one for one in unescape(services[1]).split() if _is_http(one)]
    if not own:
        return None
    scopes = _SCOPES.search(text)
    names = [
        unquote(one.removeprefix(_NAME))
        for one in (unescape(scopes[1]).split() if scopes else ())
        if one.startswith(_NAME)
    ]
    name = "".join(sign for sign in (names[0] if names else "") if sign.isprintable())[:100]
    same = [one for one in own if urlsplit(one).hostname == host]
    return FoundCamera(host, (same or own)[0][:300], name)


def _is_http(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable()
