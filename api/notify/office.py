"""The thread in which a process sends (发件线程): no request and no round of the watch waits."""

from __future__ import annotations

import threading
from typing import Final

import structlog

from api.notify.postman import Postman
from models.domain.errors import StorageError
from models.domain.ports import Clock

log = structlog.get_logger("onpost.notify")

EVERY_S: Final = 2.0
STOP_WITHIN_S: Final = 3.0


class PostOffice:
    """Lets a postman go round until it is stopped.

    Args:
        postman: Who goes.
        clock: Real time.
        every_s: Seconds between rounds that find nothing to do.
    """

    def __init__(self, postman: Postman, clock: Clock, every_s: float = EVERY_S) -> None:
        self._postman = postman
        self._clock = clock
        self._every = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="post-office", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """No round begins from here on; one under way that takes longer is left behind, and
        what it holds is sent by the next process once its claim has lapsed."""
        self._stop.set()
        self._thread.join(STOP_WITHIN_S)

    def _run(self) -> None:
        busy = False
        while not self._stop.wait(0.0 if busy else self._every):
            busy = self._round()

    def _round(self) -> bool:
        try:
            done = self._postman.round(self._clock.now())
        except StorageError as error:
            log.warning("post_failed", error=str(error))
        except Exception:  # one notice that cannot be told must not silence all others
            log.exception("post_failed")
        else:
            return bool(done.routed or done.sent)
        return False
