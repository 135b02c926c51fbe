"""All cameras of one machine: a thread per camera link, a few workers, one detector."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from models.domain.errors import StorageError
from models.domain.ports import Clock
from models.domain.presence import Reason
from vision.attention import Attention
from vision.camera_desk import CameraDesk, Examined
from vision.camera_link import CameraLink, LinkState
from vision.engine.newest import NewestQueue
from vision.frame import Frame
from vision.jpeg import encode
from vision.pacer import Pacer
from vision.watch_room import WatchRoom

log = structlog.get_logger("onpost.watch")

MISSED_NOT_READ: Final = "not_read"
"""The camera gave no picture in time, or its link was late."""
MISSED_OVERTAKEN: Final = "overtaken"
"""The picture gave way to the camera's next one before a worker was free."""
MISSED_FAILED: Final = "failed"
"""Examining the picture failed."""


class Shelf(Protocol):
    """Where the newest picture of each camera is laid for the wall (图像架)."""

    def show(self, frame: Frame, jpeg: bytes, fault: Reason | None) -> None:
        """Replace the camera's picture."""
        ...

    def offline(self, camera_id: str, link: str, reason: Reason, at: datetime) -> None:
        """Say that the camera gives none; its last picture stays, its age tells."""
        ...


class Meter(Protocol):
    """What is counted while watching."""

    def missed(self, camera_id: str, why: str, samples: int = 1) -> None:
        """Samples of a camera that were due and not looked at; `why` is one of the `MISSED_…`."""
        ...

    def examined(self, examined: Examined, seconds: float) -> None:
        """One picture was examined in so many real seconds."""
        ...

    def link(self, camera_id: str, state: LinkState) -> None:
        """A camera's link changed."""
        ...


@dataclass(frozen=True, slots=True)
class CameraPost:
    """A camera to be watched: its link and its desk."""

    camera_id: str
    desk: CameraDesk
    link: Callable[[Callable[[Frame], None], LinkListener], CameraLink]


LinkListener = Callable[[str, LinkState, str, datetime], None]
"""(camera id, new state, what happened, when)."""


class LocalEngine:
    """Runs camera links and workers until it is stopped.

    Args:
        posts: The cameras.
        room: Where evidence goes.
        shelf: Where the newest pictures go.
        meter: What is counted.
        clock: This process's clock.
        stopwatch: Real seconds, monotonic.
        watched: Whether anybody is expected at a camera's windows at a moment; a camera
            nobody has to be seen by is shown on the wall, not examined.
        workers: Threads that examine pictures.
        witness: Told of every examined picture and its JPEG, for clues on behaviour.
        attention: What spot checks want to see closer just now.
        pacer: Keeps the pace of the cameras whose rate is adaptive.
    """

    def __init__(
        self,
        posts: Sequence[CameraPost],
        room: WatchRoom,
        *,
        shelf: Shelf,
        meter: Meter,
        clock: Clock,
        stopwatch: Callable[[], float],
        watched: Callable[[str, datetime], bool],
        workers: int = 2,
        witness: Callable[[Examined, bytes], None] | None = None,
        attention: Attention | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        self._pacer = pacer or Pacer()
        self._witness = witness
        self._attention = attention or Attention()
        self._watched = watched
        self._posts = {post.camera_id: post for post in posts}
        self._room = room
        self._shelf = shelf
        self._meter = meter
        self._clock = clock
        self._stopwatch = stopwatch
        self._workers = workers
        self._queue = NewestQueue()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._links: dict[str, CameraLink] = {}
        self._unexamined = 0
        self._counting = threading.Lock()

    def start(self) -> None:
        """Start every link and worker."""
        for post in self._posts.values():
            link = post.link(self._arrived, self._link_changed)
            link.tell_missed(self._not_read)
            self._links[post.camera_id] = link
            self._threads.append(
                threading.Thread(
                    target=link.run, args=(self._stop,), name=f"link-{post.camera_id}", daemon=True
                )
            )
        for number in range(self._workers):
            self._threads.append(
                threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            )
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float = 10.0) -> bool:
        """Stop all of it; True where every thread ended in time."""
        self._stop.set()
        self._queue.close()
        until = self._stopwatch() + within_s
        for thread in self._threads:
            thread.join(max(0.0, until - self._stopwatch()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def links(self) -> Sequence[CameraLink]:
        """The cameras' links, for their counters."""
        return tuple(self._links.values())

    @property
    def samples_due(self) -> int:
        """Samples whose time has come, of all cameras."""
        return sum(link.samples_due for link in self._links.values())

    @property
    def samples_missed(self) -> int:
        """Samples that were due and never examined: not read in time, overtaken, or failed."""
        return self._unexamined + sum(link.samples_missed for link in self._links.values())

    def _arrived(self, frame: Frame) -> None:
        # A picture that a check's closer one overtakes is no gap in what was watched.
        if self._queue.put(frame) and not self._attention.wants(frame.camera_id):
            self._lose(frame.camera_id, MISSED_OVERTAKEN)

    def _lose(self, camera_id: str, why: str) -> None:
        with self._counting:
            self._unexamined += 1
        self._meter.missed(camera_id, why)

    def _not_read(self, camera_id: str, samples: int) -> None:
        self._meter.missed(camera_id, MISSED_NOT_READ, samples)

    def _link_changed(self, camera_id: str, state: LinkState, text: str, at: datetime) -> None:
        self._meter.link(camera_id, state)
        self._pacer.forget(camera_id)
        log.info("camera_link", camera=camera_id, state=state.value, what=text)
        if state in (LinkState.BACKING_OFF, LinkState.STALE):
            reason = self._links[camera_id].blinded_by
            self._room.offline(camera_id, reason)
            self._shelf.offline(camera_id, state.value, reason, at)
        elif state is LinkState.RESTING:
            self._room.offline(camera_id, Reason.NOT_WATCHED)
            self._shelf.offline(camera_id, state.value, Reason.NOT_WATCHED, at)
        elif state is LinkState.LIVE:
            self._room.offline(camera_id, None)

    def _work(self) -> None:
        while (frame := self._queue.take()) is not None:
            try:
                self._examine(frame)
            except Exception:  # a worker outlives any one picture; it is then a missed sample
                self._lose(frame.camera_id, MISSED_FAILED)
                log.exception("examine_failed", camera=frame.camera_id)
            finally:
                self._queue.done(frame.camera_id)

    def _examine(self, frame: Frame) -> None:
        jpeg = frame.jpeg or encode(frame.image)
        fault = None
        wanted = self._attention.wants(frame.camera_id)
        if wanted or self._watched(frame.camera_id, frame.taken_at):
            fault = self._take(frame, jpeg)
        else:
            self._room.offline(frame.camera_id, Reason.NOT_WATCHED)
            self._pacer.idle(frame.camera_id)
        try:
            self._shelf.show(frame, jpeg, fault)
        except StorageError as error:  # the wall may go stale; the watch may not stop
            log.warning("shelf_failed", camera=frame.camera_id, error=str(error))

    def _take(self, frame: Frame, jpeg: bytes) -> Reason | None:
        started = self._stopwatch()
        doubtful = self._room.doubtful(frame.camera_id)
        if self._pacer.keeps(frame.camera_id):
            known = self._room.presences_of(frame.camera_id)
            doubtful |= self._pacer.overdue(frame.camera_id, known, frame.taken_at)
        desk = self._posts[frame.camera_id].desk
        if self._attention.forces(frame.camera_id, frame.taken_at):
            doubtful = desk.windows
        examined = desk.examine(frame, doubtful)
        refused = self._room.take(frame.camera_id, examined, jpeg)
        self._note_pace(examined)
        if refused:
            log.warning("older_than_known", camera=frame.camera_id, windows=refused)
        if self._witness is not None:
            self._witness(examined, jpeg)
        self._meter.examined(examined, self._stopwatch() - started)
        return examined.fault

    def _note_pace(self, examined: Examined) -> None:
        camera_id = examined.frame.camera_id
        if not self._pacer.keeps(camera_id):
            return
        looks = {window: one.look for window, one in examined.evidence.items()}
        self._pacer.see(camera_id, looks, self._room.presences_of(camera_id))
