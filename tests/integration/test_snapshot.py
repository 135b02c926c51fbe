"""Snapshot cameras: lighttpd with Basic and Digest, and cameras that misbehave."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from api.clock import RealClock
from models.domain.errors import SourceError
from tests.fakes_cameras import jpeg
from tests.servers.lighttpd import DAHUA, HIKVISION, ONVIF, lighttpd
from tests.servers.misbehaving import Answer, answering, http
from tests.servers.pictures import empty_room
from vision.frame import Frame
from vision.sources.address import parse_address
from vision.sources.failures import AccessRefused
from vision.sources.opening import open_source
from vision.sources.snapshot import SnapshotLimits, SnapshotSource

ROOM = empty_room(1)
PICTURE = jpeg(ROOM)
QUICK = SnapshotLimits(connect_s=2.0, read_s=2.5, total_s=4.0, max_bytes=2_000_000)


def source(address: str) -> SnapshotSource:
    return SnapshotSource(parse_address(address), "cam1", RealClock(), limits=QUICK)


def read(address: str) -> Frame:
    camera = source(address)
    camera.open()
    try:
        return camera.read()
    finally:
        camera.close()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with lighttpd(tmp_path_factory.mktemp("lighttpd"), PICTURE, "viewer", "s3cret") as running:
        yield running


@pytest.mark.http
@pytest.mark.parametrize("path", [HIKVISION, DAHUA, ONVIF])
def test_digest_and_basic_cameras_show_their_picture_to_the_right_password(
    port: int, path: str
) -> None:
    frame = read(f"http://viewer:s3cret@127.0.0.1:{port}{path}?channel=1")
    assert frame.image.shape == ROOM.shape
    assert frame.jpeg == PICTURE
    assert frame.camera_time is not None, "the Date header is the camera's clock"
    assert abs((frame.camera_time - frame.taken_at).total_seconds()) < 5


@pytest.mark.http
@pytest.mark.parametrize("path", [HIKVISION, DAHUA, ONVIF])
@pytest.mark.parametrize("login", ["viewer:pl4nted@", "nobody:pl4nted@", ""])
def test_a_wrong_password_is_refused_and_never_told(port: int, path: str, login: str) -> None:
    with pytest.raises(AccessRefused) as refused:
        read(f"http://{login}127.0.0.1:{port}{path}")
    assert "401" in str(refused.value)
    assert "pl4nted" not in f"{refused.value} {refused.value!r} {refused.value.__cause__!r}"


@pytest.mark.http
def test_one_connection_serves_many_reads(port: int) -> None:
    camera = open_source(f"http://viewer:s3cret@127.0.0.1:{port}{HIKVISION}", "cam1", RealClock())
    camera.open()
    try:
        times = [camera.read().taken_at for _ in range(5)]
    finally:
        camera.close()
        camera.close()
    assert times == sorted(times)


@pytest.mark.http
def test_a_path_that_is_not_there_is_named(port: int) -> None:
    with pytest.raises(SourceError, match="404"):
        read(f"http://127.0.0.1:{port}/nothing.jpg")


def trickle(peer: socket.socket) -> None:
    peer.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(PICTURE)}\r\n\r\n".encode())
    for byte in PICTURE[:200]:
        peer.sendall(bytes([byte]))
        time.sleep(0.1)


def endless_head(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        peer.sendall(f"X-{number}: {'a' * 200}\r\n".encode())


def silent(peer: socket.socket) -> None:
    peer.recv(1)


def bomb() -> bytes:
    """A small file that says it holds far more pixels than any camera."""
    data = bytearray(jpeg(np.zeros((64, 64, 3), np.uint8)))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = (65000).to_bytes(2, "big") * 2
    return bytes(data)


BAD: dict[str, Answer] = {
    "an error": http(b"busy", "503 Service Unavailable"),
    "a page": http(b"<html>login</html>", Content_Type="text/html"),
    "nothing": http(b"", Content_Type="image/jpeg"),
    "junk": http(bytes(range(256)) * 20, Content_Type="image/jpeg"),
    "a cut picture": http(PICTURE[: len(PICTURE) // 2], Content_Type="image/jpeg"),
    "a picture without its end": http(PICTURE[:-2], Content_Type="image/jpeg"),
    "a png that says jpeg": http(
        cv2.imencode(".png", ROOM)[1].tobytes(), Content_Type="image/jpeg"
    ),
    "too many pixels": http(bomb(), Content_Type="image/jpeg"),
    "too many bytes": http(PICTURE + b"\0" * 3_000_000, Content_Type="image/jpeg"),
    "a promise": lambda peer: peer.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n\xff\xd8"
    ),
    "a byte now and then": trickle,
    "headers without end": endless_head,
    "silence": silent,
    "no http": lambda peer: peer.sendall(b"\x00\x01\x02 mail ready\r\n\r\n"),
    "another host": http(b"", "302 Found", Location="http://192.0.2.1/steal.jpg"),
    "no address": http(b"", "302 Found", Location="http://[bad/"),
    "no port": http(b"", "302 Found", Location="http://127.0.0.1:99999/x"),
    "no text": http(b"", "302 Found", Location="/a\x7fb"),
    "an address without end": http(b"", "302 Found", Location="/" + "a" * 70_000),
    "packed junk": http(b"junk", Content_Type="image/jpeg", Content_Encoding="gzip"),
    "itself for ever": http(b"", "302 Found", Location="/snapshot.jpg"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_camera_that_answers_with_anything_but_a_picture_gives_none(what: str) -> None:
    with answering(BAD[what]) as address:
        began = time.monotonic()
        with pytest.raises(SourceError) as failure:
            read(address.replace("http://", "http://viewer:pl4nted@"))
        assert time.monotonic() - began < QUICK.total_s + 2, "bounded, however it trickles"
        assert "pl4nted" not in str(failure.value)


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="a", nonce="b", qop="auth-int"',
        'Digest realm="a", nonce="b", algorithm=ROT13',
        'Digest realm="a", nonce="b", stale=',
        'Digest realm="a", nonce="b", junk',
        'Digest nonce="b"',
        "Digest",
        "Bearer",
        "",
    ],
)
def test_a_challenge_that_nobody_can_read_is_a_failure_like_any_other(challenge: str) -> None:
    def refuse(peer: socket.socket) -> None:
        answer = http(b"", "401 Unauthorized", WWW_Authenticate=challenge)
        answer(peer)

    with answering(refuse) as address, pytest.raises(SourceError) as failure:
        read(address.replace("http://", "http://viewer:pl4nted@"))
    assert "pl4nted" not in str(failure.value)


def test_a_packed_answer_is_never_unpacked() -> None:
    packed = gzip.compress(bytes(100_000_000))
    answer = http(packed, Content_Type="image/jpeg", Content_Encoding="gzip")
    with answering(answer) as address:
        tracemalloc.start()
        try:
            with pytest.raises(SourceError, match="not a JPEG"):
                read(address)
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Fri, 31 Dec 99999999999999999 23:59:59 GMT",
    ],
)
def test_a_clock_that_says_nonsense_leaves_the_picture_without_the_cameras_time(date: str) -> None:
    with answering(http(PICTURE, Content_Type="image/jpeg", Date=date)) as address:
        assert read(address).camera_time is None


def test_a_connection_that_the_camera_keeps_is_used_again() -> None:
    connections: list[int] = []

    def keep(peer: socket.socket) -> None:
        connections.append(peer.fileno())
        asked = b"\r\n\r\n"  # the first request has been read
        while asked:
            if asked.endswith(b"\r\n\r\n"):
                http(PICTURE, Content_Type="image/jpeg")(peer)
                asked = b""
            asked += peer.recv(4096)

    with answering(keep) as address:
        camera = source(address)
        camera.open()
        try:
            shapes = [camera.read().image.shape for _ in range(4)]
        finally:
            camera.close()
    assert shapes == [ROOM.shape] * 4
    assert len(connections) == 1


def test_after_a_failure_the_next_read_may_succeed() -> None:
    answers = iter([http(b"", "503 Busy"), http(PICTURE, Content_Type="image/jpeg")])

    def one_after_the_other(peer: socket.socket) -> None:
        next(answers)(peer)

    with answering(one_after_the_other) as address:
        camera = source(address)
        camera.open()
        try:
            with pytest.raises(SourceError):
                camera.read()
            assert camera.read().image.shape == ROOM.shape
        finally:
            camera.close()


def test_a_kept_connection_that_the_camera_closes_without_a_word_costs_no_picture() -> None:
    connections: list[int] = []

    def once_then_close_at_the_next_request(peer: socket.socket) -> None:
        connections.append(peer.fileno())
        http(PICTURE, Content_Type="image/jpeg")(peer)
        peer.recv(4096)

    with answering(once_then_close_at_the_next_request) as address:
        camera = source(address)
        camera.open()
        try:
            shapes = [camera.read().image.shape for _ in range(3)]
        finally:
            camera.close()
    assert shapes == [ROOM.shape] * 3
    assert len(connections) == 3


def test_a_camera_that_hangs_up_on_every_request_is_asked_no_third_time() -> None:
    requests: list[int] = []

    def hang_up(peer: socket.socket) -> None:
        requests.append(peer.fileno())
        if len(requests) == 1:
            http(PICTURE, Content_Type="image/jpeg")(peer)
            peer.recv(4096)

    with answering(hang_up) as address:
        camera = source(address)
        camera.open()
        try:
            camera.read()
            with pytest.raises(SourceError, match="broke off"):
                camera.read()
        finally:
            camera.close()
    assert len(requests) == 2


def test_nobody_listening_is_a_failure_that_says_so() -> None:
    with answering(http(b"")) as address:
        pass
    with pytest.raises(SourceError, match="cannot connect"):
        read(address)
