"""Before anything is downloaded, the set-up says what the machine lacks and what brings it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.groups import ROOT

_OLD = "#!/bin/sh\nexit 1\n"
_WITHOUT_LIBRARIES = f"""#!/bin/sh
case "$*" in
    *CDLL*|*ensurepip*) exit 1 ;;
    *) exec "{sys.executable}" "$@" ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A repository without weights, on a machine with next to no commands."""
    tools = tmp_path / "tools"
    tools.mkdir()
    shutil.copy(ROOT / "tools" / "preflight.sh", tools)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("dirname", "ls"):
        found = shutil.which(name)
        assert found
        (commands / name).symlink_to(found)
    return tmp_path


def _command(machine: Path, name: str, script: str) -> None:
    file = machine / "bin" / name
    file.write_text(script, "utf-8")
    file.chmod(0o755)


def _preflight(machine: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", str(machine / "tools" / "preflight.sh")],
        env={"PATH": str(machine / "bin"), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_machine_without_a_new_enough_python_is_told_which_package_brings_it(
    machine: Path,
) -> None:
    _command(machine, "python3", _OLD)
    told = _preflight(machine)
    assert told.returncode == 1
    assert "apt install python3 python3-venv" in told.stderr
    assert told.stdout == ""


def test_everything_that_is_missing_is_told_at_once(machine: Path) -> None:
    _command(machine, "python3", _WITHOUT_LIBRARIES)
    told = _preflight(machine)
    assert told.returncode == 1
    for remedy in ("python3-venv", "libgl1", "libglib2.0-0", "apt install npm"):
        assert remedy in told.stderr


def test_npm_is_not_asked_for_where_the_weights_are_named_or_there(machine: Path) -> None:
    (machine / "bin" / "python3").symlink_to(sys.executable)
    assert "npm" in _preflight(machine).stderr
    assert "npm" not in _preflight(machine, WEIGHTS="somewhere.onnx").stderr
    (machine / "weights").mkdir()
    (machine / "weights" / "yolov8s.onnx").touch()
    assert "npm" not in _preflight(machine).stderr


def test_the_python_that_is_named_is_the_one_that_is_used(machine: Path) -> None:
    _command(machine, "python3", _OLD)
    told = _preflight(machine, PYTHON=sys.executable, WEIGHTS="somewhere.onnx")
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() == sys.executable
