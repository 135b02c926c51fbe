"""What the documents say is so: commands, files, links, settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import typer.main

from api.cli import build
from api.rosters import read_duty
from api.settings import load_settings
from tests.architecture.source import ROOT, committed

DOCUMENTS = [path for path in committed() if path.endswith(".md")]
READMES = ("README.md", "README.zh-CN.md")
NAMED = r"`((?:models|vision|scheduler|api|tests|docs)/[\w./-]+)`"


def _text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def _blocks(path: str, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", _text(path))


def _children(command: object) -> Mapping[str, object]:
    """Commands of a group; none where it is a plain command."""
    found: Mapping[str, object] = getattr(command, "commands", {})
    return found


def _commands() -> set[str]:
    names: set[str] = set()
    for name, command in _children(typer.main.get_command(build())).items():
        names |= {name, *(f"{name} {sub}" for sub in _children(command))}
    return names


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file(document: str) -> None:
    folder = (ROOT / document).parent
    links = re.findall(r"\]\(([^)#:]+)\)", _text(document))
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("document", [*READMES, "docs/operations.md"])
def test_every_command_that_is_told_exists(document: str) -> None:
    told = re.findall(r"(?m)(?:`|^|/)onpost ([a-z]+(?: [a-z]+)?)", _text(document))
    groups = {name.split()[0] for name in _commands() if " " in name}
    wanted = {name if name.split()[0] in groups else name.split()[0] for name in told}
    assert wanted
    assert wanted - _commands() == set()


@pytest.mark.parametrize("document", [*READMES, "docs/operations.md", "CONTRIBUTING.md"])
def test_every_make_target_that_is_told_exists(document: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", _text("Makefile")))
    told = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", _text(document)))
    assert told - targets == set()


@pytest.mark.parametrize("document", READMES)
def test_the_settings_in_the_readme_are_good(document: str, tmp_path: Path) -> None:
    (block,) = _blocks(document, "yaml")
    file = tmp_path / "onpost.yaml"
    file.write_text(block, "utf-8")
    assert set(load_settings(file).windows) == {"W01"}


def test_the_roster_in_the_operations_page_is_good(tmp_path: Path) -> None:
    settings, roster = _blocks("README.md", "yaml")[0], _blocks("docs/operations.md", "csv")[0]
    (tmp_path / "roster.csv").write_text(roster, "utf-8")
    file = tmp_path / "onpost.yaml"
    file.write_text(settings + _blocks("docs/operations.md", "yaml")[0], "utf-8")
    duty = read_duty(load_settings(file))
    assert {shift.window_id for shift in duty.roster.shifts} == {"W01"}
    assert len(duty.roster.shifts) == roster.count("张三")


def test_the_example_settings_are_good() -> None:
    assert set(load_settings(ROOT / "docs/examples/first-camera.yaml").cameras) == {"hall-01"}


def test_both_readmes_show_the_same_commands_and_settings() -> None:
    english, chinese = READMES
    for language in ("sh", "yaml"):
        assert _blocks(english, language) == _blocks(chinese, language)


def test_every_file_that_architecture_names_exists() -> None:
    named = re.findall(NAMED, _text("ARCHITECTURE.md"))
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []
