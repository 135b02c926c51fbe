"""S14: random checks that nobody can foresee, anybody can verify, and no moment is likelier in."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.errors import status_of
from api.plan_keys import PlanKey, plan_key
from models.domain.commitment import DrawRules, HallInputs, PlanInputs
from models.domain.errors import ForbiddenMove, NotYet, StorageError
from models.domain.hours import Session
from models.domain.inspection import CheckKind
from models.domain.inspection_plan import plan_of, plan_text
from models.domain.inspection_tick import Did
from models.domain.random_plan import random_moments
from models.domain.workdays import WorkCalendar
from models.storage.tables import metadata
from tests.acceptance.plan_city import MONDAY, City, Running, at

TUESDAY = MONDAY + timedelta(days=1)
HALLS = [f"h{number:02}" for number in range(1, 40)]
OPEN_MIN, BINS = 390, 13


def sessions(day: date) -> tuple[Session, ...]:
    """08:30–12:00 and 14:30–17:30."""
    opens = at("08:30", day).astimezone(UTC)
    after = at("14:30", day).astimezone(UTC)
    return (
        Session(opens, opens + timedelta(minutes=210)),
        Session(after, after + timedelta(minutes=180)),
    )


def open_minute(moment: datetime, day: date) -> float:
    """Minutes of open time before the moment."""
    minute = (moment - at("08:30", day)).total_seconds() / 60
    return minute if minute < 210 else minute - 150


def workdays(count: int) -> list[date]:
    """The first workdays of 2026 on."""
    calendar, day = WorkCalendar.builtin(), date(2025, 12, 1)
    found: list[date] = []
    while len(found) < count:
        day += timedelta(days=1)
        if calendar.is_workday(day):
            found.append(day)
    return found


def draws(seed: int, days: list[date]) -> Iterator[tuple[date, list[datetime]]]:
    """Each hall's moments of each day, exactly two."""
    for day in days:
        halls = tuple(HallInputs(hall, sessions(day), 2) for hall in HALLS)
        inputs = PlanInputs(day, halls, rules=DrawRules(vary=False))
        found = random_moments(inputs, seed.to_bytes(32, "big"), f"骰子 {seed}")
        yield from ((day, moments) for moments in found.values())


