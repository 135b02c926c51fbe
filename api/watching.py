"""The process that watches: starts the engine, keeps the record, leaves word on the shelf."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

import structlog

from api.behaviour import keep_clues
from api.duty_record import in_force
from api.logs import set_up_logging
from api.settings import Settings
from api.steady_clock import ClockNews
from api.wiring_watch import WatchParts, watch_parts
from models.domain.errors import OnPostError, StorageError
from models.domain.lease import LeaseLost
from models.domain.records import FindingRecord
from vision.camera_link import LinkState

log = structlog.get_logger("onpost.watch")

ROUND_S: Final = 2.0
"""Real seconds between rounds of the record: how soon a finding is registered (即时登记)."""

_NO_MEMORY: Final = (
    "内存不足,监看进程结束并将重新启动;已登记的内容不受影响。请增加内存或减少摄像机。 / "
    "out of memory: the watch ends and is to be started again; what is registered stands. "
    "Give it more memory or fewer cameras.\n"
).encode()

STOP_WITHIN_S: Final = 10.0
AGAIN_S: Final = 5.0


def run(settings: Settings) -> None:
    """Watch until SIGTERM or SIGINT; whatever ends it, cameras and record are released.

    Raises:
        OnPostError: something needed is missing or wrong, or another process watches already.
    """
    set_up_logging(settings.log.level, settings.log.format)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with alone(settings):
        parts = watch_parts(settings)
        try:
            while watch(parts, stop):
                parts.record.close()
                parts = _taken_again(settings, parts, stop)
        except MemoryError:
            os.write(2, _NO_MEMORY)  # a log line would need some
            raise SystemExit(1) from None
        finally:
            parts.close()


def _taken_again(settings: Settings, parts: WatchParts, stop: threading.Event) -> WatchParts:
    """The parts around what was drawn; the detector stays. Tries until it works or is stopped."""
    while True:
        try:
            return watch_parts(settings, parts.detector)
        except OnPostError as error:
            log.warning("cannot_go_on", error=str(error))
            if stop.wait(AGAIN_S):
                raise


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the installation's watch lock: two that watch would register everything twice.

    Raises:
        StorageError: another process holds it.
    """
    file = settings.data_path / "watch.lock"
    with file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageError(
                "已有一个 onpost watch 进程在使用此数据文件夹;请先停止它,或另设 data_dir。",
                "another `onpost watch` uses this data folder; stop it first, or set another "
                "data_dir.",
                where=str(file),
            ) from None
        yield


def watch(parts: WatchParts, stop: threading.Event) -> bool:
    """Run the engine and the rounds until `stop` is set, then a last round.

    Returns:
        True where it is to begin again: with zones that were drawn, or by a clock that was set.
    """
    again, clock = False, ClockNews(parts.clock)
    # What nobody watched until now becomes UNKNOWN before anything else.
    one_round(parts, claims=False)
    parts.engine.start()
    parts.inspector.take_up(parts.clock.now())
    log.info("watching", cameras=len(parts.settings.cameras), windows=len(parts.room.windows))
    try:
        while not again and not stop.wait(ROUND_S):
            one_round(parts)
            again = _zones_due(parts) or clock.due()
            _require_links(parts)
    finally:
        if not parts.engine.stop(STOP_WITHIN_S):
            log.warning("threads_left", what="some camera threads did not end in time")
        one_round(parts, claims=False)
        log.info("stopped")
    return again


def _zones_due(parts: WatchParts) -> bool:
    """Whether to begin again with other zones; not while a roster file is wrong."""
    try:
        due = parts.zones.due(time.monotonic())
        if due:
            in_force(parts.settings, None)
    except OnPostError as error:
        log.warning("zones_wait", error=str(error))
        return False
    if due:
        log.info("zones_changed", what="the watch takes the zones that were drawn")
    return due


def _require_links(parts: WatchParts) -> None:
    """A camera's thread that ended (out of memory) is mended by a new process alone.

    Raises:
        LinkEnded: some did; `onpost up` starts the watch again.
    """
    ended = [one.camera_id for one in parts.engine.links if one.state is LinkState.CLOSED]
    if ended:
        error = LinkEnded(ended)
        log.error("links_ended", error=str(error))
        raise error


class LinkEnded(Exception):
    """Cameras that nobody reads any more though the watch runs."""

    def __init__(self, cameras: list[str]) -> None:
        super().__init__(
            f"摄像机 {', '.join(cameras)} 的读取线程意外结束,监看进程将重新启动。 / "
            f"the threads of cameras {', '.join(cameras)} ended; the watch is to start again."
        )


def one_round(parts: WatchParts, *, claims: bool = True) -> None:
    """One round of the record and word on the shelf; a round that fails is told again.

    Args:
        parts: What is running.
        claims: Whether spot checks that are due are begun.

    Raises:
        LeaseLost: another process watches these halls now (on a cluster); nothing was written.
        MemoryError: there is none left; nothing was written.
    """
    now = parts.clock.now()
    try:
        if parts.news.take():
            log.info("duty_renewed", roster=parts.news.mark[0], rows=parts.news.mark[1])
        done = parts.keeper.keep(now)
        parts.room.forget_before(parts.desk.day_start(now))
        for clue in _clues(parts, now):
            log.info("clue", key=clue.key, kind=clue.kind)
        for row in done.findings:
            log.info(
                "finding", key=row.key, kind=row.kind, ended=row.ended, at_least_s=row.proven_s
            )
        parts.inspector.round(now, claims=claims)
        parts.cameras.round(parts.room.conditions(), now, parts.room.hidden())
    except (LeaseLost, MemoryError):  # only a new process has memory again
        raise
    except StorageError as error:
        log.warning("round_failed", error=str(error))
    except Exception:  # the watch outlives any one round; nothing of it was committed
        log.exception("round_failed")
    with suppress(StorageError):  # the wall shows that no word came
        parts.clerk.refresh(now)
        _leave_word(parts)


def _clues(parts: WatchParts, now: datetime) -> list[FindingRecord]:
    record = parts.record
    return keep_clues(
        parts.clues,
        parts.desk.windows,
        record.evidence,
        record.make_uow,
        proof=parts.proof,
        now=now,
    )


def _leave_word(parts: WatchParts) -> None:
    parts.shelf.note_process(
        parts.place.word,
        {
            "real": time.time(),
            "at": parts.clock.now().isoformat(),
            "metrics": parts.meter.text(),
            "samples_due": parts.engine.samples_due,
            "samples_missed": parts.engine.samples_missed,
        },
    )
