"""The watch as it is run, while a power cut is registered beside it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from api.clock import SimulatedClock
from api.settings import load_settings
from models.storage.record import open_existing_record
from tests.acceptance.town import onpost
from tests.integration.test_watch_process import (
    SPEED,
    START,
    settings_file,
    wait_for,
    watching,
)
from tests.servers.pictures import serving

pytestmark = [pytest.mark.weights, pytest.mark.slow, pytest.mark.timeout(200)]


def test_a_power_cut_registered_while_it_watches_exempts_what_stands(tmp_path: Path) -> None:
    anchor = time.time()
    log = tmp_path / "watch.log"
    with serving(SimulatedClock(START, SPEED, anchor).now) as address:
        file = settings_file(tmp_path, address, anchor)
        with watching(file, log) as process:
            wait_for(log, "finding", 2)
            done = onpost(
                *("stop", "add", "--window", "w1", "--kind", "停电", "--approver", "值班主任"),
                *("--from", "2026-11-23 08:30", "--to", "2026-11-23 12:00", "-s", file),
            )
            assert done.code == 0, done.err
            wait_for(log, "duty_renewed", 1)
            wait_for(log, "finding", 3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    settings = load_settings(file)
    record = open_existing_record(settings.data_path, settings.database_url)
    try:
        with record.make_uow(read_only=True) as uow:
            states = {row.window_id: row.state for row in uow.findings.list()}
            (entry,) = uow.register.find(kind="finding_exempted")
            imported = [(one.number, one.file_name) for one in uow.rosters.list()]
    finally:
        record.close()
    assert states == {"w1": "exempted", "w2": "to_verify"}
    assert entry.payload["reference"] == done.out.split()[0]
    assert imported == [(1, "shifts.csv")], "the file of the settings is a version"
