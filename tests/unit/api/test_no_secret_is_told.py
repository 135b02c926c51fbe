"""Every kind of secret is planted, and then looked for in all that this program tells or keeps."""

from __future__ import annotations

import gzip
import json
import logging
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog
import yaml

from api.app import create_app
from api.backup import backup
from api.logs import set_up_logging
from api.plan_keys import plan_key
from api.secret_store import SecretStore
from api.settings import Settings, SettingsProblems, load_settings, parse_settings
from api.tasks import tasks_of
from api.wiring_notify import hook_key_of
from models.domain.access import GRANTS, Role
from models.domain.errors import SourceError
from models.storage.record import Record
from tests.fakes_web import MORNING, Web, opened_parts, town
from vision.sources.address import parse_address

PLANTED = {
    "camera": "Cam-pass/word@7",
    "query": "query-token-71c0",
    "stored": "St0red-9-lighthouse",
    "channel": "chan-tok3n-5aa7",
    "database": "Cases-db-pass-3",
}
SOURCES = {
    "c01": f"rtsp://viewer:{quote(PLANTED['camera'], safe='')}@192.0.2.1/1",
    "c02": f"http://192.0.2.2/snap.jpg?channel=1&token={PLANTED['query']}",
    "c03": "rtsp://admin:${secret:cam-3}@192.0.2.3/live/${secret:cam-3}/1",
}


@dataclass
class House:
    """An installation with every secret planted."""

    settings: Settings
    web: Web
    record: Record
    secrets: dict[str, str]

    def found_in(self, text: str | bytes) -> list[str]:
        """Names of the secrets that stand in a text, as they are or percent-encoded."""
        plain = text if isinstance(text, str) else text.decode("utf-8", "replace")
        spelt = {name: {one, quote(one, safe="")} for name, one in self.secrets.items()}
        return sorted(name for name, ones in spelt.items() if any(one in plain for one in ones))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    values = planted(folder)
    file = folder / "onpost.yaml"
    file.write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    data = folder / "data"
    store = SecretStore(data / "secrets.json", data / "keys/secrets.key")
    store.put("cam-3", PLANTED["stored"], datetime(2026, 11, 23, tzinfo=UTC), "test")
    settings = load_settings(file)
    parts, record = opened_parts(folder, values)
    web = Web(create_app(parts, pages=False))
    made = House(settings, web, record, dict(PLANTED))
    made.secrets |= grown(made)
    yield made
    record.close()


def planted(folder: Path) -> dict[str, Any]:
    values = town(folder)
    for camera, source in SOURCES.items():
        values["cameras"][camera]["source"] = source
    values["notifications"] = {
        "channels": {"desk": {"url": f"dingtalk://{PLANTED['channel']}"}},
        "hooks": {"allowed_networks": ["127.0.0.0/8"]},
    }
    database = f"postgresql://reader:{PLANTED['database']}@192.0.2.9/cases"
    view = {"database": database, "query": "select 1"}
    values["supervision"] = {"case_sources": {"hall": view}}
    return values


def grown(house: House) -> dict[str, str]:
    """The secrets that the program makes by itself."""
    admin = house.web.as_(Role.SYSTEM_ADMIN)
    security = house.web.as_(Role.SECURITY_ADMIN)
    hook = admin.post("/api/v1/webhooks", json={"url": "http://127.0.0.1:9/in"})
    assert hook.status_code == 201, hook.text
    add = {"login": "fang.wei", "roles": ["operator"], "name": ""}
    account = security.post("/api/v1/accounts", json=add)
    assert account.status_code == 201, account.text
    data = house.settings.data_path
    plan = plan_key(house.settings, create=True)
    hook_key_of(house.settings)
    pem = (data / "keys/register.pem").read_text().splitlines()
    return {
        "webhook": hook.json()["secret"],
        "one-time password": account.json()["password"],
        "session": admin.headers["Cookie"].partition("=")[2],
        "plan key": plan.file.read_text().strip(),
        "signing key": max(pem, key=len),
        "secrets key": house.settings.secret_store.key_file.read_text().strip(),
    }


