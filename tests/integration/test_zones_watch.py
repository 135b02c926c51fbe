"""Zones that are drawn while the watch runs rule it from then on, without anybody starting it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.clock import SimulatedClock
from api.settings import load_settings
from api.zone_changes import save_zones
from models.domain.geometry import Polygon
from models.domain.hall import Coverage
from models.domain.presence import Reason
from models.domain.zones import Wish
from models.storage.record import open_existing_record, open_record
from tests.integration.test_watch_process import START, settings_file, wait_for, watching
from tests.servers.pictures import serving

pytestmark = [pytest.mark.weights, pytest.mark.slow, pytest.mark.timeout(300)]

MOVED = Polygon(((0.05, 0.05), (0.5, 0.05), (0.5, 0.95), (0.05, 0.95)))


def test_the_watch_takes_a_zone_by_itself_and_its_findings_name_the_version(
    tmp_path: Path,
) -> None:
    anchor = time.time()
    log = tmp_path / "watch.log"
    with serving(SimulatedClock(START, 60.0, anchor).now) as address:
        file = settings_file(tmp_path, address, anchor)
        settings = load_settings(file)
        open_record(settings.data_path, settings.database_url).close()
        with watching(file, log):
            wait_for(log, "watching", 1)
            drawn_at = SimulatedClock(START, 60.0, anchor).now()
            record = open_existing_record(settings.data_path, settings.database_url)
            with record.make_uow() as uow:
                wish = Wish("w1", MOVED, Coverage.FULL, 1, 1, based_on=1)
                save_zones(uow, settings, "cam1", [wish], now=drawn_at, by="admin")
                uow.commit()
            record.close()
            wait_for(log, "zones_changed", 1)
            wait_for(log, "watching", 2)
            taken_at = SimulatedClock(START, 60.0, anchor).now()
            wait_for(log, "finding", 2)
            _await_version(settings_file_record(file), taken_at)


def settings_file_record(file: Path) -> tuple[Path, str]:
    settings = load_settings(file)
    return settings.data_path, settings.database_url


def _await_version(place: tuple[Path, str], taken_at: datetime) -> None:
    """A finding of w1 is written with zone version 2, and w1 was UNKNOWN when it was redrawn."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        record = open_existing_record(*place)
        with record.make_uow(read_only=True) as uow:
            entries = [
                entry
                for entry in uow.register.entries()
                if entry.payload.get("window") == "w1" and "zones" in entry.payload
            ]
            spans = uow.spans.between("w1", taken_at - timedelta(minutes=5), taken_at)
        record.close()
        if any(entry.payload["zones"] == {"cam1": 2} for entry in entries):
            assert any(span.reason is Reason.NOT_YET_LOOKED for span in spans), spans
            return
        time.sleep(0.5)
    raise AssertionError([entry.payload.get("zones") for entry in entries])
