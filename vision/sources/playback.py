"""Playback (录像回放): asks a recorder for a stretch of time and takes stills out of it.

Recorders answer an RTSP address that names the time: Hikvision `tracks` with starttime and
endtime, Dahua `cam/playback`, Uniview `/c1/b…/e…/replay/` (domain.md §3.1). The address is made
from the camera's live one; user and password stay in it and are never shown.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame

from models.domain.errors import AddressError, InputError, SourceError
from vision.frame import Image
from vision.sources.address import AddressKind, CameraAddress, Secret
from vision.sources.packet_shelf import Arrived
from vision.sources.pictures import MAX_PIXELS
from vision.sources.rtsp import opening_failure
from vision.sources.stream_decoder import StreamDecoder

LONGEST: Final = timedelta(hours=1)
"""One request; a recorder plays back no faster than it pleases."""


class Recorder(StrEnum):
    """Whose way of asking for recordings an address follows."""

    HIKVISION = "hikvision"  # 海康
    DAHUA = "dahua"  # 大华
    UNIVIEW = "uniview"  # 宇视


_HIKVISION = re.compile(r"/(?:ISAPI/)?Streaming/(?:Channels|tracks)/(\d+)/?", re.IGNORECASE)
_HIKVISION_OLD = re.compile(r"/h264/ch(\d+)/(main|sub)/av_stream/?", re.IGNORECASE)
_DAHUA = re.compile(r"/cam/(?:realmonitor|playback)/?", re.IGNORECASE)
_UNIVIEW = re.compile(r"(?:/unicast)?/c(\d+)/(?:s\d+/live|b\d+/e\d+/replay)/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlaybackLimits:
    """Real seconds.

    Attributes:
        open_s: To connect and describe the stream.
        read_s: Without any packet, after which the recording counts as over.
        whole_s: For everything.
    """

    open_s: float = 8.0
    read_s: float = 8.0
    whole_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of a recording: when it was taken, as the recorder says, and its pixels."""

    taken_at: datetime
    image: Image


def recorder_of(address: CameraAddress) -> Recorder | None:
    """Whose recordings a live address has; None where that cannot be told."""
    if address.kind is not AddressKind.RTSP:
        return None
    if _HIKVISION.fullmatch(address.path) or _HIKVISION_OLD.fullmatch(address.path):
        return Recorder.HIKVISION
    if _DAHUA.fullmatch(address.path):
        return Recorder.DAHUA
    return Recorder.UNIVIEW if _UNIVIEW.fullmatch(address.path) else None


def playback_address(
    address: CameraAddress, start: datetime, end: datetime, zone: tzinfo
) -> CameraAddress:
    """The address that asks for a stretch of time, from the camera's live one.

    Args:
        address: The live address; its user and password are taken along.
        start: From when, aware.
        end: Until when, aware.
        zone: The recorder's own time zone; Dahua's times are in it, the others' in UTC.

    Raises:
        AddressError: it is no address of a recorder whose way of asking is known.
        InputError: the stretch is empty or longer than `LONGEST`.
    """
    if not timedelta() < end - start <= LONGEST:
        raise InputError(
            "回放时段须在 1 小时以内,且结束晚于开始。",
            "a playback may last up to an hour, and must end after it starts.",
            where="playback",
        )
    recorder = recorder_of(address)
    if recorder is Recorder.HIKVISION:
        return _hikvision(address, start, end)
    if recorder is Recorder.DAHUA:
        return _dahua(address, start, end, zone)
    if recorder is Recorder.UNIVIEW:
        found = _UNIVIEW.fullmatch(address.path)
        channel = found.group(1) if found else "1"
        path = f"/c{channel}/b{start.timestamp():.0f}/e{end.timestamp():.0f}/replay/"
        return replace(address, path=path, query=Secret(""))
    raise AddressError(
        "无法由该地址得出回放地址;支持海康、大华、宇视的实时地址。",
        "no playback address follows from this one; live addresses of Hikvision, Dahua and "
        "Uniview are understood.",
        where=address.redacted,
    )


def _hikvision(address: CameraAddress, start: datetime, end: datetime) -> CameraAddress:
    found = _HIKVISION.fullmatch(address.path)
    old = _HIKVISION_OLD.fullmatch(address.path)
    channel = old.group(1) if old else "1"
    # A sub-stream is not recorded: 102 asks for the track of 101.
    track = f"{found.group(1)[:-1]}1" if found else f"{channel}01"
    times = [moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for moment in (start, end)]
    query = f"starttime={times[0]}&endtime={times[1]}"
    return replace(address, path=f"/Streaming/tracks/{track}", query=Secret(query))


def _dahua(address: CameraAddress, start: datetime, end: datetime, zone: tzinfo) -> CameraAddress:
    channel = re.search(r"(?:^|&)channel=(\d+)", address.query.reveal())
    times = [moment.astimezone(zone).strftime("%Y_%m_%d_%H_%M_%S") for moment in (start, end)]
    query = (
        f"channel={channel.group(1) if channel else 1}&subtype=0"
        f"&starttime={times[0]}&endtime={times[1]}"
    )
    return replace(address, path="/cam/playback", query=Secret(query))


def stills(
    address: CameraAddress,
    start: datetime,
    end: datetime,
    *,
    every_s: float,
    limits: PlaybackLimits | None = None,
    stopwatch: Callable[[], float] = time.monotonic,
) -> Iterator[Still]:
    """Pictures of a recording, one every `every_s` seconds of its own time.

    Args:
        address: As `playback_address` gives it.
        start: When the stretch begins; the stream's first picture is taken to be of then.
        end: When it ends.
        every_s: Seconds between pictures.
        limits: Time-outs.
        stopwatch: Real seconds, monotonic.

    Raises:
        AccessRefused: wrong user or password.
        SourceError: unreachable, no recording of that time, cut or damaged.
    """
    bounds = limits or PlaybackLimits()
    container = _open(address, bounds)
    try:
        until = stopwatch() + bounds.whole_s
        given = 0
        pictures = _whole(container, address.redacted, start)
        for still in _due(pictures, (start, end), every_s, lambda: stopwatch() > until):
            given += 1
            yield still
        if given == 0:
            raise _nothing(address)
    except (av.FFmpegError, OSError):
        raise _nothing(address) from None
    finally:
        container.close()


def _open(address: CameraAddress, limits: PlaybackLimits) -> InputContainer:
    options = {
        "rtsp_transport": "tcp",
        "allowed_media_types": "video",
        "max_pixels": str(MAX_PIXELS),
    }
    began = time.monotonic()
    try:
        return av.open(
            address.with_login.reveal(),
            format="rtsp",
            options=options,
            metadata_errors="replace",  # recorders name themselves in GBK
            timeout=(limits.open_s, limits.read_s),
        )
    except (av.FFmpegError, OSError) as error:
        late = time.monotonic() - began >= 0.95 * limits.open_s
        # FFmpeg's own text holds the address with its password: never chained, never shown.
        raise opening_failure(error, late=late, where=address.redacted) from None


def _whole(container: InputContainer, where: str, moment: datetime) -> Iterator[VideoFrame]:
    """Every whole picture: what a decoder made up after damage must not become evidence."""
    if not container.streams.video:
        return
    stream = container.streams.video[0]
    decoder = StreamDecoder(stream, where)
    for packet in container.demux(stream):
        if packet.size:
            found = decoder.on([Arrived(packet, moment, None)])
            if found is not None:
                yield found[0]


def _due(
    pictures: Iterator[VideoFrame],
    stretch: tuple[datetime, datetime],
    every_s: float,
    over: Callable[[], bool],
) -> Iterator[Still]:
    """Pictures that are due, until the stretch ends, the stream does, or it is over."""
    start, end = stretch
    first: float | None = None
    due = 0.0
    for frame in pictures:
        if over():
            return
        if frame.pts is None:
            continue
        first = frame.time if first is None else first
        passed = frame.time - first
        if start + timedelta(seconds=passed) >= end:
            return
        if passed + 1e-6 < due:
            continue
        due += every_s * (1 + (passed - due) // every_s)
        image = np.ascontiguousarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
        yield Still(start + timedelta(seconds=passed), image)


def _nothing(address: CameraAddress) -> SourceError:
    return SourceError(
        "该时段没有录像,或录像无法解码。",
        "there is no recording of that time, or it cannot be decoded.",
        where=address.redacted,
    )
