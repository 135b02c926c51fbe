"""A sender that posts what it holds and then hangs, for tests that kill it there.

`python -m tests.integration.postman_that_hangs URL FOLDER` prints `posted` once it has posted.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from unittest import mock

from api.notify.posting import Poster
from api.wiring_notify import make_postman
from models.storage.record import open_record
from tests.fakes_web import MORNING, settings_of, town


class Hanging(Poster):
    """Posts, says so, and never comes back."""

    def post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        super().post(url, headers, body)
        print("posted", flush=True)
        threading.Event().wait()


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    told = {"hooks": {"allowed_networks": ["127.0.0.0/8"]}}
    settings = settings_of(town(folder) | {"notifications": told}, folder)
    record = open_record(folder / "data", url)
    with mock.patch("api.wiring_notify.Poster", Hanging):
        postman = make_postman(settings, record.make_uow)
    postman.round(MORNING)


if __name__ == "__main__":
    main()
