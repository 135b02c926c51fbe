"""A damaged stream gives no picture until the next keyframe; a whole one gives every picture."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import av
import pytest
from av.video.stream import VideoStream

from models.domain.errors import SourceError
from tests.servers.pictures import empty_room
from vision.sources.packet_shelf import Arrived
from vision.sources.stream_decoder import StreamDecoder

BEGAN = datetime(2026, 11, 24, 1, tzinfo=UTC)
GOP = 6


def encoded(codec: str, width: int = 320, height: int = 180, form: str = "matroska") -> bytes:
    """Two keyframes with their followers; a square walks through a room."""
    file = io.BytesIO()
    room = empty_room(1, width, height)
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(codec, rate=10)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = GOP
        stream.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x265-params": f"log-level=none:keyint={GOP}",
        }
        for number in range(2 * GOP):
            image = room.copy()
            image[50:90, 10 + 10 * number : 50 + 10 * number] = (0, 0, 255)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    return file.getvalue()


def opened(data: bytes, form: str = "matroska") -> tuple[VideoStream, list[Arrived]]:
    container = av.open(io.BytesIO(data), "r", format=form)
    stream = container.streams.video[0]
    packets: list[av.Packet[VideoStream]] = [it for it in container.demux(stream) if it.size]
    times = [BEGAN + timedelta(seconds=0.1 * number) for number in range(len(packets))]
    return stream, [Arrived(it, at, None) for it, at in zip(packets, times, strict=True)]


def _with_data(arrived: Arrived, data: bytes) -> Arrived:
    packet = cast("av.Packet[VideoStream]", av.Packet(data))
    packet.pts, packet.dts = arrived.packet.pts, arrived.packet.dts
    packet.time_base, packet.is_keyframe = arrived.packet.time_base, arrived.packet.is_keyframe
    return Arrived(packet, arrived.at, None)


def cut(arrived: Arrived) -> Arrived:
    """Half of it was lost on the way."""
    data = bytes(arrived.packet)
    return _with_data(arrived, data[: len(data) // 2])


def scrambled(arrived: Arrived) -> Arrived:
    """A few bytes arrived as others."""
    data, chance = bytearray(bytes(arrived.packet)), random.Random(3)
    for _ in range(8):
        data[chance.randrange(len(data) // 4, len(data))] ^= chance.randrange(1, 256)
    return _with_data(arrived, bytes(data))


# H.265 has no sum over its bits: scrambled ones may decode to something else, unnoticed.
DAMAGES = [("libx264", cut), ("libx264", scrambled), ("libx265", cut)]
damages = pytest.mark.parametrize(("codec", "damage"), DAMAGES)
Damage = Callable[[Arrived], Arrived]


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_whole_stream_gives_every_picture_in_the_packet_it_came_in(codec: str) -> None:
    stream, packets = opened(encoded(codec))
    decoder = StreamDecoder(stream, "camera")
    for arrived in packets:
        found = decoder.on([arrived])
        assert found is not None
        assert found[1] is arrived


@damages
def test_a_damaged_keyframe_alone_is_no_picture(codec: str, damage: Damage) -> None:
    stream, packets = opened(encoded(codec))
    decoder = StreamDecoder(stream, "camera")
    assert decoder.alone(damage(packets[0])) is None
    assert decoder.alone(packets[GOP]) is not None, "the next one is whole"


@damages
@pytest.mark.parametrize("victim", [0, 2])
def test_after_damage_there_is_no_picture_until_the_next_keyframe(
    codec: str, damage: Damage, victim: int
) -> None:
    stream, packets = opened(encoded(codec))
    packets[victim] = damage(packets[victim])
    decoder = StreamDecoder(stream, "camera")
    given = [decoder.on([arrived]) is not None for arrived in packets]
    assert given == [True] * victim + [False] * (GOP - victim) + [True] * GOP


def test_damage_in_the_middle_of_one_read_leaves_the_last_whole_picture() -> None:
    stream, packets = opened(encoded("libx264"))
    packets[3] = cut(packets[3])
    found = StreamDecoder(stream, "camera").on(packets[:GOP])
    assert found is not None
    assert found[1] is packets[2], "and it says when that one came"


def test_followers_without_their_keyframe_are_no_picture() -> None:
    stream, packets = opened(encoded("libx264"))
    assert StreamDecoder(stream, "camera").on(packets[1:GOP]) is None


def test_a_camera_whose_picture_size_changes_goes_on_with_the_new_size() -> None:
    data = encoded("libx264", form="h264") + encoded("libx264", 640, 360, form="h264")
    stream, packets = opened(data, "h264")
    decoder = StreamDecoder(stream, "camera")
    sizes = []
    for arrived in packets:
        found = decoder.on([arrived])
        assert found is not None
        sizes.append(found[0].to_ndarray(format="bgr24").shape)
    assert sizes == [(180, 320, 3)] * 2 * GOP + [(360, 640, 3)] * 2 * GOP


def test_a_codec_that_nobody_knows_is_told_with_what_to_do() -> None:
    class Unknown:
        codec_context = None

    with pytest.raises(SourceError, match=r"camera.*H\.264"):
        StreamDecoder(Unknown(), "camera")  # type: ignore[arg-type]
