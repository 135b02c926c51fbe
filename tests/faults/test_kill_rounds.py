"""Kill -9 of `schedule`, `watch` and the database: every planned check ends exactly once.

Ordinarily a few rounds; `make faults` runs as many as FAULT_ROUNDS says, on each database.
The watch's pictures come over HTTP and are looked at by the real detector.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.installation import Camera, Installation, settings_of
from tests.faults.own_postgres import OwnPostgres, own_postgres
from tests.faults.report import Seen
from tests.faults.rounds import Figures, run_rounds
from tests.servers.pictures import serving
from tests.storage_fixtures import DATABASES

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))
SEED = int(os.environ.get("FAULT_SEED", "20261124"))

pytestmark = [pytest.mark.weights, pytest.mark.slow, pytest.mark.timeout(600 * max(ROUNDS, 1))]


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest) -> Iterator[OwnPostgres | None]:
    """A PostgreSQL of this test, None for SQLite."""
    if request.param == "sqlite":
        yield None
        return
    with own_postgres() as started:
        yield started


def test_every_planned_check_ends_exactly_once_whatever_is_killed(
    server: OwnPostgres | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    told: Callable[[Seen], None],
) -> None:
    camera = Camera()

    def tell(line: str) -> None:
        with capsys.disabled():
            print(line, flush=True)

    with serving(camera.now) as address:
        file = settings_of(tmp_path, address, [])
        url = server.url if server else ""
        days = Installation(tmp_path, file, url, camera).made()[:ROUNDS]
        file = settings_of(tmp_path, address, days)
        installation = Installation(tmp_path, file, url, camera)
        try:
            figures = run_rounds(installation, server, days, tell, SEED)
        finally:
            installation.kill_all()
    told(seen_of(figures, "PostgreSQL" if server else "SQLite"))
    assert len(days) == figures.rounds == ROUNDS
    assert figures.kills["schedule"] and figures.kills["watch"] and figures.kills["database"]
    assert (figures.lost, figures.doubled, figures.wrong) == (0, 0, [])


def seen_of(figures: Figures, database: str) -> Seen:
    """The rounds as a line of the report; every absence in them is a real one."""
    wrong = [f"{figures.lost} lost"] if figures.lost else []
    wrong += [f"{figures.doubled} doubled"] if figures.doubled else []
    return Seen(
        f"kill -9 at random moments ({database})",
        f"{figures.rounds} accelerated days; killed: "
        + ", ".join(f"{name} {count} times" for name, count in sorted(figures.kills.items())),
        f"{figures.planned} planned checks, each ended once: "
        + ", ".join(f"{state} {count}" for state, count in sorted(figures.states.items()))
        + f"; {figures.findings} findings, chains verified after every day",
        None,
        0,
        "; ".join([*wrong, *figures.wrong]) or "held",
    )
