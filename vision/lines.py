"""Thin lines (窄带线路): how many of a line's cameras may be connected at one time."""

from __future__ import annotations

import threading
from typing import Final

from models.domain.errors import SourceError
from vision.frame import Frame
from vision.ports import FrameSource

TURN_S: Final = 30.0
"""Real seconds that a camera waits for its turn before the attempt counts as failed."""


class Line:
    """One line and its places. Safe from any thread.

    Args:
        name: Named in errors.
        max_cameras: Cameras that may be connected at one time.
        turn_s: Real seconds that a camera waits for its turn.
    """

    def __init__(self, name: str, max_cameras: int, turn_s: float = TURN_S) -> None:
        self._name = name
        self._turn_s = turn_s
        self._places = threading.Semaphore(max_cameras)

    def enter(self) -> None:
        """Take a place, waiting for one.

        Raises:
            SourceError: none came free in time.
        """
        if not self._places.acquire(timeout=self._turn_s):
            raise SourceError(
                f"线路“{self._name}”一直被占用({self._turn_s:g} 秒)。",
                f"line {self._name!r} stayed busy for {self._turn_s:g} s.",
                where=f"lines.{self._name}",
            )

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()


class OnLine:
    """A source that holds a place on its line while it is connected.

    Args:
        source: The camera's source.
        line: Its line.
    """

    def __init__(self, source: FrameSource, line: Line) -> None:
        self._source = source
        self._line = line
        self._holds = False

    def open(self) -> None:
        """Wait for a place, then connect; a failure to connect keeps the place until `close`."""
        self._line.enter()
        self._holds = True
        self._source.open()

    def read(self) -> Frame:
        """The newest picture."""
        return self._source.read()

    def close(self) -> None:
        """Hang up and give the place back; safe to call twice."""
        try:
            self._source.close()
        finally:
            if self._holds:
                self._holds = False
                self._line.leave()
