"""One still as evidence of one window: masked, stored, safe before anything names it."""

from __future__ import annotations

from datetime import datetime

from models.domain.hall import Window
from models.domain.ports import EvidenceStore
from models.domain.records import EvidenceKind, EvidencePicture
from vision.evidence import picture
from vision.frame import Image


def keep_still(
    store: EvidenceStore, image: Image, window: Window, camera_id: str, taken_at: datetime
) -> EvidencePicture:
    """Mask and store a picture of a window.

    Args:
        store: Where it is kept for good.
        image: Pixels, (height, width, 3) BGR, unmasked.
        window: Its staff zone in that camera stays visible, nothing else.
        camera_id: The camera that took it; one that does not see the window masks everything.
        taken_at: When, aware.

    Raises:
        StorageError: the store cannot be written.
    """
    view = window.view_of(camera_id)
    stored = store.put(picture(image, [view.polygon] if view else []), taken_at)
    return EvidencePicture(
        sha256=stored.sha256,
        path=stored.path,
        bytes=stored.bytes,
        taken_at=taken_at,
        camera_id=camera_id,
        window_id=window.id,
        kind=EvidenceKind.AT,
        zone_version=view.version if view else 0,
        width=int(image.shape[1]),
        height=int(image.shape[0]),
    )
