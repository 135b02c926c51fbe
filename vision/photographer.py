"""Takes the pictures that an entry needs: masked, stored and safe before the entry is written."""

from __future__ import annotations

from collections.abc import Iterator

from models.domain.hall import Window
from models.domain.ports import EvidenceStore
from models.domain.records import EvidenceKind, EvidencePicture
from vision.evidence import picture
from vision.sources.pictures import decode_jpeg
from vision.watch_room import Picture, Pictures, WatchRoom


class Photographer:
    """Masks and stores a window's pictures; only the window's own staff zone stays visible.

    Args:
        room: Holds the pictures.
        store: Where they are kept for good.
    """

    def __init__(self, room: WatchRoom, store: EvidenceStore) -> None:
        self._room = room
        self._store = store

    def __call__(self, window: Window) -> list[EvidencePicture]:
        """The last sighting, the first empty picture and the newest one, of each view.

        Raises:
            StorageError: the store cannot be written; nothing is registered then.
        """
        return [
            self._keep(window, shot, kind)
            for pictures in self._room.pictures(window.id)
            for shot, kind in _telling(pictures)
        ]

    def _keep(self, window: Window, shot: Picture, kind: EvidenceKind) -> EvidencePicture:
        view = window.view_of(shot.camera_id)
        image = decode_jpeg(shot.jpeg, shot.camera_id)
        data = picture(image, [view.polygon] if view else [])
        stored = self._store.put(data, shot.taken_at)
        return EvidencePicture(
            sha256=stored.sha256,
            path=stored.path,
            bytes=stored.bytes,
            taken_at=shot.taken_at,
            camera_id=shot.camera_id,
            window_id=window.id,
            kind=kind,
            zone_version=view.version if view else 0,
            width=int(image.shape[1]),
            height=int(image.shape[0]),
        )


def _telling(pictures: Pictures) -> Iterator[tuple[Picture, EvidenceKind]]:
    if pictures.before:
        yield pictures.before, EvidenceKind.BEFORE
    at_start, newest = pictures.first_empty, pictures.newest
    if at_start:
        yield at_start, EvidenceKind.AT
    if newest and (at_start is None or newest.taken_at != at_start.taken_at):
        yield newest, EvidenceKind.AT
