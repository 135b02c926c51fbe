"""`onpost watch --engine ray`: starts the shards of a cluster, follows them, gathers their word.

This process may be killed and started again at any moment: the shards go on watching without it
and are found again. Asked to stop, it stops them all.
"""

from __future__ import annotations

import hashlib
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from api.clock import RealClock
from api.duty_record import take_files
from api.logs import set_up_logging
from api.metrics import WATCH
from api.settings import Settings
from api.watching import alone
from api.wiring import make_clock, make_record, make_shelf
from api.wiring_ray import (
    SIGNER,
    ShardBuild,
    Signer,
    require_cluster_settings,
    shards_in,
    show,
    tag_of,
)
from models.domain.errors import StorageError
from vision.engine.ray import RayCluster, RayEngine, Word
from vision.engine.shards import Shard
from vision.frame_shelf import FrameShelf
from vision.ports import Detector

log = structlog.get_logger("onpost.watch")

LOOK_S: Final = 2.0
"""Seconds between looks at the shards."""


def run(
    settings: Settings, address: str, *, detector: Callable[[], Detector] | None = None
) -> None:
    """Watch on a cluster until SIGTERM or SIGINT.

    Args:
        settings: Of the whole installation.
        address: The cluster's, `auto` or `local`.
        detector: Opens another detector than the settings', for tests.

    Raises:
        OnPostError: something needed is missing or wrong, or another process watches already.
    """
    set_up_logging(settings.log.level, settings.log.format)
    require_cluster_settings(settings)
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with alone(settings):
        prepare(settings)
        cluster = RayCluster(address, namespace_of(settings))
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):  # Ray sets its own when it connects
            signal.signal(name, lambda *_: stop.set())
        try:
            keep_watching(settings, cluster, stop, detector=detector)
        finally:
            cluster.close()
    log.info("stopped")


def prepare(settings: Settings) -> None:
    """Bring the record up to date, take the settings' files into it, remove orphans."""
    record = make_record(settings)
    try:
        for fault in record.faults:
            log.error("record_fault", what=str(fault))
        take_files(settings, record.make_uow, make_clock(settings).now())
        if swept := record.sweep(RealClock().now() - timedelta(days=1)):
            log.info("orphans_swept", pictures=swept)
    finally:
        record.close()


def namespace_of(settings: Settings) -> str:
    """Keeps the actors of one record apart from those of another."""
    address = str(settings.public()["database"])
    return f"onpost-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def keep_watching(
    settings: Settings,
    cluster: RayCluster,
    stop: threading.Event,
    *,
    detector: Callable[[], Detector] | None = None,
) -> None:
    """Keep every shard running until `stop` is set, then stop them all."""
    file = require_cluster_settings(settings)
    shelf, tag = make_shelf(settings), tag_of(file)

    def build(shard: Shard) -> ShardBuild:
        return ShardBuild(str(file), tag, shard, detector)

    cluster.kill(SIGNER)  # that of a driver before this one may be on another machine
    while SIGNER in cluster.names() and not stop.wait(0.1):
        pass
    cluster.start(SIGNER, Signer, cluster.here, str(settings.data_path))
    engine = RayEngine(
        cluster, shards_in(settings), build, tag=tag, take=lambda word: _lay(shelf, word)
    )
    engine.take_over()
    told: dict[str, str] = {}
    try:
        while not stop.is_set():
            words = engine.look()
            _tell(words, told)
            _leave_word(settings, shelf, words)
            stop.wait(LOOK_S)
    finally:
        engine.stop()
        cluster.kill(SIGNER)


def _lay(shelf: FrameShelf, word: Word) -> None:
    try:
        for one in word.shown:
            show(shelf, one)
    except StorageError as error:  # the wall may go stale; the watch may not stop
        log.warning("shelf_failed", error=str(error))


def _tell(words: Mapping[str, Word], told: dict[str, str]) -> None:
    """Log each shard's condition once for as long as it lasts."""
    for name, word in words.items():
        said = word.lost or word.fault or ("watching" if word.watching else "starting")
        if told.get(name) != said + word.node:
            told[name] = said + word.node
            log.info("shard", shard=name, node=word.node, what=said)


def _leave_word(settings: Settings, shelf: FrameShelf, words: Mapping[str, Word]) -> None:
    """What one watch of one machine would leave; none where no shard does."""
    watching = [word.values for word in words.values() if word.watching]
    if not watching:
        return
    try:
        shelf.note_process(
            WATCH,
            {
                "real": time.time(),
                "at": make_clock(settings).now().isoformat(),
                "metrics": summed(str(one.get("metrics", "")) for one in watching),
                "samples_due": sum(int(one.get("samples_due", 0)) for one in watching),
                "samples_missed": sum(int(one.get("samples_missed", 0)) for one in watching),
                "shards": len(watching),
            },
        )
    except StorageError as error:
        log.warning("shelf_failed", error=str(error))


def summed(texts: Iterable[str]) -> str:
    """Metrics of several processes as those of one: samples of the same labels added up."""
    families: dict[str, Metric] = {}
    totals: dict[str, dict[Any, float]] = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            if family.name.endswith("_created"):
                continue
            families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            kept = totals.setdefault(family.name, {})
            for sample in family.samples:
                key = sample.name, tuple(sorted(sample.labels.items()))
                kept[key] = kept.get(key, 0.0) + sample.value
    for name, family in families.items():
        for (sample_name, labels), value in totals[name].items():
            family.add_sample(sample_name, dict(labels), value)
    registry = CollectorRegistry()
    registry.register(_Collected(list(families.values())))
    return generate_latest(registry).decode()


class _Collected:
    """Gives what was gathered to a registry."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics
