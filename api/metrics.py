"""Prometheus metrics: what is counted while watching, and what the web adds at each scrape.

The process that watches leaves its metrics on the frame shelf; the web shows them with its
own, so that one address, `/metrics`, has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from api.board import Board
from models.domain.presence import State

WATCH = "watch"
"""Name under which the process that watches leaves word on the shelf."""

LINK_STATES = ("connecting", "live", "stale", "backing_off", "resting", "closed")
DETECT_BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)


class ExaminedPicture(Protocol):
    """A picture's sightings, one a window that was looked at."""

    @property
    def sightings(self) -> Sized: ...


class WatchMeter:
    """What is counted while watching cameras."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._detect = Histogram(
            "onpost_detect_seconds",
            "Real seconds to examine one picture, waiting not counted",
            buckets=DETECT_BUCKETS,
            registry=self._registry,
        )
        self._missed = Counter(
            "onpost_samples_missed",
            "Samples that were due and not looked at",
            ["camera", "why"],
            registry=self._registry,
        )
        self._examined = Counter(
            "onpost_pictures_examined", "Pictures examined", registry=self._registry
        )
        self._moves = Counter(
            "onpost_camera_moves", "Moves of camera links", ["state"], registry=self._registry
        )

    def missed(self, camera_id: str, why: str, samples: int = 1) -> None:
        """Samples of a camera that were due and not looked at, and why."""
        self._missed.labels(camera_id, why).inc(samples)

    def examined(self, examined: ExaminedPicture, seconds: float) -> None:
        """One picture was examined in so many real seconds."""
        self._examined.inc()
        if len(examined.sightings):
            self._detect.observe(seconds)

    def link(self, camera_id: str, state: str) -> None:  # noqa: ARG002  all cameras together
        """A camera's link changed."""
        self._moves.labels(str(state)).inc()

    def text(self) -> str:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry).decode()


class BoardCollector:
    """Works the gauges out of the board when Prometheus asks."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def collect(self) -> Iterable[Metric]:
        """Gauges of cameras and windows, counts of findings, whether watching goes on."""
        sight = self._board.sight
        age = GaugeMetricFamily(
            "onpost_camera_frame_age_seconds", "Age of the newest picture", labels=["camera"]
        )
        link = GaugeMetricFamily(
            "onpost_camera_state", "1 for the camera's state", labels=["camera", "state"]
        )
        for camera in sight.cameras:
            if camera.frame_age_s is not None:
                age.add_metric([camera.id], camera.frame_age_s)
            for state in LINK_STATES:
                link.add_metric([camera.id, state], float(camera.link == state))
        window_state = GaugeMetricFamily(
            "onpost_window_state", "1 for the window's state", labels=["window", "state"]
        )
        for window in sight.windows:
            for kind in State:
                window_state.add_metric([window.id, kind], float(window.state is kind))
        findings = CounterMetricFamily(
            "onpost_findings", "Findings registered", labels=["kind", "verdict"]
        )
        for (kind_name, verdict), count in sight.finding_counts.items():
            findings.add_metric([kind_name, verdict], count)
        watching = GaugeMetricFamily("onpost_watching", "1 while cameras are watched")
        watching.add_metric([], float(sight.watching))
        heartbeat = GaugeMetricFamily(
            "onpost_schedule_heartbeat_age_seconds",
            "Since the schedule's lease last gave a sign of life; absent while nobody holds it",
        )
        if sight.schedule_age_s is not None:
            heartbeat.add_metric([], sight.schedule_age_s)
        return [age, link, window_state, findings, watching, heartbeat]


def exposition(board: Board) -> bytes:
    """Everything for `/metrics`: the web's gauges, then what the watching process left."""
    registry = CollectorRegistry()
    registry.register(BoardCollector(board))
    return generate_latest(registry) + board.sight.watch_metrics.encode()
