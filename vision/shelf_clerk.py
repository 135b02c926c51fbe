"""Lays each camera's newest picture on the frame shelf, with what the watch room says of it."""

from __future__ import annotations

from datetime import datetime

from models.domain.presence import Reason
from vision.frame import Frame
from vision.frame_shelf import FrameShelf, ShelfMeta, WindowOnShelf, thumbnail_of
from vision.watch_room import WatchRoom


class ShelfClerk:
    """Keeps the shelf current.

    Args:
        shelf: The shelf.
        room: Says every window's state.
    """

    def __init__(self, shelf: FrameShelf, room: WatchRoom) -> None:
        self._shelf = shelf
        self._room = room
        self._silent: dict[str, tuple[str, Reason]] = {}

    def show(self, frame: Frame, jpeg: bytes, fault: Reason | None) -> None:
        """Replace the camera's picture, thumbnail and data.

        Raises:
            StorageError: the thumbnail cannot be made, or the shelf not be written.
        """
        self._silent.pop(frame.camera_id, None)
        meta = ShelfMeta(
            camera_id=frame.camera_id,
            noted_at=frame.taken_at,
            taken_at=frame.taken_at,
            link="live",
            reason=fault,
            windows=self._windows(frame.camera_id),
        )
        self._shelf.put(frame.camera_id, jpeg, thumbnail_of(frame.image), meta)

    def offline(self, camera_id: str, link: str, reason: Reason, at: datetime) -> None:
        """The camera gives no pictures; its last one stays and grows old.

        Raises:
            StorageError: the shelf cannot be written.
        """
        self._silent[camera_id] = (link, reason)
        self._note(camera_id, at)

    def refresh(self, now: datetime) -> None:
        """Say anew what silent cameras' windows have become; pictures that are too old go.

        Raises:
            StorageError: the shelf cannot be written.
        """
        self._shelf.sweep()
        for camera_id in list(self._silent):
            self._note(camera_id, now)

    def _note(self, camera_id: str, now: datetime) -> None:
        silent = self._silent.get(camera_id)
        if silent is None:
            return
        before = self._shelf.meta(camera_id)
        self._shelf.note(
            ShelfMeta(
                camera_id=camera_id,
                noted_at=now,
                taken_at=before.taken_at if before else None,
                link=silent[0],
                reason=silent[1],
                windows=self._windows(camera_id),
            )
        )

    def _windows(self, camera_id: str) -> dict[str, WindowOnShelf]:
        return {
            window: WindowOnShelf(reading.state, reading.reason, reading.since, reading.p)
            for window, reading in self._room.readings_of(camera_id).items()
        }
