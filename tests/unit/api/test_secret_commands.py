"""`onpost secret`: set, listed, replaced, removed and rotated, and entered in the audit log."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import build
from models.domain.audit import AUDIT_CHAIN
from models.domain.errors import InputError
from models.storage.record import open_record

SETTINGS = """
data_dir: data
halls: {main: {name: 大厅}}
cameras: {c1: {hall: main, name: 一号, source: "http://a:${secret:cam-1}@127.0.0.1:1/1.jpg"}}
windows:
  W1: {hall: main, name: 1号, views: [{camera: c1, polygon: [[0.1, 0.2], [0.4, 0.2], [0.4, 0.9]]}]}
"""
SECRET = "harbour-lantern-9"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "onpost.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    return file


def run(file: Path, *words: str, typed: str = "", code: int = 0) -> str:
    result = CliRunner().invoke(build(), ["secret", *words, "--settings", str(file)], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    assert SECRET not in result.output
    return result.output


def test_a_secret_is_set_listed_and_used_and_every_deed_is_entered(file: Path) -> None:
    data = file.parent / "data"
    open_record(data).close()
    assert "缺失 / missing" in run(file, "list", code=1)
    run(file, "set", "cam-1", "--stdin", typed=f"{SECRET}\n")
    assert "cameras.c1.source" in run(file, "list")
    run(file, "set", "cam-1", typed=f"{SECRET}\n{SECRET}\n")
    run(file, "rotate")
    record = open_record(data)
    with record.make_uow(read_only=True) as uow:
        entries = uow.register.entries(chain=AUDIT_CHAIN)
        told = [(one.payload["target"], one.payload["said"]["deed"]) for one in entries]
    record.close()
    assert told == [
        ("secret:cam-1", "set"),
        ("secret:cam-1", "replaced"),
        ("secret:key", "rotated"),
    ]


def test_what_is_in_use_is_not_removed(file: Path) -> None:
    run(file, "set", "cam-1", "--stdin", typed=f"{SECRET}\n")
    with pytest.raises(InputError, match="still use"):
        run(file, "remove", "cam-1")
    file.write_text(SETTINGS.replace("a:${secret:cam-1}@", ""), encoding="utf-8")
    run(file, "remove", "cam-1")
    assert run(file, "list") == ""


def test_no_option_takes_a_secret_from_the_command_line() -> None:
    told = CliRunner().invoke(build(), ["secret", "set", "--help"]).output
    assert set(told.split()) & {"--value", "--secret", "--password", "VALUE"} == set()