def fail(source: str) -> None:
    raise SourceError("坏", f"refused by {source}")


def test_no_answer_tells_a_secret(house: House) -> None:
    told: dict[str, list[str]] = {}
    callers = {role: house.web.as_(role) for role in Role}
    for endpoint in house.web.app.state.endpoints:
        path = endpoint.path
        if "GET" not in endpoint.methods or "{" in path or path.endswith(("/events", "/verify")):
            continue
        role = next(one for one in Role if GRANTS[one].issuperset(endpoint.rule.permissions))
        for caller in (house.web, callers[role]):
            if found := house.found_in(caller.get(path).text):
                told[path] = found
    admin = house.web.as_(Role.SYSTEM_ADMIN)
    for source in SOURCES.values():
        answer = admin.post("/api/v1/cameras/test", json={"source": f"{source}#"})
        told |= {source: found} if (found := house.found_in(answer.text)) else {}
    assert told == {}


def test_no_log_or_trace_tells_a_secret(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        for shape in ("json", "console"):
            set_up_logging("debug", shape)
            log = structlog.get_logger("test")
            for camera in SOURCES:
                address = parse_address(house.settings.source_of(camera))
                log.info("opening", address=address, source=house.settings.source_of(camera))
                logging.getLogger("av").warning("404 on %s", house.settings.source_of(camera))
                try:
                    fail(house.settings.source_of(camera))
                except SourceError:
                    log.exception("failed", settings=house.settings)
            channel = house.settings.notifications.channels["desk"].url.get_secret_value()
            logging.getLogger("apprise").error("cannot send to %s", channel)
            log.warning("database", url=f"postgresql://reader:{PLANTED['database']}@192.0.2.9")
    finally:
        logging.getLogger().handlers[:], logging.getLogger().level = before
    told = capsys.readouterr().err
    assert told.count("404 on") == 2 * len(SOURCES)
    assert house.found_in(told) == []


def test_neither_settings_nor_their_errors_tell_a_secret(house: House) -> None:
    settings = house.settings
    assert settings.file is not None
    assert house.found_in(repr(settings) + str(settings) + json.dumps(settings.public())) == []
    assert house.found_in(json.dumps(settings.hashed())) == []
    broken = planted(settings.file.parent) | {"log": {"level": PLANTED["channel"]}}
    broken["cameras"]["c01"]["source"] += "#"
    broken["notifications"]["channels"]["desk"]["halls"] = 3
    with pytest.raises(SettingsProblems) as refused:
        parse_settings(yaml.safe_dump(broken), settings.file, {})
    assert len(refused.value.problems) == 3
    assert house.found_in(str(refused.value)) == []


def test_an_open_backup_and_the_data_folder_hold_no_secret(house: House, tmp_path: Path) -> None:
    made = backup(house.record, house.settings, tmp_path / "b.tar", MORNING, secret=None)
    told = {}
    with tarfile.open(made.file) as tar:
        for member in tar:
            file = tar.extractfile(member)
            data = file.read() if file else b""
            data = gzip.decompress(data) if member.name.endswith(".gz") else data
            if found := house.found_in(data):
                told[member.name] = found
        assert "data/secrets.json" in tar.getnames()
    for path in house.settings.data_path.rglob("*"):
        if path.is_file() and path.parent.name != "keys":
            told |= {path.name: found} if (found := house.found_in(path.read_bytes())) else {}
    assert told == {}


def test_no_command_line_or_environment_of_a_process_tells_a_secret(house: House) -> None:
    for task in tasks_of(house.settings):
        said = " ".join([*task.argv, *task.environment.values()])
        assert house.found_in(said) == []
    own = Path("/proc/self")
    assert house.found_in((own / "cmdline").read_bytes() + (own / "environ").read_bytes()) == []


def test_these_tests_would_find_a_secret(house: House) -> None:
    assert len(house.secrets) == 11
    assert min(map(len, house.secrets.values())) >= 8
    for name, secret in house.secrets.items():
        assert house.found_in(f"…{secret}…".encode()) == [name]
