"""Which keyframe is taken: what is decided must not be old."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from fractions import Fraction
from typing import cast

import av
from av.video.stream import VideoStream

from vision.sources.packet_shelf import Arrived, PacketShelf

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def keyframe(seconds: float) -> Arrived:
    packet = av.Packet(b"picture")
    packet.is_keyframe = True
    packet.time_base = Fraction(1, 1000)
    packet.pts = packet.dts = int(seconds * 1000)
    return Arrived(cast("av.Packet[VideoStream]", packet), NOON, None)


def shelf_with(gop_s: float) -> tuple[PacketShelf, Arrived]:
    shelf, newest = PacketShelf(), keyframe(gop_s)
    shelf.put(keyframe(0.0))
    shelf.put(newest)
    assert shelf.gop_s == gop_s
    return shelf, newest


def test_a_keyframe_that_just_came_is_taken_at_once() -> None:
    shelf, newest = shelf_with(1.0)
    assert shelf.take_keyframe(5.0) is newest


def test_one_that_lay_here_gives_way_to_the_next_that_is_near() -> None:
    shelf, _ = shelf_with(1.0)
    shelf._came_s -= 0.8
    fresh = keyframe(2.0)
    timer = threading.Timer(0.1, shelf.put, [fresh])
    timer.start()
    assert shelf.take_keyframe(5.0) is fresh
    timer.join()


def test_one_whose_successor_is_far_or_does_not_come_is_taken() -> None:
    shelf, newest = shelf_with(10.0)
    shelf._came_s -= 1.0
    began = time.monotonic()
    assert shelf.take_keyframe(5.0) is newest
    assert time.monotonic() - began < 4.0, "nine seconds are too long to wait"
    silent, newest = shelf_with(0.6)
    silent._came_s -= 30.0
    assert silent.take_keyframe(5.0) is newest


def test_only_keyframes_are_wanted_while_nobody_needs_what_lies_between() -> None:
    shelf = PacketShelf()
    assert shelf.wants(False)
    shelf.keep_chain = False
    assert shelf.wants(True)
    assert not shelf.wants(False)
