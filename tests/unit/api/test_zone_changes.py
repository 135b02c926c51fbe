"""Drawn zones put over the settings, their history, and what the watch makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from api.settings.domain import windows_of
from api.zone_changes import (
    RESTS_S,
    ZoneNews,
    history_of,
    kept_memory,
    newest,
    save_zones,
    zoned_now,
)
from models.domain.errors import ForbiddenMove, InputError
from models.domain.geometry import Polygon
from models.domain.hall import Coverage
from models.domain.presence import Presence
from models.domain.zones import Wish
from models.storage.record import Record
from tests.fakes_web import MORNING, opened_parts, settings_of, town
from vision.watch_room import Memory

WIDER = Polygon(((0.05, 0.1), (0.5, 0.1), (0.5, 0.95), (0.05, 0.95)))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Settings, Record]]:
    parts, record = opened_parts(tmp_path)
    yield parts.settings, record
    record.close()


def wish(version: int = 1, **changed: object) -> Wish:
    values: dict[str, object] = {
        "window_id": "w01-1",
        "polygon": WIDER,
        "coverage": Coverage.FULL,
        "required": 1,
        "seats": 1,
        "based_on": version,
    }
    return Wish(**values | changed)  # type: ignore[arg-type]


def save(settings: Settings, record: Record, *wishes: Wish) -> list[str]:
    with record.make_uow() as uow:
        done = save_zones(uow, settings, "c01", wishes, now=MORNING, by="admin")
        uow.commit()
    return done


def test_a_saved_zone_is_in_force_under_the_next_version_and_another_hash(
    house: tuple[Settings, Record],
) -> None:
    settings, record = house
    assert save(settings, record, wish()) == ["w01-1"]
    now = zoned_now(settings, record.make_uow)
    (view,) = now.windows["w01-1"].views
    assert (view.version, view.polygon) == (2, WIDER.points)
    assert now.windows["w01-2"] == settings.windows["w01-2"]
    assert now.settings_hash() != settings.settings_hash()
    assert now.data_path == settings.data_path


def test_a_file_whose_version_is_raised_rules_again(
    house: tuple[Settings, Record], tmp_path: Path
) -> None:
    settings, record = house
    save(settings, record, wish())
    values = town(tmp_path)
    values["windows"]["w01-1"]["views"][0]["version"] = 2
    raised = settings_of(values, tmp_path)
    assert zoned_now(raised, record.make_uow) is raised


def test_nothing_is_lost_where_two_people_draw_at_once(house: tuple[Settings, Record]) -> None:
    settings, record = house
    save(settings, record, wish())
    with pytest.raises(ForbiddenMove):
        save(settings, record, wish(1, required=2))
    save(settings, record, wish(2, required=2))
    with record.make_uow(read_only=True) as uow:
        history = history_of(uow, "w01-1", "c01")
    assert [view.version for _, view in history] == [3, 2]
    assert {row.by for row, _ in history} == {"admin"}


def test_one_wrong_zone_saves_none_of_the_call(house: tuple[Settings, Record]) -> None:
    settings, record = house
    with pytest.raises(InputError):
        save(settings, record, wish(), wish(window_id="w02-1"))
    with record.make_uow(read_only=True) as uow:
        assert newest(uow) == 0


def test_the_watch_waits_until_nobody_draws_any_more(house: tuple[Settings, Record]) -> None:
    settings, record = house
    news = ZoneNews(record.make_uow, 0)
    assert not news.due(0.0)
    save(settings, record, wish())
    assert not news.due(1.0)
    save(settings, record, wish(2, required=2))
    assert not news.due(RESTS_S)
    assert not news.due(RESTS_S + 9.0)
    assert news.due(2 * RESTS_S)


def test_what_was_seen_through_another_zone_is_forgotten_and_nothing_else(
    house: tuple[Settings, Record],
) -> None:
    settings, record = house
    seen = Presence()
    memory = Memory({("w01-1", "c01"): seen, ("w01-2", "c01"): seen})
    save(settings, record, wish())
    now = zoned_now(settings, record.make_uow)
    kept = kept_memory(memory, settings.hashed(), windows_of(now).values())
    assert set(kept.presences) == {("w01-2", "c01")}
    assert kept_memory(memory, {}, windows_of(now).values()) is memory
    same = kept_memory(memory, settings.hashed(), windows_of(settings).values())
    assert set(same.presences) == set(memory.presences)
