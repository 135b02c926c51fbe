"""Recordings: a clip or a folder of JPEGs, as a list of frames or as a camera's source."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from models.domain.errors import InputError, SourceError
from models.domain.ports import Clock
from vision.frame import Frame
from vision.sources.clip import Clip, Picture
from vision.sources.failures import NoNewPicture
from vision.sources.picture_folder import PictureFolder

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHINA_STANDARD_TIME = timezone(timedelta(hours=8))


class Recording:
    """A clip (mp4, mkv, avi, gif …) or a folder of JPEGs with `times.csv`.

    Args:
        path: File or folder.
        camera_id: The camera its frames are said to come from.
        started_at: When it began; without it, frames count from 1970-01-01T00:00Z, or, in a
            folder whose times are ISO, from the first of them.
        zone: What an ISO time without an offset means.

    Attributes:
        size: (width, height) in pixels.
        duration: Seconds, None where the container does not say.
        absolute: Whether the recording itself knows the date (ISO times in `times.csv`).
        started_at: When second 0 was.

    Raises:
        InputError: missing, 0 bytes, not a recording, no video, a bad `times.csv`.
        SourceError: cut short (says at which second) or nothing can be decoded.
    """

    def __init__(
        self,
        path: Path,
        camera_id: str = "recording",
        *,
        started_at: datetime | None = None,
        zone: tzinfo = CHINA_STANDARD_TIME,
    ) -> None:
        self.path = path
        self.camera_id = camera_id
        self._pictures: Clip | PictureFolder
        self._pictures = PictureFolder(path, zone) if path.is_dir() else Clip(path)
        own = self._pictures.origin if isinstance(self._pictures, PictureFolder) else None
        self.absolute = own is not None
        self.started_at = started_at or own or EPOCH
        self.size = self._pictures.size
        self.duration = self._pictures.duration

    def frames(self, every_s: float = 0.0) -> Iterator[Frame]:
        """For each due time 0, `every_s`, 2 × `every_s` … the first frame at or after it.

        A frame is given once, even where the next comes so late that several times were
        due; `every_s` 0 gives every frame.

        Raises:
            SourceError: the recording is damaged or ends early; says at which second.
        """
        due, slack = -math.inf, self._slack(every_s)
        for seconds, picture in self.pictures():
            if seconds < due - slack:
                continue
            yield self._frame(seconds, picture)
            if every_s > 0:
                due = (math.floor((seconds + slack) / every_s) + 1) * every_s

    def pictures(self) -> Generator[tuple[float, Picture], None, None]:
        """Seconds from the start and each picture, not yet made into pixels."""
        yield from self._pictures.pictures()

    def seconds(self, frame: Frame) -> float:
        """Seconds from the recording's start at which a frame of it was taken."""
        return round((frame.taken_at - self.started_at).total_seconds(), 3)

    def time_of(self, frame: Frame) -> float | str:
        """How this recording tells the time: seconds from its start, or ISO as it was given."""
        if isinstance(self._pictures, PictureFolder) and self.absolute:
            text = self._pictures.time_text((frame.taken_at - self.started_at).total_seconds())
            return text or frame.taken_at.isoformat()
        return self.seconds(frame)

    def _slack(self, every_s: float) -> float:
        """How much early still counts: clips round to milliseconds, saved pictures jitter."""
        return 0.05 * every_s if isinstance(self._pictures, PictureFolder) else 0.002

    def _frame(self, seconds: float, picture: Picture) -> Frame:
        at = self.started_at + timedelta(seconds=seconds)
        return Frame(self.camera_id, picture(), at)


class RecordingSource:
    """A recording played in clock time as if it were a camera.

    Args:
        path: File or folder.
        camera_id: The camera.
        clock: Tells how far the playing has come, and stamps the frames.
        loops: Begin again at the end; otherwise the end is a failure of the source.
        wait_s: Longest wait of this clock for a newer picture.
    """

    def __init__(
        self, path: Path, camera_id: str, clock: Clock, *, loops: bool = True, wait_s: float = 5.0
    ) -> None:
        self._path = path
        self._camera_id = camera_id
        self._clock = clock
        self._loops = loops
        self._wait_s = wait_s
        self._player: Generator[tuple[float, Picture], None, None] | None = None
        self._next: tuple[float, Picture] | None = None
        self._began = EPOCH

    def open(self) -> None:
        """Start playing from the beginning.

        Raises:
            SourceError: missing, no video, cut short, damaged.
        """
        self.close()
        try:
            self._recording = Recording(self._path, self._camera_id)
        except InputError as error:
            raise SourceError(error.zh, error.en, where=error.where) from None
        self._begin()

    def read(self) -> Frame:
        """The newest picture that is due, never one that was already given.

        Raises:
            NoNewPicture: the next picture is further away than `wait_s`.
            SourceError: not open, damaged, or at its end.
        """
        if self._next is None:
            raise SourceError(
                "录像未打开或已播放完毕。",
                "the recording is not open, or has come to its end.",
                where=self._path.name,
            )
        wait = self._next[0] - self._elapsed()
        if wait > 0:
            self._clock.sleep(min(wait, self._wait_s))
        if wait > self._wait_s:
            raise NoNewPicture(
                "暂无新画面。", "no newer picture came in time.", where=self._path.name
            )
        picture, self._next = self._newest_due(self._next)
        frame = Frame(self._camera_id, picture(), self._clock.now())
        if self._next is None and self._loops:
            self._begin()
        return frame

    def close(self) -> None:
        self._next = None
        if self._player is not None:
            self._player.close()
            self._player = None

    def _begin(self) -> None:
        self.close()
        self._player = self._recording.pictures()
        self._began = self._clock.now()
        self._next = next(self._player, None)

    def _newest_due(
        self, upcoming: tuple[float, Picture]
    ) -> tuple[Picture, tuple[float, Picture] | None]:
        """The newest picture whose time has come, and the one after it."""
        now, newest = self._elapsed(), upcoming[1]
        for following in self._player or ():
            if following[0] > now:
                return newest, following
            newest = following[1]
        return newest, None

    def _elapsed(self) -> float:
        return (self._clock.now() - self._began).total_seconds()
