from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from api.logs import set_up_logging
from api.redact import redact

SECRETS = [
    ("rtsp://admin:Pa55w0rd@10.0.0.8:554/Streaming/Channels/101", "Pa55w0rd"),
    ("rtsp://admin:p@ss/w#rd?@10.0.0.8/cam/realmonitor?channel=1", "ss/w#rd"),
    ("RTSPS://admin:TopSecret@cam/1", "TopSecret"),
    ("http://root:geheim@[::1]:80/ISAPI/Streaming/channels/101/picture", "geheim"),
    ("http://cam/snapshot.cgi?user=admin&pwd=qwerty77&x=1", "qwerty77"),
    ("postgresql+psycopg://onpost:dbpass@db/onpost", "dbpass"),
    ("http://cam/?PassWord=Abc999", "Abc999"),
]


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize(("address", "secret"), SECRETS)
def test_an_address_loses_its_password_and_keeps_its_host(address: str, secret: str) -> None:
    text = redact(f"cannot open {address} (timed out)")
    assert secret not in text
    assert text.startswith("cannot open ")
    assert text.endswith(" (timed out)")


def test_text_without_an_address_stays_as_it_is() -> None:
    text = "窗口 3 mail a@b.cn at 10:00, http://cam/picture"
    assert redact(text) == text


def open_nothing(address: str) -> None:
    raise OSError(f"refused: {address}")


@pytest.mark.parametrize("shape", ["json", "console"])
@pytest.mark.parametrize(("address", "secret"), SECRETS)
def test_no_log_shows_a_password(
    capsys: pytest.CaptureFixture[str], shape: str, address: str, secret: str
) -> None:
    set_up_logging("debug", shape)  # type: ignore[arg-type]
    log = structlog.get_logger("test")
    log.info("opening " + address, address=address, deep={"list": [address, (address,)]})
    log.warning("failed", error=ValueError(address))
    logging.getLogger("library").error("cannot open %s", address)
    try:
        open_nothing(address)
    except OSError:
        log.exception("gave up")
    said = capsys.readouterr().err
    assert "gave up" in said
    assert "refused" in said
    assert secret not in said


def test_json_logs_are_one_object_a_line_with_level_and_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("info", "json")
    structlog.get_logger("onpost.watch").info("camera live", camera="c1", window="三号窗口")
    logging.getLogger("uvicorn.error").info("started")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["camera live", "started"]
    assert lines[0]["camera"] == "c1"
    assert lines[0]["window"] == "三号窗口"
    assert {line["level"] for line in lines} == {"info"}
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_debug_is_silent_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("info", "json")
    structlog.get_logger("x").debug("detail")
    assert capsys.readouterr().err == ""
