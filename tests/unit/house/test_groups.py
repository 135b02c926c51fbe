"""A missing group is skipped and named; where everything is required, a skip is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.groups import GROUPS, ROOT

_CONFTEST = """
import pytest
import tests.groups as groups
from dataclasses import replace
groups.GROUPS = tuple(
    replace(group, is_there=lambda marker=group.marker: marker != "rtsp") for group in groups.GROUPS
)
groups.APART = tuple(replace(group, is_there=lambda: False) for group in groups.APART)
pytest_plugins = ["tests.conftest"]
"""

_GROUPED = """
import pytest

@pytest.mark.rtsp
def test_needs_a_server():
    raise AssertionError("ran")

@pytest.mark.ultralytics
def test_needs_another_venv():
    raise AssertionError("ran")

@pytest.mark.mount
def test_needs_leave_to_mount():
    raise AssertionError("ran")

def test_needs_nothing():
    pass
"""


def _run(folder: Path, body: str, *, require_all: bool) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(_CONFTEST, "utf-8")
    (folder / "test_it.py").write_text(body, "utf-8")
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "ONPOST_REQUIRE_ALL": str(int(require_all))}
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    return subprocess.run(  # noqa: S603 - our own interpreter
        [*command, "--rootdir", str(folder), "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_a_missing_server_skips_its_tests_and_names_the_line_that_brings_it(tmp_path: Path) -> None:
    run = _run(tmp_path, _GROUPED, require_all=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed, 1 skipped, 2 deselected" in run.stdout
    assert "apt install python3-gi" in run.stdout
    assert "make test-ultralytics" in run.stdout
    assert "leave to mount" in run.stdout


def test_where_all_is_required_a_missing_server_fails(tmp_path: Path) -> None:
    run = _run(tmp_path, _GROUPED, require_all=True)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "1 passed, 2 deselected, 1 error" in run.stdout
    assert "may not be skipped" in run.stdout


@pytest.mark.parametrize(
    "body",
    [
        "import pytest\ndef test_it():\n    pytest.skip('not today')\n",
        "import pytest\npytest.skip('not today', allow_module_level=True)\n",
        "import pytest\npytest.importorskip('no_such_module_anywhere')\n",
    ],
    ids=["in the test", "in the module", "import"],
)
def test_where_all_is_required_any_other_skip_fails_too(tmp_path: Path, body: str) -> None:
    assert _run(tmp_path, body, require_all=True).returncode not in {0, 5}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.marker)
def test_every_group_says_what_brings_it(group: object) -> None:
    remedy = getattr(group, "remedy", "")
    assert "apt install" in remedy or ".venv/bin/" in remedy
