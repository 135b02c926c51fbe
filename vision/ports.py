"""The ports of `vision`: where pictures come from and who finds people in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from models.domain.geometry import Box
from vision.frame import Frame, Image


class FrameSource(Protocol):
    """One camera's pictures. Opened, read and closed by one thread."""

    def open(self) -> None:
        """Connect.

        Raises:
            SourceError: unreachable, refused, wrong password, not a picture.
        """
        ...

    def read(self) -> Frame:
        """The newest picture, decoded only now; waits at most the source's read time-out.

        Raises:
            SourceError: nothing usable came. A failed read is never a frame.
        """
        ...

    def close(self) -> None:
        """Release the connection and the capture; safe to call twice and after a failure."""
        ...


class Thing(StrEnum):
    """What the detector tells apart."""

    PERSON = "person"
    CELL_PHONE = "cell_phone"


class Size(StrEnum):
    """What kind of picture is looked at, which decides the network's input size."""

    FRAME = "frame"
    CROP = "crop"


@dataclass(frozen=True, slots=True)
class Detection:
    """A person or phone; `box` is 0..1 of the picture that was given."""

    thing: Thing
    box: Box
    score: float


class Detector(Protocol):
    """Finds people. One engine is shared by all cameras of a process; safe from any thread."""

    @property
    def name(self) -> str:
        """Network and engine, e.g. `yolov8s/onnxruntime`."""
        ...

    @property
    def model_hash(self) -> str:
        """SHA-256 of the weights, hex; goes into every register entry."""
        ...

    def detect(self, image: Image, size: Size) -> list[Detection]:
        """People and phones in one picture, best score first, every score from the
        detector's lowest threshold up.

        Raises:
            DetectorError: no answer; never an empty list in its place.
        """
        ...

    def close(self) -> None:
        """Release the engine."""
        ...
