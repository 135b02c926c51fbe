from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from api.tasks import onpost_argv
from tests.fakes_web import MORNING, Served, lay, off_post, served, town

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
    for path in ("/", "/findings", "/findings/1", "/account", "/sign-in"):
        answer = viewer.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert re.findall(r"""(?:src|href|from|import\()\s*=?\s*["']?https?:""", answer.text) == []
        assert "在岗 OnPost" in answer.text
    for name in ("wall.js", "onpost.css", "favicon.svg"):
        assert httpx.get(f"{running.address}/static/{name}").status_code == 200


def test_a_page_speaks_english_after_the_switch(viewer: httpx.Client) -> None:
    assert "登记台账" in viewer.get("/findings").text
    answer = viewer.get("/language/en?back=/findings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/findings")
    assert "Nothing registered yet." in viewer.get("/findings").text
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
