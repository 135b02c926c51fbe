"""RTSP cameras against GStreamer's server: a server nobody here wrote."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from api.clock import RealClock
from models.domain.errors import SourceError
from tests.servers.rtsp import RtspServer, describing, rtsp_server, tcp_server
from vision.camera_link import BackOff, CameraLink, LinkState
from vision.frame import Frame
from vision.ports import FrameSource
from vision.sources.address import parse_address
from vision.sources.failures import AccessRefused
from vision.sources.opening import open_source
from vision.sources.rtsp import Decoding, RtspLimits, RtspSource

SMALL = ("--size", "320x180", "--rate", "10", "--gop", "10")
QUICK = RtspLimits(open_s=3.0, read_s=2.0, picture_s=3.0)


@pytest.fixture(scope="module")
def server() -> Iterator[RtspServer]:
    with rtsp_server(*SMALL) as running:
        yield running


IMPATIENT = RtspLimits(open_s=1.5, read_s=1.0, picture_s=1.0)


def source(
    address: str,
    decoding: Decoding = Decoding.AUTO,
    period_s: float = 5.0,
    limits: RtspLimits = QUICK,
) -> RtspSource:
    return RtspSource(
        parse_address(address),
        "cam1",
        RealClock(),
        period_s=period_s,
        decoding=decoding,
        limits=limits,
    )


def pictures(camera: FrameSource, count: int, pause_s: float = 0.0) -> list[Frame]:
    camera.open()
    try:
        frames = []
        for _ in range(count):
            frames.append(camera.read())
            time.sleep(pause_s)
        return frames
    finally:
        camera.close()


@pytest.mark.rtsp
@pytest.mark.parametrize("decoding", list(Decoding))
def test_a_stream_gives_whole_pictures_each_newer_than_the_last(
    server: RtspServer, decoding: Decoding
) -> None:
    frames = pictures(source(server.address(), decoding), 3)
    assert {frame.image.shape for frame in frames} == {(180, 320, 3)}
    assert all(frame.image.std() > 20 for frame in frames), "colour bars, not a grey smear"
    times = [frame.taken_at for frame in frames]
    assert times == sorted(set(times))
    assert not np.array_equal(frames[0].image, frames[-1].image), "the bars move"


@pytest.mark.rtsp
def test_after_a_pause_the_newest_picture_comes_and_no_backlog(server: RtspServer) -> None:
    camera = source(server.address(), Decoding.FULL)
    camera.open()
    try:
        camera.read()
        time.sleep(2.0)
        began = RealClock().now()
        frame = camera.read()
        assert (began - frame.taken_at).total_seconds() < 1.0
    finally:
        camera.close()


def scrolled(earlier: Frame, later: Frame) -> int:
    """Pixels by which the bars moved, to either side; they move 4 a picture and come round."""
    before, after = (frame.image[:90].astype(int) for frame in (earlier, later))
    width = before.shape[1]
    error = [np.abs(np.roll(before, by, axis=1) - after).mean() for by in range(width)]
    best = int(np.argmin(error))
    return min(best, width - best)


@pytest.mark.rtsp
def test_after_a_pause_the_picture_itself_shows_the_present(server: RtspServer) -> None:
    # What came while it was being opened is stamped when it is drained: left out.
    frames = pictures(source(server.address(), Decoding.FULL), 3, pause_s=2.0)[1:]
    passed = (frames[1].taken_at - frames[0].taken_at).total_seconds()
    assert passed > 1.5
    assert abs(scrolled(*frames) - 40 * passed) < 20, "within half a second"


@pytest.mark.rtsp
@pytest.mark.parametrize(("period_s", "keyframes_only"), [(5.0, True), (0.2, False)])
def test_left_to_itself_it_decodes_keyframes_only_where_they_come_often_enough(
    server: RtspServer, period_s: float, keyframes_only: bool
) -> None:
    camera = source(server.address(), period_s=period_s)
    camera.open()
    try:
        camera.read()
        time.sleep(2.5)  # keyframes come once a second: by now it knows
        camera.read()
        times = [camera.read().taken_at for _ in range(3)]
    finally:
        camera.close()
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(times)]
    assert all((gap > 0.5) == keyframes_only for gap in gaps), gaps


@pytest.mark.rtsp
def test_keyframes_alone_are_decoded_when_samples_are_rarer_than_they(
    server: RtspServer,
) -> None:
    frames = pictures(source(server.address(), Decoding.KEYFRAMES), 4)
    times = [frame.taken_at for frame in frames[1:]]  # the first keyframe may have waited
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(times)]
    assert all(0.5 < gap < 2.5 for gap in gaps), f"one a second, as keyframes come: {gaps}"


@pytest.mark.rtsp
def test_a_camera_cut_in_the_middle_fails_soon_and_never_gives_an_old_picture() -> None:
    with rtsp_server(*SMALL) as running:
        camera = source(running.address(), Decoding.FULL)
        camera.open()
        try:
            last = camera.read()
            running.stop()
            began = time.monotonic()
            with pytest.raises(SourceError, match="cut"):
                while True:
                    frame = camera.read()
                    assert frame.taken_at > last.taken_at
                    last = frame
            assert time.monotonic() - began < 6
        finally:
            camera.close()


@pytest.mark.rtsp
def test_a_link_backs_off_while_the_camera_is_gone_and_is_live_when_it_comes_back() -> None:
    states: list[LinkState] = []
    frames: list[datetime] = []
    stop = threading.Event()

    def told(_camera: str, state: LinkState, _text: str, _at: datetime) -> None:
        states.append(state)

    def until(condition: str, within_s: float = 20) -> None:
        end = time.monotonic() + within_s
        while (states[-1].value if states else "") != condition:
            assert time.monotonic() < end, f"never {condition}: {states}"
            time.sleep(0.05)

    first = RtspServer(*SMALL)
    link = CameraLink(
        "cam1",
        lambda: source(first.address(), Decoding.FULL, 0.5),
        RealClock(),
        period_s=0.5,
        on_frame=lambda frame: frames.append(frame.taken_at),
        on_state=told,
        back_off=BackOff(first_s=0.3, cap_s=0.5),
    )
    thread = threading.Thread(target=link.run, args=(stop,))
    thread.start()
    try:
        until("live")
        first.stop()
        until("backing_off")
        seen = len(frames)
        time.sleep(1.0)
        assert len(frames) == seen, "no camera, no picture"
        with rtsp_server(*SMALL, port=first.port):
            until("live")
            stop.set()
            thread.join(10)
    finally:
        stop.set()
        first.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert states[-1] is LinkState.CLOSED
    assert frames == sorted(set(frames))


@pytest.mark.rtsp
@pytest.mark.parametrize("kind", ["digest", "basic"])
def test_the_right_password_opens_and_a_wrong_one_is_refused_without_being_told(
    kind: str,
) -> None:
    login = ("--user", "viewer", "--password", "s3cret", "--auth", kind)
    with rtsp_server(*SMALL, *login) as guarded:
        assert len(pictures(source(guarded.address("viewer:s3cret@")), 1)) == 1
        for wrong in ("viewer:pl4nted@", ""):
            camera = source(guarded.address(wrong))
            with pytest.raises(AccessRefused) as refused:
                camera.open()
            assert "401" in str(refused.value)
            assert "pl4nted" not in f"{refused.value} {refused.value!r} {refused.value.__cause__}"
            camera.close()


@pytest.mark.rtsp
def test_a_path_that_is_not_there_is_named_as_such(server: RtspServer) -> None:
    with pytest.raises(SourceError, match="404"):
        source(server.address(path="/other")).open()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.rtsp
def test_ten_rounds_of_open_and_close_leave_no_thread_and_no_socket(server: RtspServer) -> None:
    pictures(source(server.address()), 1)
    before = threading.active_count(), open_files()
    for _ in range(10):
        camera = source(server.address())
        camera.open()
        camera.close()
        camera.close()
    assert threading.active_count() <= before[0]
    assert open_files() <= before[1]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n", b"\x00\xff" * 500, b"220 mail\r\n"])
def test_what_does_not_speak_rtsp_is_refused(answer: bytes) -> None:
    with tcp_server(answer) as port:
        camera = source(f"rtsp://viewer:pl4nted@127.0.0.1:{port}/camera", limits=IMPATIENT)
        with pytest.raises(SourceError) as refused:
            camera.open()
        assert "pl4nted" not in str(refused.value)
        camera.close()


def test_a_port_that_accepts_and_says_nothing_fails_within_the_time_out() -> None:
    with tcp_server(None) as port:
        camera = source(f"rtsp://127.0.0.1:{port}/camera", limits=IMPATIENT)
        began = time.monotonic()
        with pytest.raises(SourceError):
            camera.open()
        assert time.monotonic() - began < IMPATIENT.open_s + 2
        camera.close()


H264 = ("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=control:t0")
SVAC = ("m=video 0 RTP/AVP 99", "a=rtpmap:99 SVAC/90000", "a=control:t0")
SOUND = ("m=audio 0 RTP/AVP 8", "a=control:t0")


def test_a_stream_without_pictures_is_told_as_such() -> None:
    with describing(*SOUND) as port, pytest.raises(SourceError, match="no video"):
        source(f"rtsp://127.0.0.1:{port}/camera", limits=IMPATIENT).open()


def test_a_codec_nobody_knows_is_refused_and_the_connection_released() -> None:
    with describing(*SVAC) as port:
        before = open_files()
        with pytest.raises(SourceError, match=r"codec.*H\.264"):
            source(f"rtsp://127.0.0.1:{port}/camera", limits=IMPATIENT).open()
        end = time.monotonic() + 5  # the server's own end of it closes a moment later
        while open_files() > before + 1 and time.monotonic() < end:
            time.sleep(0.05)
        assert open_files() <= before + 1, "the server's end, which it holds, and not ours"


def test_a_camera_that_calls_itself_by_a_name_in_gbk_opens_and_its_silence_is_a_failure() -> None:
    with describing(*H264, title="大厅摄像机".encode("gbk")) as port:
        camera = source(f"rtsp://127.0.0.1:{port}/camera", limits=IMPATIENT)
        camera.open()
        began = time.monotonic()
        with pytest.raises(SourceError):
            camera.read()
        assert time.monotonic() - began < IMPATIENT.read_s + IMPATIENT.picture_s + 1
        camera.close()


def test_a_closed_port_is_refused_at_once() -> None:
    with tcp_server(None) as port:
        pass
    began = time.monotonic()
    with pytest.raises(SourceError, match="refused"):
        source(f"rtsp://127.0.0.1:{port}/camera", limits=IMPATIENT).open()
    assert time.monotonic() - began < 2


@pytest.mark.rtsp
def test_a_source_opened_by_its_address_is_an_rtsp_source(server: RtspServer) -> None:
    camera = open_source(server.address(), "cam1", RealClock(), period_s=10)
    assert isinstance(camera, RtspSource)
    with pytest.raises(SourceError, match="not open"):
        camera.read()
