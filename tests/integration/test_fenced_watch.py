"""A hall is watched by whoever holds its lease: what comes late is refused, whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.settings import Settings, parse_settings
from api.wiring_ray import part_of, require_cluster_settings, shards_in, take_halls
from api.wiring_watch import Base, Place, WatchParts, parts_around, zone_news
from models.domain.errors import SettingsError
from models.domain.lease import LeaseLost, hall_lease
from models.domain.records import LiveAlert
from models.storage.record import Record
from tests.builders import NINE, at
from tests.fakes_clock import StillClock
from tests.fakes_detectors import painted
from vision.detectors.scripted import ScriptedDetector

HALF = "[[0.1, 0.1], [0.45, 0.1], [0.45, 0.9], [0.1, 0.9]]"
TWO_HALLS = f"""
halls:
  h1: {{name: 一号厅}}
  h2: {{name: 二号厅, place: west}}
cameras:
  c1: {{hall: h1, name: 一, source: "http://127.0.0.1:9/1.jpg"}}
  c2: {{hall: h2, name: 二, source: "http://127.0.0.1:9/2.jpg"}}
windows:
  w1: {{hall: h1, name: 1号, views: [{{camera: c1, polygon: {HALF}}}]}}
  w2: {{hall: h2, name: 2号, views: [{{camera: c2, polygon: {HALF}}}]}}
"""


def settings() -> Settings:
    return parse_settings(TWO_HALLS, None, {})


def watch_of(record: Record, *halls: str) -> WatchParts:
    whole, mine = settings(), frozenset(halls)
    held, before = take_halls(record.make_uow, whole, mine)
    fenced = replace(record, make_uow=record.make_uow.fenced_by(held))
    base = Base(
        StillClock(NINE),
        fenced,
        ScriptedDetector(painted()),
        zone_news(record),
        before,
        whole.settings_hash(),
    )
    part = part_of(whole, mine)
    elsewhere = frozenset(whole.windows.keys() - part.windows.keys())
    return parts_around(part, base, Place("watch-1", "watch@cluster/1", elsewhere))


def test_a_late_watch_writes_nothing_of_a_hall_that_another_one_took(record: Record) -> None:
    late, other = watch_of(record, "h1"), watch_of(record, "h2")
    late.keeper.keep(NINE)
    with record.make_uow(read_only=True) as uow:
        before = uow.spans.running(), uow.presences.load()
    new = watch_of(record, "h1")
    with pytest.raises(LeaseLost, match="watch:h1"):
        late.keeper.keep(at(5))
    with record.make_uow(read_only=True) as uow:
        assert (uow.spans.running(), uow.presences.load()) == before
    new.keeper.keep(at(5))
    other.keeper.keep(NINE)
    with record.make_uow(read_only=True) as uow:
        assert set(uow.spans.running()) == {"w1", "w2"}


def test_a_shard_leaves_the_alerts_of_other_halls_alone(record: Record) -> None:
    alert = LiveAlert("w2", "away", NINE, NINE)
    with record.make_uow() as uow:
        uow.alerts.raise_(alert)
        uow.commit()
    one = watch_of(record, "h1")
    one.keeper.take_up(NINE)
    one.keeper.keep(NINE)
    with record.make_uow(read_only=True) as uow:
        assert [row.window_id for row in uow.alerts.open()] == ["w2"]
    two = watch_of(record, "h2")
    two.keeper.take_up(NINE)
    two.keeper.keep(NINE)
    with record.make_uow(read_only=True) as uow:
        assert uow.alerts.open() == []


def test_where_a_hall_is_watched_changes_no_entry() -> None:
    elsewhere = parse_settings(TWO_HALLS.replace("west", "east"), None, {})
    assert settings().settings_hash() == elsewhere.settings_hash()


def test_halls_of_another_place_are_another_shard() -> None:
    assert [(one.halls, one.place) for one in shards_in(settings())] == [
        (("h1",), ""),
        (("h2",), "west"),
    ]


def test_a_file_of_sqlite_or_no_file_of_settings_cannot_be_shared(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="needs PostgreSQL"):
        require_cluster_settings(settings())
    shared = parse_settings("database: postgresql://u@h/d\n", None, {})
    with pytest.raises(SettingsError, match="needs a settings file"):
        require_cluster_settings(shared)
    file = tmp_path / "onpost.yaml"
    named = parse_settings("database: postgresql://u@h/d\n", file, {})
    assert require_cluster_settings(named) == file


def test_a_lease_of_a_hall_with_a_long_id_has_a_name_of_its_own_that_fits() -> None:
    names = {hall_lease(hall) for hall in ("h1", "h" * 34, "h" * 64, "h" * 63 + "i")}
    assert len(names) == 4
    assert all(len(name) <= 40 for name in names)
