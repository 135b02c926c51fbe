"""What the shards of a cluster leave becomes what one watch would have left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from api.metrics import WatchMeter
from tests.builders import NINE
from vision.frame_shelf import FrameShelf, ShelfMeta, etag_of

pytest.importorskip("ray")

from api.watching_ray import summed
from api.wiring_ray import show, shown_of

JPEG, THUMB = b"picture", b"thumbnail"


def meta(second: int, link: str = "live") -> ShelfMeta:
    at = NINE + timedelta(seconds=second)
    return ShelfMeta("c1", at, at, link)


def test_metrics_of_several_processes_add_up_by_their_labels() -> None:
    first, second = WatchMeter(), WatchMeter()
    first.missed("c1", "not_read", 2)
    second.missed("c2", "not_read")
    for meter in (first, second):
        meter.link("c1", "live")
    lines = summed([first.text(), second.text()]).splitlines()
    assert 'onpost_samples_missed_total{camera="c1",why="not_read"} 2.0' in lines
    assert 'onpost_samples_missed_total{camera="c2",why="not_read"} 1.0' in lines
    assert 'onpost_camera_moves_total{state="live"} 2.0' in lines
    assert sum(line.startswith("# TYPE onpost_samples_missed") for line in lines) == 1


def test_a_picture_travels_once_and_an_older_one_never_takes_its_place(tmp_path: Path) -> None:
    node, web = FrameShelf(tmp_path / "node"), FrameShelf(tmp_path / "web")
    assert shown_of(node, "c1", ("", "")) is None
    node.put("c1", JPEG, THUMB, meta(0))
    one = shown_of(node, "c1", ("", ""))
    assert one is not None
    show(web, one)
    taken = web.latest("c1")
    assert taken is not None
    assert (taken.data, taken.etag) == (JPEG, etag_of(JPEG))
    seen = one.meta.noted_at.isoformat(), one.meta.latest_etag
    assert shown_of(node, "c1", seen) is None

    node.note(meta(5, "backing_off"))
    two = shown_of(node, "c1", seen)
    assert two is not None
    assert two.jpeg == b""
    show(web, two)
    show(web, one)
    kept, picture = web.meta("c1"), web.latest("c1")
    assert kept is not None
    assert picture is not None
    assert (kept.link, picture.data) == ("backing_off", JPEG)
