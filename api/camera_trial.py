"""Opens a camera's address once for whoever sets it up, and says what came."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import cv2

from api.address_gate import AddressGate, PlaceRefused
from api.errors import TooMany
from models.domain.errors import AddressError, DeliveryError, SourceError
from models.domain.ports import Clock
from vision.jpeg import encode
from vision.sources.address import AddressKind, CameraAddress, parse_address
from vision.sources.opening import open_source

CONNECT_S: Final = 5.0
MORE_S: Final = 3.0
"""How long pictures are counted after the first."""

MOST_PICTURES: Final = 200
PREVIEW_PX: Final = 960
AT_ONCE: Final = 2
_PLACES = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class TriedCamera:
    """What came from an address.

    Attributes:
        kind: `rtsp` or `snapshot`.
        connect_s: Real seconds until the first picture.
        pictures_per_s: Of a stream, keyframes where only those are decoded; None for snapshots
            and where one picture came.
    """

    kind: AddressKind
    address: str
    width: int
    height: int
    connect_s: float
    pictures_per_s: float | None
    preview: bytes = field(repr=False)


def network_address(text: str) -> CameraAddress:
    """A camera's address on a network; no file of this machine is ever opened.

    Raises:
        AddressError: it is none.
    """
    found = parse_address(text, where="source") if "://" in text else None
    if found is None or found.kind is AddressKind.RECORDING:
        raise AddressError(
            "只能测试 rtsp、rtsps、http、https 地址。",
            "only rtsp, rtsps, http and https addresses can be tested.",
            where="source",
        )
    return found


def try_camera(address: CameraAddress, clock: Clock, gate: AddressGate) -> TriedCamera:
    """Open an address, take its first picture, count the next ones for a moment, close it.

    Args:
        address: What `network_address` gave.
        clock: Stamps the pictures.
        gate: Says where it may lead; the connection goes to what was checked.

    Raises:
        PlaceRefused: it leads to this machine or another place that is not allowed.
        SourceError: unreachable, refused, wrong password, not a picture.
        TooMany: others are being tried.
    """
    with _place():
        source = open_source(
            address,
            "test",
            clock,
            period_s=1.0,
            timeout_s=CONNECT_S,
            connect_to=_checked(address, gate),
        )
        begun = time.monotonic()
        try:
            source.open()
            frame = source.read()
            first = time.monotonic()
            count = 0
            while address.kind is AddressKind.RTSP and count < MOST_PICTURES:
                if time.monotonic() - first > MORE_S:
                    break
                source.read()
                count += 1
            took = time.monotonic() - first
        finally:
            source.close()
    image = frame.image
    scale = min(1.0, PREVIEW_PX / frame.width)
    size = (max(1, round(frame.width * scale)), max(1, round(image.shape[0] * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return TriedCamera(
        address.kind,
        address.redacted,
        frame.width,
        int(image.shape[0]),
        first - begun,
        count / took if count and took > 0 else None,
        encode(small.astype("uint8"), 80),
    )


def _checked(address: CameraAddress, gate: AddressGate) -> str:
    try:
        return gate.addresses(address.host, address.port)[0]
    except PlaceRefused:
        raise
    except DeliveryError as error:
        raise SourceError(error.zh, error.en, where=address.redacted) from None


@contextmanager
def _place() -> Iterator[None]:
    if not _PLACES.acquire(blocking=False):
        raise TooMany(10)
    try:
        yield
    finally:
        _PLACES.release()
