"""One contract for every frame source: RTSP, snapshot, recordings, and the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from api.clock import RealClock
from models.domain.errors import SourceError
from models.domain.ports import Clock
from tests.fakes_cameras import ScriptedSource, SteppedClock, broken, jpeg, numbered, write_clip
from tests.servers.misbehaving import answering, http
from tests.servers.rtsp import rtsp_server
from vision.ports import FrameSource
from vision.sources.opening import open_source

Make = Callable[[Path, ExitStack, Clock], FrameSource]


def rtsp(_folder: Path, held: ExitStack, clock: Clock) -> FrameSource:
    server = held.enter_context(rtsp_server("--size", "160x120", "--rate", "10", "--gop", "5"))
    return open_source(server.address(), "cam1", clock, period_s=1)


def snapshot(_folder: Path, held: ExitStack, clock: Clock) -> FrameSource:
    answer = http(jpeg(numbered(3)), Content_Type="image/jpeg")
    return open_source(held.enter_context(answering(answer)), "cam1", clock)


def clip(folder: Path, _held: ExitStack, clock: Clock) -> FrameSource:
    return open_source(str(write_clip(folder / "clip.mp4", 50)), "cam1", clock)


def pictures(folder: Path, _held: ExitStack, clock: Clock) -> FrameSource:
    rows = ["file,time"]
    for number in range(40):
        (folder / f"{number}.jpg").write_bytes(jpeg(numbered(number)))
        rows.append(f"{number}.jpg,{number * 0.1}")
    (folder / "times.csv").write_text("\n".join(rows) + "\n")
    return open_source(str(folder), "cam1", clock)


def scripted(_folder: Path, _held: ExitStack, _clock: Clock) -> FrameSource:
    return ScriptedSource("cam1", SteppedClock(), [numbered(1), numbered(2)], takes_s=0.1)


SOURCES = [
    pytest.param(rtsp, marks=pytest.mark.rtsp, id="rtsp"),
    pytest.param(snapshot, id="snapshot"),
    pytest.param(clip, id="clip"),
    pytest.param(pictures, id="folder"),
    pytest.param(scripted, id="scripted"),
]


@pytest.fixture(params=SOURCES)
def camera(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FrameSource]:
    make: Make = request.param
    with ExitStack() as held:
        source = make(tmp_path, held, RealClock())
        yield source
        source.close()


def test_pictures_are_whole_and_each_is_newer_than_the_one_before(camera: FrameSource) -> None:
    camera.open()
    frames = [camera.read() for _ in range(3)]
    for frame in frames:
        assert frame.camera_id == "cam1"
        assert frame.image.ndim == 3
        assert frame.image.shape[2] == 3
        assert frame.image.dtype == np.uint8
        assert frame.taken_at.utcoffset() is not None
    times = [frame.taken_at for frame in frames]
    assert times == sorted(set(times))


def test_it_can_be_opened_again_after_it_was_closed(camera: FrameSource) -> None:
    camera.open()
    first = camera.read()
    camera.close()
    camera.close()
    camera.open()
    assert camera.read().image.shape == first.image.shape


def test_there_is_no_picture_before_it_is_opened_nor_after_it_was_closed(
    camera: FrameSource,
) -> None:
    with pytest.raises(SourceError):
        camera.read()
    camera.open()
    camera.read()
    camera.close()
    with pytest.raises(SourceError):
        camera.read()


def test_closing_what_was_never_opened_harms_nothing(camera: FrameSource) -> None:
    camera.close()


GONE = [
    pytest.param("rtsp://127.0.0.1:9/camera", id="rtsp"),
    pytest.param("http://127.0.0.1:9/snapshot.jpg", id="snapshot"),
    pytest.param("missing.mp4", id="clip"),
]


@pytest.mark.parametrize("address", GONE)
def test_a_camera_that_is_not_there_raises_and_gives_no_picture(
    address: str, tmp_path: Path
) -> None:
    camera = open_source(address, "cam1", RealClock(), base=tmp_path, timeout_s=1)
    with pytest.raises(SourceError):
        camera.open()
        camera.read()
    camera.close()
    with pytest.raises(SourceError):
        camera.read()


def test_a_read_that_fails_raises_and_the_next_may_succeed() -> None:
    camera = ScriptedSource("cam1", SteppedClock(), [broken(), numbered(1)])
    camera.open()
    with pytest.raises(SourceError):
        camera.read()
    assert camera.read().image.shape == numbered(1).shape
