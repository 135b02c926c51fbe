"""Discovery takes real answers and nothing else, and ends in time. The responder is on loopback."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vision.sources.discovery import FoundCamera, discover

MATCH = (
    '<s:Envelope xmlns:s="x"><s:Header><a:RelatesTo>{asked}</a:RelatesTo></s:Header><s:Body>'
    "<d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/type/video_encoder "
    "onvif://www.onvif.org/name/Gate%20cam</d:Scopes>"
    "<d:XAddrs>{services}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)


@contextmanager
def responder(answers: Callable[[str], list[bytes]]) -> Iterator[tuple[str, int]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        link.settimeout(10)

        def answer() -> None:
            data, sender = link.recvfrom(65_535)
            asked = re.search(rb"<w:MessageID>([^<]+)<", data)
            assert asked is not None
            for one in answers(asked[1].decode()):
                link.sendto(one, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        yield link.getsockname()
        thread.join(10)


def match(asked: str, services: str) -> bytes:
    return MATCH.format(asked=asked, services=services).encode()


def test_a_camera_that_answers_is_found_once_with_its_name() -> None:
    own = "http://127.0.0.1/onvif/device_service"
    with responder(lambda asked: [match(asked, f"http://[fe80::1]/x {own}")] * 2) as group:
        found = discover(1.0, group=group)
    assert found == [FoundCamera("127.0.0.1", own, "Gate cam")]


def test_answers_to_others_and_rubbish_are_left_out() -> None:
    def answers(asked: str) -> list[bytes]:
        return [
            match("uuid:somebody-else", "http://127.0.0.1/x"),
            b"\xff\x00 rubbish",
            match(asked, "file:///etc/passwd"),
            match(asked, "http://[broken"),
        ]

    with responder(answers) as group:
        assert discover(0.5, group=group) == []


def test_it_ends_in_time_where_nobody_answers() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        begun = time.monotonic()
        assert discover(0.3, group=link.getsockname()) == []
    assert time.monotonic() - begun < 5
