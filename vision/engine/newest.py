"""A bounded queue between cameras and workers: of each camera only the newest picture waits."""

from __future__ import annotations

import threading

from vision.frame import Frame


class NewestQueue:
    """First come, first served by camera; a newer picture takes its older one's place.

    It never holds more than one picture a camera, so it is bounded by their number. A camera
    whose picture was taken out rests until `done`: its pictures are examined one at a time.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Frame] = {}
        self._busy: set[str] = set()
        self._ready = threading.Condition()
        self._closed = False

    def put(self, frame: Frame) -> bool:
        """Queue a picture.

        Returns:
            True where an older picture of the same camera gave way: a missed sample.
        """
        with self._ready:
            gave_way = frame.camera_id in self._waiting
            self._waiting[frame.camera_id] = frame
            self._ready.notify()
            return gave_way

    def take(self) -> Frame | None:
        """The picture of the camera that waits longest; None once the queue is closed."""
        with self._ready:
            while True:
                if self._closed:
                    return None
                free = next((c for c in self._waiting if c not in self._busy), None)
                if free is not None:
                    self._busy.add(free)
                    return self._waiting.pop(free)
                self._ready.wait()

    def done(self, camera_id: str) -> None:
        """The picture that was taken out has been examined."""
        with self._ready:
            self._busy.discard(camera_id)
            self._ready.notify()

    def close(self) -> None:
        """Let every worker go."""
        with self._ready:
            self._closed = True
            self._waiting.clear()
            self._ready.notify_all()

    def __len__(self) -> int:
        with self._ready:
            return len(self._waiting)
