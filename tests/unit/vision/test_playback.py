"""Playback: the address that asks a recorder for a stretch of time, and stills out of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.domain.errors import AddressError, InputError, SourceError
from tests.acceptance.town import Town, at
from tests.fakes_cameras import write_clip
from tests.groups import ROOT
from tests.servers.rtsp import describing
from vision.frame import Image
from vision.sources.address import parse_address
from vision.sources.failures import AccessRefused
from vision.sources.playback import PlaybackLimits, playback_address, recorder_of, stills

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
END = START + timedelta(seconds=12)
DAHUA_TIME = "2026_11_23_09_30_"
HOST = "rtsp://admin:p%40ss@192.0.2.7"


@pytest.mark.parametrize(
    ("live", "asked"),
    [
        (
            f"{HOST}/Streaming/Channels/101",
            "/Streaming/tracks/101?starttime=20261123T013000Z&endtime=20261123T013012Z",
        ),
        (
            f"{HOST}/Streaming/Channels/1602",
            "/Streaming/tracks/1601?starttime=20261123T013000Z&endtime=20261123T013012Z",
        ),
        (
            f"{HOST}/h264/ch33/sub/av_stream",
            "/Streaming/tracks/3301?starttime=20261123T013000Z&endtime=20261123T013012Z",
        ),
        (
            f"{HOST}/cam/realmonitor?channel=4&subtype=1",
            f"/cam/playback?channel=4&subtype=0&starttime={DAHUA_TIME}00&endtime={DAHUA_TIME}12",
        ),
        (f"{HOST}/unicast/c3/s1/live", "/c3/b1795397400/e1795397412/replay/"),
    ],
    ids=["hikvision", "its sub-stream", "its old way", "dahua", "uniview"],
)
def test_each_maker_is_asked_in_its_own_way(live: str, asked: str) -> None:
    found = playback_address(parse_address(live), START, END, ZONE)
    assert found.with_login.reveal() == f"{HOST}{asked}"
    assert "p@ss" not in str(found)


@pytest.mark.parametrize(
    "live",
    [
        f"{HOST}/media/video1",
        f"{HOST}/1/1",
        "http://192.0.2.7/Streaming/channels/101/picture",
        "clip.mp4",
    ],
)
def test_where_no_recorder_is_known_it_is_refused_without_the_password(live: str) -> None:
    address = parse_address(live)
    assert recorder_of(address) is None
    with pytest.raises(AddressError, match="海康、大华、宇视") as refused:
        playback_address(address, START, END, ZONE)
    assert "p%40ss" not in str(refused.value)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(hours=2), timedelta(seconds=-3)])
def test_a_stretch_must_be_one_and_not_too_long(length: timedelta) -> None:
    live = parse_address(f"{HOST}/Streaming/Channels/101")
    with pytest.raises(InputError, match="1 小时"):
        playback_address(live, START, START + length, ZONE)


def level(second: int) -> int:
    """Each second of the recording has its own grey."""
    return 40 + 12 * second


def grey(index: int) -> Image:
    return np.full((144, 256, 3), level(index // 10), np.uint8)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A recorder that has twelve seconds from 09:29:55 in Shanghai on."""
    folder = tmp_path_factory.mktemp("recordings")
    begins = START - timedelta(seconds=5)
    write_clip(folder / f"{begins.timestamp():.0f}.mp4", 120, 10, make=grey)
    server = subprocess.Popen(  # noqa: S603 - our own script
        ["/usr/bin/python3", ROOT / "tests/servers/gst_recorder.py", folder, "--password", "p@ss"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdin is not None
        line = server.stdout.readline()
        assert line.startswith("ready "), "the recorder did not start"
        yield int(line.split()[1])
        server.stdin.close()
        server.wait(10)
        server.stdout.close()
    finally:
        if server.poll() is None:
            server.kill()
            server.wait(10)


LIVE = ("/Streaming/Channels/101", "/cam/realmonitor?channel=1&subtype=1", "/unicast/c1/s0/live")
FIRST = START - timedelta(seconds=5)


@pytest.mark.rtsp
@pytest.mark.timeout(60)
@pytest.mark.parametrize("live", LIVE, ids=["hikvision", "dahua", "uniview"])
def test_a_recorder_gives_stills_of_the_time_that_is_asked_for(port: int, live: str) -> None:
    address = parse_address(f"rtsp://admin:p%40ss@127.0.0.1:{port}{live}")
    asked = playback_address(address, FIRST, FIRST + timedelta(seconds=3), ZONE)
    found = list(stills(asked, FIRST, FIRST + timedelta(seconds=3), every_s=1.0))
    assert [round((one.taken_at - FIRST).total_seconds()) for one in found] == [0, 1, 2]
    for one, second in zip(found, (0, 1, 2), strict=True):
        assert abs(float(one.image.mean()) - level(second)) < 6


@pytest.mark.rtsp
@pytest.mark.timeout(60)
def test_a_time_without_a_recording_is_told(port: int) -> None:
    address = parse_address(f"rtsp://admin:p%40ss@127.0.0.1:{port}{LIVE[0]}")
    asked = playback_address(address, START, END, ZONE)
    with pytest.raises(SourceError) as refused:
        list(stills(asked, START, END, every_s=5.0, limits=PlaybackLimits(5, 5, 10)))
    assert "p@ss" not in str(refused.value)
    assert "p%40ss" not in str(refused.value)


@pytest.mark.rtsp
@pytest.mark.timeout(60)
def test_a_wrong_password_is_told_as_such(port: int) -> None:
    address = parse_address(f"rtsp://admin:wrong@127.0.0.1:{port}{LIVE[0]}")
    asked = playback_address(address, FIRST, END, ZONE)
    with pytest.raises(AccessRefused):
        list(stills(asked, FIRST, END, every_s=5.0))


@pytest.mark.rtsp
@pytest.mark.timeout(60)
def test_behaviour_is_registered_with_stills_out_of_the_recorder(port: int, tmp_path: Path) -> None:
    town = Town(tmp_path, source=f"rtsp://admin:p%40ss@127.0.0.1:{port}{LIVE[0]}")
    town.good(
        *("behaviour", "register", "--window", "W12", "--code", "B-GAME", "--by", "督查员"),
        *("--recorder", "--at", "2026-11-23 09:29:57"),
    )
    with town.record() as record, record.make_uow(read_only=True) as uow:
        (row,) = uow.findings.list()
        taken = [uow.evidence.get(name) for name in row.evidence]
    assert [one.taken_at.astimezone(ZONE).second for one in taken if one] == [55, 57, 59]
    assert all(one is not None and one.masked for one in taken)
    assert row.started_at == at("09:29:57")


@pytest.mark.parametrize("media", [(), ("m=audio 0 RTP/AVP 0", "a=control:sound")])
def test_a_recorder_with_a_chinese_name_and_no_video_is_told_as_such(
    media: tuple[str, ...],
) -> None:
    with describing(*media, title="政务大厅".encode("gb18030")) as port:
        address = parse_address(f"rtsp://admin:pl4nted@127.0.0.1:{port}/Streaming/tracks/101")
        limits = PlaybackLimits(open_s=2, read_s=1)
        with pytest.raises(SourceError) as failure:
            list(stills(address, START, END, every_s=1, limits=limits))
    assert "pl4nted" not in str(failure.value)
