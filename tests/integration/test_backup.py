"""`onpost backup` and `onpost restore`: what is brought back is what was there, or nothing is."""

from __future__ import annotations

import io
import re
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.backup_seal import PIECE, SealedReader, SealedWriter
from api.cli import build
from api.settings.load import PASSPHRASE_VARIABLE
from models.domain.errors import InputError, OnPostError, StorageError
from models.storage.engine import open_engine
from models.storage.record import Record, open_existing_record
from models.storage.verification import verify_record
from tests.backup_town import filled, finding, settings_file, settings_in
from tests.record_digest import record_digest

SECRET = "correct horse battery staple"


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[tuple[Path, Record]]:
    file = settings_file(tmp_path, "data", database_url)
    record = filled(settings_in(file))
    yield file, record
    record.close()


def run(settings: Path, *words: str) -> str:
    result = CliRunner().invoke(build(), [*words, "--settings", str(settings)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def backed_up(settings: Path, folder: Path, *words: str) -> Path:
    run(settings, "backup", str(folder), *words)
    (made,) = folder.iterdir()
    return made


def elsewhere(settings: Path) -> Path:
    """An installation beside it, on an SQLite database of its own."""
    database = f"sqlite:///{settings.parent / 'new' / 'onpost.db'}"
    return settings_file(settings.parent, "new", database)


@contextmanager
def opened(settings: Path) -> Iterator[Record]:
    chosen = settings_in(settings)
    record = open_existing_record(chosen.data_path, chosen.database_url)
    try:
        yield record
    finally:
        record.close()


def test_everything_comes_back_into_an_empty_place_and_verifies(
    town: tuple[Path, Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, record = town
    monkeypatch.setenv(PASSPHRASE_VARIABLE, SECRET)
    made = backed_up(settings, tmp_path / "to", "--encrypt")
    before = record_digest(record, without=frozenset())
    new = elsewhere(settings)
    told = run(new, "restore", str(made))
    assert re.search(r"\d+ entries of register and audit log verify", told)
    with opened(new) as restored:
        assert record_digest(restored, without=frozenset()) == before
        assert verify_record(restored).pictures == 3
        assert restored.anchors.fingerprint == record.anchors.fingerprint
        finding(restored, 99)  # numbers go on where they were
        assert verify_record(restored).faults == ()
    assert len(list((tmp_path / "new" / "documents").rglob("*.pdf"))) == 1
    assert (tmp_path / "new" / "keys" / "register.pem").stat().st_mode & 0o077 == 0


def test_a_backup_of_sqlite_is_restored_into_postgresql_and_numbers_go_on(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, SECRET)
    settings = settings_file(tmp_path, "data", f"sqlite:///{tmp_path / 'one.db'}")
    filled(settings_in(settings)).close()
    made = backed_up(settings, tmp_path / "to", "--encrypt")
    new = settings_file(tmp_path, "new", database_url)
    run(new, "restore", str(made))
    with opened(new) as restored:
        for number in (7, 8):
            finding(restored, number)
        assert verify_record(restored).faults == ()
        assert verify_record(restored, audit=True).faults == ()


def test_without_encryption_the_keys_stay_apart_and_are_asked_for(
    town: tuple[Path, Record], tmp_path: Path
) -> None:
    settings, record = town
    made = backed_up(settings, tmp_path / "to")
    with tarfile.open(made) as tar:
        names = tar.getnames()
    assert "public/register.pem" in names
    assert not [name for name in names if "keys" in name]
    assert b"PRIVATE KEY" not in made.read_bytes()
    new = elsewhere(settings)
    with pytest.raises(InputError, match=rf"--keys.*{record.anchors.fingerprint}"):
        run(new, "restore", str(made))
    assert nothing_in(tmp_path / "new")
    apart = settings_file(tmp_path, "apart", f"sqlite:///{tmp_path / 'apart.db'}")
    with pytest.raises(InputError, match="--keys"):
        run(apart, "restore", str(made))
    assert list(tmp_path.glob("apart.db*")) == []
    run(apart, "restore", str(made), "--keys", str(tmp_path / "data" / "keys"))
    assert (tmp_path / "apart.db").exists()


def nothing_in(data: Path) -> bool:
    """Whether no record is left in a data folder; pictures may be."""
    return {one.name for one in data.iterdir()} <= {"evidence"} if data.exists() else True


def test_nothing_is_restored_over_a_record(town: tuple[Path, Record], tmp_path: Path) -> None:
    settings, record = town
    made = backed_up(settings, tmp_path / "to")
    before = record_digest(record, without=frozenset())
    with pytest.raises(InputError, match="there is a record here already"):
        run(settings, "restore", str(made))
    assert record_digest(record, without=frozenset()) == before


def test_a_database_with_tables_is_refused_though_the_folder_is_empty(
    town: tuple[Path, Record], tmp_path: Path
) -> None:
    settings, record = town
    made = backed_up(settings, tmp_path / "to")
    before = record_digest(record, without=frozenset())
    url = record.make_uow.engine.url.render_as_string(hide_password=False)
    new = settings_file(tmp_path, "new", url)
    with pytest.raises(OnPostError, match=r"already"):
        run(new, "restore", str(made), "--keys", str(tmp_path / "data" / "keys"))
    assert record_digest(record, without=frozenset()) == before
    assert nothing_in(tmp_path / "new")


def _changed(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def _without_a_member(data: bytes) -> bytes:
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(data)) as old,
        tarfile.open(fileobj=out, mode="w") as new,
    ):
        for member in old:
            if not member.name.startswith("evidence/"):
                new.addfile(member, old.extractfile(member))
    return out.getvalue()


def _climbing(_data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as new:
        info = tarfile.TarInfo("data/../../escaped.txt")
        info.size = 1
        new.addfile(info, io.BytesIO(b"x"))
    return out.getvalue()


@pytest.mark.parametrize(
    "spoil",
    [
        _changed,
        _without_a_member,
        _climbing,
        lambda data: data[:-20_000],
        lambda data: data[: len(data) // 2],
        lambda _data: b"a letter, not a backup" * 1000,
        lambda _data: b"",
    ],
    ids=["a bit", "a member gone", "a path that climbs", "cut", "half", "foreign", "empty"],
)
def test_what_is_damaged_or_foreign_is_refused_and_changes_nothing(
    spoil: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    settings = settings_file(tmp_path, "data", f"sqlite:///{tmp_path / 'one.db'}")
    filled(settings_in(settings)).close()
    made = backed_up(settings, tmp_path / "to")
    made.write_bytes(spoil(made.read_bytes()))
    new = elsewhere(settings)
    with pytest.raises(StorageError, match=r"不是 OnPost 备份.*no backup of OnPost"):
        run(new, "restore", str(made), "--keys", str(tmp_path / "data" / "keys"))
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "escaped.txt").exists()


def test_a_wrong_passphrase_opens_nothing_and_a_command_line_takes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_file(tmp_path, "data", f"sqlite:///{tmp_path / 'one.db'}")
    filled(settings_in(settings)).close()
    with pytest.raises(InputError, match=PASSPHRASE_VARIABLE):
        run(settings, "backup", str(tmp_path / "to"), "--encrypt")
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", "utf-8")
    made = backed_up(settings, tmp_path / "to", "--encrypt", "--key-file", str(secret))
    assert b"finding_opened" not in made.read_bytes()
    new = elsewhere(settings)
    with pytest.raises(InputError, match="encrypted"):
        run(new, "restore", str(made))
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "another passphrase")
    with pytest.raises(StorageError, match="passphrase is another one"):
        run(new, "restore", str(made))
    assert not (tmp_path / "new").exists()
    assert "whole" in run(new, "restore", str(made), "--check", "--key-file", str(secret))


def test_a_backup_made_beside_a_writer_is_one_moment_and_verifies(
    town: tuple[Path, Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, record = town
    monkeypatch.setenv(PASSPHRASE_VARIABLE, SECRET)
    stop = threading.Event()

    def write() -> None:
        number = 1000
        while not stop.is_set():
            finding(record, number)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backed_up(settings, tmp_path / f"to{n}", "--encrypt") for n in range(2)]
    finally:
        stop.set()
        writer.join()
    new = elsewhere(settings)
    assert "verify" in run(new, "restore", str(made[-1]))
    with opened(new) as restored, restored.make_uow(read_only=True) as uow:
        assert uow.findings.count() == uow.register.head().seq >= 3


def test_a_backup_of_a_newer_onpost_is_refused_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_file(tmp_path, "data", f"sqlite:///{tmp_path / 'one.db'}")
    filled(settings_in(settings)).close()
    monkeypatch.setattr("models.storage.dump.head_revision", lambda: "9999")
    made = backed_up(settings, tmp_path / "to")
    with pytest.raises(StorageError, match=r"9999.*请升级本程序.*Upgrade this program"):
        run(elsewhere(settings), "restore", str(made))


def test_a_backup_of_the_first_schema_is_restored_and_migrated(tmp_path: Path) -> None:
    from models.storage.dump import loading

    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with loading(engine, "0001") as into:
        columns = into.columns("camera_events")
        row = [1, "c1", "live", "", "2026-11-23T09:30:00+08:00", None]
        assert into.put("camera_events", columns, [row]) == 1
        into.finish({})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT started_at FROM camera_events")).scalar() == (
            "2026-11-23 01:30:00.000000"
        )
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar() == 0
    engine.dispose()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_is_sealed_is_read_back_whatever_its_size(size: int) -> None:
    data, out = bytes(range(251)) * (size // 251 + 1), io.BytesIO()
    with SealedWriter(out, b"passphrase") as writer:
        writer.write(data[:size])
    out.seek(0)
    assert SealedReader(out, b"passphrase", "here").readall() == data[:size]
    cut = io.BytesIO(out.getvalue()[: -16 if size < PIECE else -PIECE])
    with pytest.raises(StorageError):
        SealedReader(cut, b"passphrase", "here").readall()