def test_s14_no_half_hour_is_likelier_than_another_on_any_of_twenty_seeds() -> None:
    days = workdays(250)
    for seed in range(1, 21):  # not chosen: the first twenty
        bins = [0] * BINS
        for day, moments in draws(seed, days):
            first, second = (open_minute(one, day) for one in moments)
            assert 0 <= first < OPEN_MIN
            assert second - first >= 30
            for minute in (first, second):
                bins[int(minute // 30)] += 1
        assert sum(bins) == 19_500
        expected = 19_500 / BINS
        chi2 = sum((count - expected) ** 2 / expected for count in bins)
        assert chi2 < 32.9, (seed, bins)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path, halls=39)


def test_s14_the_plan_is_the_same_again_from_key_and_date_byte_for_byte(city: City) -> None:
    with city.open() as running, running.record.make_uow(read_only=True) as uow:
        inputs = running.plans.inputs(uow, MONDAY)
    again = PlanKey(city.key.file, create=False)
    assert again.key_id == city.key.key_id
    texts = {plan_text(plan_of(inputs, key.seed(MONDAY), "nonce")) for key in (city.key, again)}
    assert len(texts) == 1
    others = {
        plan_text(plan_of(inputs, city.key.seed(TUESDAY), "nonce")),
        plan_text(plan_of(inputs, city.key.seed(MONDAY), "another nonce")),
    }
    assert not texts & others
    assert len(others) == 2


def test_s14_a_whole_day_is_committed_carried_out_revealed_and_verified(city: City) -> None:
    city.halls = 6
    with city.open() as running:
        done = running.day()
        checks = running.checks()
    whats = [one.what for one in done]
    assert whats[0] is Did.COMMITTED
    assert whats[-1] is Did.REVEALED
    assert len(whats) == len(checks) + 3
    random = [one for one in checks if one.kind is CheckKind.RANDOM]
    assert {one.hall_id for one in random} == set(city.names)
    told = city.good("inspection", "plan", "2026-11-23", now=at("20:00"))
    assert f"{len(checks)} 次" in told.out
    for one in random:
        assert f"{one.due_at.astimezone(at('08:00').tzinfo):%Y-%m-%d %H:%M:%S}" in told.out
    verified = city.good("inspection", "verify", "2026-11-23")
    assert "核对通过" in verified.out
    assert "无人给出随机数" in verified.out
    seed, nonce, inputs, commitment = _revealed(city)
    plain = bytes.fromhex(seed) + b"2026-11-23" + inputs.encode()
    assert hashlib.sha256(plain).hexdigest() == commitment, "by hand, with nothing of ours"
    assert nonce


def _revealed(city: City) -> tuple[str, str, str, str]:
    with city.open() as running, running.record.make_uow(read_only=True) as uow:
        (committed,) = uow.register.find(kind="plan_committed")
        (revealed,) = uow.register.find(kind="plan_revealed")
    assert committed.at < at("08:30")
    assert committed.payload["commitment"] == revealed.payload["commitment"]
    return (
        revealed.payload["seed"],
        revealed.payload["nonce"],
        committed.payload["inputs"],
        committed.payload["commitment"],
    )


def test_s14_nobody_is_told_a_plan_before_the_day_is_over_not_even_on_the_machine(
    city: City,
) -> None:
    city.halls = 2
    with city.open() as running:
        running.tick(at("06:30"))
        running.tick(at("09:00"))
    for day, now in (("2026-11-23", "09:00"), ("2026-11-23", "17:29"), ("2026-11-25", "09:00")):
        refused = city.run("inspection", "plan", day, now=at(now))
        assert refused.code == 2
        assert "17:30" in refused.err or "09:30" in refused.err, "it says from when"
        assert not refused.out
    assert city.run("inspection", "verify", "2026-11-23", now=at("17:29")).code == 2
    early = city.run("inspection", "reveal", "2026-11-23", now=at("17:29"))
    assert (early.code, "公开" in early.err) == (2, True)
    assert status_of(NotYet("", "")) == 403
    fixed = city.good("inspection", "plan", "2026-11-25", "--fixed")
    assert "8 次" in fixed.out, "fixed times are no secret"
    assert "随机" not in fixed.out


def test_s14_nothing_that_is_kept_tells_a_check_before_its_moment(city: City) -> None:
    city.halls, city.checks = 8, {"per_day": 0, "random": 4}
    with city.open() as running:
        running.tick(at("06:30"))
        with running.record.make_uow(read_only=True) as uow:
            plan = uow.checks.day(MONDAY)
            assert plan is not None
        now = at("11:00")
        running.tick(now)
        with running.record.make_uow(read_only=True) as uow:
            plan = uow.checks.day(MONDAY)
        assert plan is not None
        planned = plan_of(plan.plan_inputs, city.key.seed(MONDAY), plan.nonce)
        ahead = [one for one in planned if one.due_at > now]
        assert len(ahead) > 8
        assert len(running.checks()) == len(planned) - len(ahead)
        kept = _everything_kept(running)
        secret = city.key.seed(MONDAY).hex()
    assert plan.commitment in kept
    assert secret not in kept
    for one in ahead:
        for zone in (UTC, now.tzinfo):
            local = one.due_at.astimezone(zone)
            assert f"{local:%H:%M:%S}" not in kept, one
        assert str(int(one.due_at.timestamp())) not in kept


def _everything_kept(running: Running) -> str:
    """All rows of all tables and all files beside them, but the key."""
    found = []
    with running.record.make_uow.engine.connect() as connection:
        for table in metadata.tables:
            found += [str(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
    for path in running.city.folder.rglob("*"):
        if path.is_file() and path != running.city.key.file:
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def test_s14_a_nonce_comes_after_the_commitment_once_and_before_the_opening(city: City) -> None:
    city.halls = 2
    give = ("inspection", "nonce", "2026-11-23", "--by", "纪检张三", "--value")
    assert city.run(*give, "3 1 6 6 2 5", now=at("06:00")).code == 2
    city.good("inspection", "commit", "2026-11-23", now=at("06:10"))
    assert city.run(*give, "short", now=at("07:00")).code == 2
    city.good(*give, "3 1 6 6 2 5", now=at("07:00"))
    assert city.run(*give, "another nonce", now=at("07:01")).code == 2
    late = ("inspection", "nonce", "2026-11-24", "--by", "纪检张三")
    city.good("inspection", "commit", "2026-11-24", now=at("08:00", TUESDAY))
    refused = city.run(*late, now=at("08:30", TUESDAY))
    assert (refused.code, "已开门" in refused.err) == (2, True)
    with city.open() as running:
        running.day()
    done = city.good("inspection", "verify", "2026-11-23", now=at("20:00"))
    assert "系统抽取" not in done.out


def test_s14_what_was_changed_after_the_commitment_shows(city: City) -> None:
    city.halls = 3
    with city.open() as running:
        running.tick(at("06:30"))
        city.halls = 4  # a hall is added in the middle of the day
        running.restart()
        assert running.did(at("10:00"), Did.INPUTS_CHANGED)
        assert not running.did(at("10:01"), Did.INPUTS_CHANGED), "once"
        running.day(start="10:02")
        assert {one.hall_id for one in running.checks()} == {"h01", "h02", "h03"}
    done = city.good("inspection", "verify", "2026-11-23", now=at("20:00"))
    assert "hall:h04" in done.out
    with city.open() as running:
        running.tick(at("06:30", TUESDAY))
        running.day(TUESDAY)
        assert "h04" in {one.hall_id for one in running.checks(TUESDAY)}


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (
            "UPDATE check_days SET inputs = replace(inputs, '\"mean\":2', '\"mean\":3')",
            "commitment",
        ),
        ("UPDATE check_days SET commitment = '" + "0" * 64 + "'", "entry_differs"),
        ("UPDATE check_days SET nonce = 'another nonce'", "moment"),
        ("DELETE FROM check_results; DELETE FROM checks WHERE number = 1", "missing"),
        ("UPDATE checks SET due_at = '2026-11-23 07:00:00' WHERE number = 1", "moment"),
        (
            "UPDATE checks SET plan = 'random:2026-11-23' WHERE kind = 'daily' AND number > 2",
            "extra",
        ),
        ("UPDATE checks SET kind = 'daily'", "kind"),
        ("UPDATE checks SET started_at = '2026-11-22 00:00:00'", "early"),
        ("UPDATE checks SET state = 'looking'", "not_ended"),
        ("UPDATE check_results SET result = 'off_post'", "entry_differs"),
        ("UPDATE checks SET reason = 'not_running' WHERE number = 2", "entry_differs"),
        ("UPDATE register_entries SET key = '' WHERE kind = 'check_settled'", "no_entry"),
        ("UPDATE register_entries SET key = '' WHERE kind = 'plan_committed'", "no_entry"),
    ],
)
def test_s14_whatever_somebody_changes_in_the_database_verification_names_it(
    finished: City, deed: str, said: str
) -> None:
    assert "核对通过" in finished.good("inspection", "verify", "2026-11-23").out
    with finished.open() as running, running.record.make_uow.engine.begin() as connection:
        for table in ("checks", "check_results", "check_days", "register_entries"):
            for change in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{change}")
        for statement in deed.split("; "):
            connection.exec_driver_sql(statement)
    done = finished.run("inspection", "verify", "2026-11-23")
    assert done.code == 1, done.out + done.err
    assert f"[{said}]" in done.out


@pytest.fixture(scope="module")
def day_that_is_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one hall's day, revealed."""
    city = City(tmp_path_factory.mktemp("over"), halls=1, checks={"vary": False})
    with city.open() as running:
        running.day(start="08:00")
    return city.folder


@pytest.fixture
def finished(tmp_path: Path, day_that_is_over: Path) -> City:
    """A copy of it, to be tampered with."""
    folder = tmp_path / "city"
    shutil.copytree(day_that_is_over, folder)
    return City(folder, halls=1, checks={"vary": False}, clock=at("20:00"))


def test_s14_a_late_commitment_is_recorded_and_shown(city: City) -> None:
    city.halls, city.checks = 1, {"per_day": 12}
    with city.open() as running:
        running.tick(at("08:00", MONDAY - timedelta(days=3)))  # it was installed on Friday
        running.day(start="11:00")
        missed = [one for one in running.checks() if one.reason]
    assert missed
    assert {one.reason for one in missed} == {"not_running"}
    assert max(one.due_at for one in missed) < at("10:50")
    done = city.good("inspection", "verify", "2026-11-23", now=at("20:00"))
    assert "晚于开门时间" in done.out
    assert done.out.count("未执行") == len(missed)


def test_s14_the_key_is_for_its_owner_alone_and_none_is_made_in_place_of_a_lost_one(
    city: City,
) -> None:
    city.halls = 1
    city.good("inspection", "commit", "2026-11-23", now=at("06:10"))
    file = city.folder / "data" / "keys" / "plan.key"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(StorageError, match="chmod 600"):
        plan_key(city.settings, create=False)
    file.unlink()
    lost = city.run("inspection", "commit", "2026-11-24", now=at("06:20"))
    assert (lost.code, file.exists()) == (2, False)
    assert "密钥缺失" in lost.err
    made = city.good("inspection", "new-key", "--reason", "磁盘损坏")
    key = PlanKey(file, create=False)
    assert key.key_id in made.out
    assert repr(key) == f"PlanKey({key.key_id})"
    again = city.run("inspection", "new-key", "--reason", "x")
    assert (again.code, "密钥还在" in again.err) == (2, True)
    city.good("inspection", "commit", "2026-11-24", now=at("06:20"))


def test_s14_a_day_whose_key_was_lost_still_has_its_fixed_checks_and_says_so(city: City) -> None:
    city.halls = 1
    with city.open() as running:
        running.tick(at("06:30"))
        city.key.file.unlink()
        del city.key
        city.key_hex = "6b" * 32
        running.restart()
        done = running.day(start="08:00")
        assert [one.kind for one in running.checks()] == [CheckKind.DAILY] * 4
    assert [one.what for one in done if one.what in {Did.KEY_CHANGED, Did.REVEALED}] == [
        Did.KEY_CHANGED
    ]


def test_s14_by_hand_only_today_and_tomorrow_are_committed(city: City) -> None:
    city.halls = 1
    for day in ("2026-11-20", "2026-11-25"):
        assert city.run("inspection", "commit", day, now=at("09:00")).code == 2
    city.good("inspection", "commit", "2026-11-24", now=at("15:00"))
    with city.open() as running:
        running.tick(at("15:01"))
        running.tick(at("18:00"))
        assert min(one.due_at for one in running.checks()) >= at("15:01"), "it began just now"
    with city.open() as running, pytest.raises(ForbiddenMove), running.record.make_uow() as uow:
        uow.checks.give_nonce(MONDAY, "12345678", "甲", at("07:00"))
