"""What camera tests need: a clock that obeys, scripted sources, pictures, clips."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from models.domain.errors import SourceError
from vision.frame import Frame, Image

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class SteppedClock:
    """Moves only when told to, or when somebody sleeps on it."""

    def __init__(self, start: datetime = MORNING, speed: float = 1.0) -> None:
        self._now = start
        self._speed = speed
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    @property
    def speed(self) -> float:
        return self._speed


class StopAfter(threading.Event):
    """A stop signal whose waiting moves a stepped clock, and which comes at a set moment."""

    def __init__(self, clock: SteppedClock, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._until = clock.now() + timedelta(seconds=seconds)
        self.waits: list[float] = []

    def is_set(self) -> bool:
        return super().is_set() or self._clock.now() >= self._until

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None, "a wait without end would never notice its clock"
        seconds = max(timeout * self._clock.speed, 0.001)
        left = (self._until - self._clock.now()).total_seconds()
        self.waits.append(seconds)
        self._clock.advance(min(seconds, max(left, 0.0)))
        return self.is_set()


Step = Image | Exception | None
"""One read of a scripted source: a picture, a failure, or the camera's usual picture."""


class ScriptedSource:
    """A camera that does what its script says: one step a read, then the last one for ever.

    Fails to open with the first error of `openings` that is not None.
    """

    def __init__(
        self,
        camera_id: str,
        clock: SteppedClock,
        steps: Iterable[Step] = (),
        openings: Iterable[Exception | None] = (),
        *,
        takes_s: float = 0.0,
    ) -> None:
        self._camera_id = camera_id
        self._clock = clock
        self._steps: Iterator[Step] = iter(list(steps))
        self._openings: Iterator[Exception | None] = iter(list(openings))
        self._takes_s = takes_s
        self.opened = 0
        self.closed = 0
        self.reads = 0

    def share_script(self, steps: Iterator[Step], openings: Iterator[Exception | None]) -> None:
        """Go on with a script that earlier sources of the same camera began."""
        self._steps, self._openings = steps, openings

    @property
    def held(self) -> bool:
        """Whether something is held that was never released."""
        return self.opened > self.closed

    def open(self) -> None:
        self.opened += 1
        failure = next(self._openings, None)
        if failure is not None:
            raise failure

    def read(self) -> Frame:
        if not self.held:
            raise SourceError("图像源未打开。", "the source is not open.", where=self._camera_id)
        self.reads += 1
        self._clock.advance(self._takes_s)
        step = next(self._steps, None)
        if isinstance(step, Exception):
            raise step
        image = textured(seed=self.reads) if step is None else step
        return Frame(self._camera_id, image, self._clock.now())

    def close(self) -> None:
        self.closed = self.opened


def broken(text: str = "connection reset") -> SourceError:
    return SourceError("连接中断。", text, where="camera")


def textured(width: int = 320, height: int = 180, seed: int = 0) -> Image:
    """A picture with plenty of detail: patches and noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 220, (9, 16, 3), dtype=np.uint8)
    image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    noise = rng.integers(-12, 13, image.shape)
    return np.clip(image.astype(np.int16) + noise, 0, 255).astype(np.uint8)


def numbered(index: int, width: int = 160, height: int = 120) -> Image:
    """A picture whose mean grey tells its number, up to 55: about 20 + 4 x index."""
    return np.full((height, width, 3), 21 + 4 * index, dtype=np.uint8)


def number_of(image: Image) -> int:
    """Which `numbered` picture this is, also after coding, which darkens a little."""
    return round((float(image.mean()) - 20) / 4)


def write_clip(
    path: Path,
    pictures: int = 50,
    rate: int = 10,
    *,
    codec: str = "libx264",
    make: Callable[[int], Image] = numbered,
    title: str = "",
) -> Path:
    """A clip of `pictures` pictures, `rate` a second; the container goes by the suffix."""
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update({"title": title} if title else {})
        quality = {"crf": "4"} if codec == "libx264" else {}
        stream = container.add_stream(codec, rate=rate, options=quality)
        assert isinstance(stream, VideoStream)
        first = make(0)
        stream.width, stream.height = first.shape[1], first.shape[0]
        stream.pix_fmt = {"mjpeg": "yuvj420p", "gif": "rgb8"}.get(codec, "yuv420p")
        stream.codec_context.gop_size = rate
        for index in range(pictures):
            frame = av.VideoFrame.from_ndarray(make(index), format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def jpeg(image: Image | None = None, quality: int = 90) -> bytes:
    shown = textured() if image is None else image
    return cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
