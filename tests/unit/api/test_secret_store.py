"""The encrypted store of secrets, and settings that name what is in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.doctor import Verdict
from api.doctor_secrets import examine_secrets
from api.redact import masked
from api.secret_store import SecretStore, UnknownSecret
from api.settings import Settings, SettingsProblems, load_settings, parse_settings
from models.domain.errors import InputError, StorageError

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
PASSWORD = "Kräne-42/@:#?%"
HALL = """
halls: {h: {name: 大厅}}
cameras: {c1: {hall: h, name: 一号, source: "SOURCE"}}
windows:
  w: {hall: h, name: 1号, views: [{camera: c1, polygon: [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]}]}
"""


@pytest.fixture
def store(tmp_path: Path) -> SecretStore:
    return SecretStore(tmp_path / "var/secrets.json", tmp_path / "var/keys/secrets.key")


def read(folder: Path, text: str, *, look_up: bool = True) -> Settings:
    return parse_settings(text, folder / "onpost.yaml", {}, look_up=look_up)


def verdicts(loaded: Settings) -> list[tuple[str, Verdict]]:
    return [(one.name, one.verdict) for one in examine_secrets(loaded)]


@given(st.text(min_size=1, max_size=40).filter(str.isprintable))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_put_comes_back_and_lies_nowhere_in_clear(store: SecretStore, text: str) -> None:
    store.put("one", text, NOW, "console:a")
    assert store.get("one") == text
    held = json.loads(store.file.read_text("utf-8"))["secrets"]["one"]
    assert set(held) == {"box", "set_at", "set_by"}
    assert len(text) < 4 or text not in store.file.read_text("utf-8") + store.key_file.read_text()


def test_files_are_for_their_owner_and_a_key_that_others_read_is_refused(
    store: SecretStore,
) -> None:
    store.put("one", PASSWORD, NOW, "a")
    assert [file.stat().st_mode & 0o777 for file in (store.file, store.key_file)] == [0o600] * 2
    store.key_file.chmod(0o640)
    with pytest.raises(StorageError, match="others can read"):
        store.get("one")


@pytest.mark.parametrize(
    "what", ["renamed", "changed", "redated", "another key", "no key", "rubbish"]
)
def test_a_store_that_was_changed_opens_nothing(store: SecretStore, what: str) -> None:
    store.put("one", PASSWORD, NOW, "a")
    store.put("two", "other", NOW, "a")
    held = json.loads(store.file.read_text("utf-8"))
    if what == "renamed":
        held["secrets"]["two"] = held["secrets"]["one"]
    elif what == "changed":
        box = held["secrets"]["two"]["box"]
        held["secrets"]["two"]["box"] = box[:20] + ("A" if box[20] != "A" else "B") + box[21:]
    elif what == "redated":
        held["secrets"]["two"]["set_by"] = "somebody else"
    elif what == "another key":
        store.key_file.write_text("ab" * 32)
    elif what == "no key":
        store.key_file.unlink()
    store.file.write_text("[" * 9999 if what == "rubbish" else json.dumps(held))
    with pytest.raises(StorageError) as refused:
        store.get("two")
    assert refused.value.zh and PASSWORD not in str(refused.value)


def test_a_new_key_opens_everything_and_the_old_one_nothing(store: SecretStore) -> None:
    store.put("one", PASSWORD, NOW, "a")
    old = store.key_file.read_text()
    assert store.rotate() == 1
    assert store.get("one") == PASSWORD
    assert [one.set_at for one in store.kept()] == [NOW.isoformat()]
    store.key_file.write_text(old)
    with pytest.raises(StorageError):
        store.get("one")


@pytest.mark.parametrize("cut", ["before the store", "after the store"])
def test_a_rotation_that_is_cut_loses_nothing(store: SecretStore, cut: str) -> None:
    store.put("one", PASSWORD, NOW, "a")
    upcoming = store.key_file.with_name("secrets.key.next")
    old, before = store.key_file.read_text(), store.file.read_text()
    store.rotate()
    upcoming.write_text(store.key_file.read_text())
    upcoming.chmod(0o600)
    store.key_file.write_text(old)
    if cut == "before the store":
        store.file.write_text(before)
    assert store.get("one") == PASSWORD
    assert store.rotate() == 1
    assert (store.get("one"), upcoming.exists()) == (PASSWORD, False)


@pytest.mark.parametrize(
    ("name", "text"), [("../x", "a"), ("", "a"), ("a", ""), ("a", "b\nc"), ("a", "x" * 5000)]
)
def test_what_is_no_name_or_secret_is_refused_and_changes_nothing(
    store: SecretStore, name: str, text: str
) -> None:
    with pytest.raises(InputError):
        store.put(name, text, NOW, "a")
    assert not store.file.exists()


def test_settings_name_a_password_within_an_address_whatever_signs_it_holds(
    store: SecretStore, tmp_path: Path
) -> None:
    store.put("cam", PASSWORD, NOW, "a")
    text = HALL.replace("SOURCE", "rtsp://admin:${secret:cam}@10.0.0.8/1?x=${secret:cam}")
    loaded = read(tmp_path, text)
    assert urlsplit(loaded.source_of("c1")).hostname == "10.0.0.8"
    assert loaded.source_of("c1").count("Kr%C3%A4ne-42%2F%40%3A%23%3F%25") == 2
    assert loaded.public()["cameras"]["c1"]["source"] == "rtsp://***@10.0.0.8/1?x=***"
    copied = loaded.model_copy(update={"data_dir": "elsewhere"})
    assert copied.public()["cameras"] == loaded.public()["cameras"]
    before = loaded.settings_hash()
    store.put("cam", "another-password", NOW, "a")
    assert read(tmp_path, text).settings_hash() == before


def test_settings_name_whole_addresses(store: SecretStore, tmp_path: Path) -> None:
    store.put("cam", "http://u:p@10.0.0.9/s.jpg", NOW, "a")
    store.put("db", "postgresql://o:p@db/onpost", NOW, "a")
    text = HALL.replace("SOURCE", "secret:cam") + "database: secret:db\n"
    loaded = read(tmp_path, text)
    assert loaded.source_of("c1") == "http://u:p@10.0.0.9/s.jpg"
    assert loaded.database_url == "postgresql://o:p@db/onpost"
    assert "p@" not in json.dumps(loaded.public())


def test_a_secret_that_is_missing_is_told_with_its_line_and_every_other_fault(
    store: SecretStore, tmp_path: Path
) -> None:
    store.put("cam", PASSWORD, NOW, "a")
    text = HALL.replace("SOURCE", "rtsp://a:${secret:other}@h/") + "log: {level: loud}\n"
    with pytest.raises(SettingsProblems) as refused:
        read(tmp_path, text)
    told = {problem.key: problem for problem in refused.value.problems}
    assert set(told) == {"cameras.c1.source", "log.level"}
    assert "onpost.yaml:3" in told["cameras.c1.source"].where
    assert "onpost secret set other" in told["cameras.c1.source"].zh
    assert PASSWORD not in str(refused.value)


def test_a_secret_where_everybody_could_read_it_is_refused(tmp_path: Path) -> None:
    text = HALL.replace("SOURCE", "rtsp://h/").replace("大厅", "'${secret:cam}'")
    with pytest.raises(SettingsProblems, match="no secret can stand here"):
        read(tmp_path, text)


def test_without_looking_up_the_store_need_not_be_there(tmp_path: Path) -> None:
    text = HALL.replace("SOURCE", "secret:cam") + 'database: "postgresql://o:${secret:db}@d/o"\n'
    loaded = read(tmp_path, text, look_up=False)
    assert loaded.secret_names == {("cameras", "c1", "source"): ("cam",), ("database",): ("db",)}
    assert loaded.stored_secrets == frozenset()


def test_an_unknown_secret_is_told_by_its_name(store: SecretStore) -> None:
    with pytest.raises(UnknownSecret, match="onpost secret set nobody"):
        store.get("nobody")


def test_the_doctor_tells_of_clear_text_and_of_who_can_read_it(
    store: SecretStore, tmp_path: Path
) -> None:
    file = tmp_path / "onpost.yaml"
    file.write_text(HALL.replace("SOURCE", "rtsp://admin:clear-text@10.0.0.8/1"))
    file.chmod(0o644)
    loaded = load_settings(file)
    assert verdicts(loaded) == [("settings file", Verdict.FAIL), ("secrets", Verdict.WARN)]
    assert "clear-text" not in "".join(map(str, examine_secrets(loaded)))
    file.chmod(0o600)
    assert [one for _, one in verdicts(load_settings(file))] == [Verdict.OK, Verdict.WARN]
    store.put("cam", PASSWORD, NOW, "a")
    file.write_text(HALL.replace("SOURCE", "rtsp://admin:${secret:cam}@10.0.0.8/1"))
    assert [one for _, one in verdicts(load_settings(file))] == [Verdict.OK, Verdict.OK]
    file.chmod(0o666)
    loaded = load_settings(file)
    store.key_file.chmod(0o644)
    assert [one for _, one in verdicts(loaded)] == [Verdict.FAIL, Verdict.FAIL]


def test_what_settings_hold_is_masked_wherever_it_stands(
    store: SecretStore, tmp_path: Path
) -> None:
    store.put("cam", PASSWORD, NOW, "a")
    file = tmp_path / "onpost.yaml"
    channel = "notifications: {channels: {a: {url: 'dingtalk://tok3n-of-the-desk/138'}}}\n"
    file.write_text(HALL.replace("SOURCE", "rtsp://admin:${secret:cam}@10.0.0.8/1") + channel)
    load_settings(file)
    told = masked(f"refused {PASSWORD}, sent to tok3n-of-the-desk of 10.0.0.8")
    assert told == "refused ***, sent to *** of 10.0.0.8"
