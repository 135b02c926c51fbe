from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from api.doctor import Verdict
from api.doctor_schedule import check_jobs, check_key, check_lease, examine_schedule
from api.plan_keys import PLAN_KEY, plan_key
from api.settings import load_settings
from models.domain.lease import Lease
from models.domain.ports_jobs import JobRow, Outcome
from models.storage.record import open_record
from tests.builders import NINE, at
from tests.schedule_town import write_settings


def test_a_lease_that_beats_is_good_and_anything_else_is_told() -> None:
    held = Lease("host:1", 3, 9, NINE)
    assert check_lease(held, at(5)).verdict is Verdict.OK
    assert check_lease(held, at(-30)).verdict is Verdict.OK
    for lease, now in ((held, at(90)), (None, NINE), (Lease("", 3, 9, NINE), at(1))):
        told = check_lease(lease, now)
        assert told.verdict is Verdict.WARN
        assert "onpost schedule" in told.mend


def test_a_job_that_failed_is_named() -> None:
    good = JobRow("a", 1.0, NINE, NINE, 0.1, Outcome.DONE)
    bad = JobRow("b", 1.0, NINE, NINE, 0.1, Outcome.FAILED, "StorageError")
    (told,) = check_jobs([good, bad, JobRow("c", 1.0, NINE)])
    assert (told.name, told.verdict) == ("job b", Verdict.WARN)
    assert "StorageError" in told.en


def test_a_key_that_others_can_read_or_that_is_gone_fails(tmp_path: Path) -> None:
    settings = load_settings(write_settings(tmp_path))
    settings.data_path.mkdir()
    assert check_key(settings).verdict is Verdict.FAIL
    plan_key(settings, create=True)
    assert check_key(settings).verdict is Verdict.OK
    (settings.data_path / PLAN_KEY).chmod(0o644)
    assert check_key(settings).verdict is Verdict.FAIL


def test_an_installation_that_never_ran_says_nothing_and_one_without_a_schedule_says_so(
    tmp_path: Path,
) -> None:
    settings = load_settings(write_settings(tmp_path))
    assert list(examine_schedule(settings, NINE)) == []
    open_record(settings.data_path).close()
    assert [one.verdict for one in examine_schedule(settings, NINE + timedelta(1))] == [
        Verdict.WARN
    ]
