"""What is committed names no package index, no path of anybody's machine, and no secret."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT, committed

_INDEXES = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org")
_MACHINE = re.compile(r"(?<![\w./:])/(?:work|tmp/house|home/[a-z]+|root|Users/\w+)/[\w.]")
_NOT_TEXT = {".png", ".jpg", ".jpeg", ".gif", ".xls", ".xlsx", ".pdf", ".docx", ".ico", ".mp4"}


def _texts() -> list[tuple[str, str]]:
    return [
        (path, (ROOT / path).read_text("utf-8"))
        for path in committed()
        if PurePosixPath(path).suffix not in _NOT_TEXT and not path.startswith("tests/data/")
    ]


def test_these_checks_see_what_they_look_for() -> None:
    assert len(_texts()) > 50
    assert _MACHINE.search("open('/" + "work/main/x')")
    assert not _MACHINE.search("GET /api/v1/work/main, PYTHON=/path/to/python3.11")


def test_no_committed_file_names_a_package_index() -> None:
    found = [f"{path}: {index}" for path, text in _texts() for index in _INDEXES if index in text]
    assert not found, "\n".join(found)


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in _texts()
        for number, line in enumerate(text.splitlines(), 1)
        if _MACHINE.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_locked_package_carries_its_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
        bare = [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]
        assert not bare, f"{name}: {bare}"


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8")))


def test_what_the_development_lock_shares_with_the_lock_has_the_same_version() -> None:
    run, dev = _pins("requirements.txt"), _pins("requirements-dev.txt")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.txt", ("postgres",)), ("requirements-dev.txt", ("postgres", "dev"))],
)
def test_the_lock_answers_what_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"]]
    asked += [line for extra in extras for line in project["optional-dependencies"][extra]]
    pins = _pins(lock)
    stale = []
    for requirement in map(Requirement, asked):
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None or pin not in requirement.specifier:
            stale.append(f"{requirement}: locked {pin}")
    assert not stale, f"make lock; {lock}: {stale}"
