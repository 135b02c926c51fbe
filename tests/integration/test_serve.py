from __future__ import annotations

import ipaddress
import json
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from api.auth.audit import Actor
from api.auth.passwords import CHEAP, Passwords
from api.clock import RealClock
from api.tasks import onpost_argv
from api.wiring import accounts_of
from models.domain.access import Access, Role, Scope
from tests.fakes_web import MORNING, PASSWORD, Served, lay, off_post, served, town

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("serve")) as found:
        lay(found.shelf, found.settings, "c01", MORNING)
        yield found


def run_serve(folder: Path, values: dict[str, Any], *arguments: str) -> tuple[int, str]:
    file = folder / "onpost.yaml"
    file.write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    done = subprocess.run(  # noqa: S603
        onpost_argv("serve", "--settings", str(file), *arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
def viewer(running: Served) -> Iterator[httpx.Client]:
    with running.client() as client:
        yield client


def read_events(
    viewer: httpx.Client, count: int, headers: dict[str, str] | None = None
) -> list[Any]:
    found = []
    with viewer.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
            if len(found) == count:
                break
    return found


def test_pages_ask_no_other_machine_for_anything(running: Served, viewer: httpx.Client) -> None:
    for path in ("/", "/today", "/alerts", "/findings", "/account", "/sign-in"):
        answer = viewer.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert re.findall(r"""(?:src|href|from|import\()\s*=?\s*["']?https?:""", answer.text) == []
        assert "在岗 OnPost" in answer.text
    for name in ("wall.js", "wall_big.js", "today.js", "alerts.js", "finding.js", "favicon.svg"):
        assert httpx.get(f"{running.address}/static/{name}").status_code == 200


@contextmanager
def entered(running: Served, login: str, access: Access) -> Iterator[httpx.Client]:
    """A program with the cookie of a new account."""
    rules = accounts_of(running.settings, running.record.make_uow, RealClock(), Passwords(CHEAP))
    account, _ = rules.office.add(login, "", access, Actor("test"), password=PASSWORD)
    with running.record.make_uow() as uow:
        uow.accounts.save(replace(account, must_change=False))
        uow.commit()
    own = {"Origin": running.address}
    with httpx.Client(base_url=running.address, headers=own, timeout=20) as client:
        assert client.post("/sign-in", data={"login": login, "password": PASSWORD}).is_redirect
        yield client


def test_a_page_speaks_english_after_the_switch(viewer: httpx.Client) -> None:
    assert "登记台账" in viewer.get("/findings").text
    answer = viewer.get("/language/en?back=/findings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/findings")
    assert "Nothing registered like this." in viewer.get("/findings?kind=late").text
    away = viewer.get("/language/zh?back=//elsewhere.example/")
    assert away.headers["location"] == "/"


def test_an_event_reaches_a_listener_when_it_is_registered(
    running: Served, viewer: httpx.Client
) -> None:
    finding = off_post(running.record, running.settings, "w01-1", MORNING)
    (first,) = read_events(viewer, 1, {"Last-Event-ID": "0"})
    assert (first["id"], first["type"], first["window_id"]) == (1, "new", "w01-1")
    assert first["evidence_sha256"] == list(finding.evidence)
    with viewer.stream("GET", "/api/v1/events") as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": onpost"
        off_post(running.record, running.settings, "w02-1", MORNING)
        events = (json.loads(line[6:]) for line in lines if line.startswith("data: "))
        told = next(event for event in events if event["id"] > 1)
    assert (told["id"], told["window_id"]) == (2, "w02-1")
    again = read_events(viewer, 2, {"Last-Event-ID": "0"})
    assert [event["id"] for event in again] == [1, 2]


def test_a_page_about_what_is_not_there_or_another_s_says_so_with_404(running: Served) -> None:
    table = (ROOT / "docs" / "access-matrix.csv").read_text("utf-8").splitlines()[1:]
    pages = [one.split()[0] for one in table if "{" in one and not one.startswith("/api/")]
    details = {page for page in pages if not page.startswith("/language/")}
    assert details == {"/findings/{finding_id}", "/zones/{camera_id}"}, "say below what they show"
    theirs = off_post(running.record, running.settings, "w01-2", MORNING)
    strangers = {
        "/findings": (
            Access(frozenset({Role.LIAISON}), Scope(units=frozenset({"税务"}))),
            theirs.id,
        ),
        "/zones": (Access(frozenset({Role.SYSTEM_ADMIN}), Scope(halls=frozenset({"h01"}))), "c01"),
    }
    for place, (access, key) in strangers.items():
        with entered(running, f"of{place.replace('/', '.')}", access) as stranger:
            for wrong in (key, "999999", "x", "1.5", "-1", "9" * 30, "%F0%9F%92%A5"):
                answer = stranger.get(f"{place}/{wrong}")
                assert answer.status_code == 404, (place, wrong)
                assert "不在您的范围内" in answer.text
                assert f'href="{place}"' in answer.text or f'"{place}"' in answer.text
    with running.client() as viewer:
        answer = viewer.get(f"/findings/{theirs.id}")
        assert answer.status_code == 200
        assert re.findall(r"""(?:src|href|from|import\()\s*=?\s*["']?https?:""", answer.text) == []


def test_the_log_holds_no_password(running: Served) -> None:
    log = (running.settings.data_path.parent / "serve.log").read_text()
    assert '"event": "serving"' in log
    assert "geheim" not in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_time_although_somebody_listens(
    tmp_path: Path, number: signal.Signals
) -> None:
    with (
        served(tmp_path) as running,
        running.client() as viewer,
        viewer.stream("GET", "/api/v1/events") as answer,
    ):
        assert next(answer.iter_lines()) == ": onpost"
        begun = time.monotonic()
        running.process.send_signal(number)
        assert running.process.wait(15) == 0
        assert time.monotonic() - begun < 8


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.org"])  # noqa: S104
def test_another_host_is_refused_with_the_way_out(tmp_path: Path, host: str) -> None:
    status, said = run_serve(tmp_path, town(tmp_path) | {"web": {"host": host}})
    assert status == 2
    assert "--open-to-network" in said
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = run_serve(tmp_path, town(tmp_path), "--port", str(port))
    assert status == 2
    assert f"127.0.0.1:{port}" in said
    assert "Traceback" not in said


def test_wrong_settings_end_it_with_every_error_and_nothing_written(tmp_path: Path) -> None:
    values = town(tmp_path)
    values["cameras"]["c01"]["source"] = "ftp://viewer:geheim@192.0.2.1/x"
    values["colour"] = "red"
    status, said = run_serve(tmp_path, values)
    assert status == 2
    assert "cameras.c01.source" in said
    assert "colour" in said
    assert "geheim" not in said
    assert not (tmp_path / "data").exists()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "pair.pem"
    file.write_bytes(
        made.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return file


def test_over_tls_one_signs_in_with_a_cookie_of_this_host(tmp_path: Path, pair: Path) -> None:
    values = town(tmp_path) | {"web": {"demo": True, "tls_certificate": str(pair)}}
    trusted = ssl.create_default_context(cafile=str(pair))
    with (
        served(tmp_path, values) as running,
        httpx.Client(base_url=running.address, verify=trusted, timeout=20) as client,
    ):
        assert running.address.startswith("https://")
        own = {"Origin": running.address}
        answer = client.post("/sign-in/demo", data={"role": "operator"}, headers=own)
        assert answer.headers["set-cookie"].startswith("__Host-onpost=")
        assert "max-age" in answer.headers["strict-transport-security"]
        assert client.get("/api/v1/session").json()["login"] == "demo-operator"


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "wrong.pem").write_text("no certificate")
    values = town(tmp_path) | {"web": {"tls_certificate": "wrong.pem"}}
    status, said = run_serve(tmp_path, values)
    assert (status, "web.tls_certificate" in said) == (2, True)
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("web", "where"),
    [
        ({"host": "0.0.0.0", "open_to_network": True, "port": 0}, "onpost user add"),  # noqa: S104
        ({"host": "0.0.0.0", "open_to_network": True, "demo": True}, "web.demo"),  # noqa: S104
    ],
)
def test_the_network_gets_no_door_without_a_lock(
    tmp_path: Path, web: dict[str, Any], where: str
) -> None:
    status, said = run_serve(tmp_path, town(tmp_path) | {"web": web})
    assert (status, where in said) == (2, True)
    assert "Traceback" not in said
