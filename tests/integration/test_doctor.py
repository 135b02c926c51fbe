from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from api.tasks import onpost_argv
from tests.fakes_web import town

ROOT = Path(__file__).parents[2]


def run_doctor(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    file = folder / "onpost.yaml"
    file.write_text(text, "utf-8")
    return subprocess.run(  # noqa: S603
        onpost_argv("doctor", "--settings", str(file), *arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_doctor_prints_a_line_a_check_and_changes_nothing(tmp_path: Path) -> None:
    done = run_doctor(tmp_path, yaml.safe_dump(town(tmp_path), allow_unicode=True))
    assert done.returncode in {0, 1}
    for name in ("settings", "package models", "library libGL.so.1", "weights", "clock"):
        assert f"] {name}: " in done.stdout
    assert (done.returncode == 1) == ("[fail]" in done.stdout)
    assert [path.name for path in tmp_path.iterdir()] == ["onpost.yaml"]


def test_doctor_fails_where_the_data_folder_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    values = town(tmp_path) | {"data_dir": str(tmp_path / "taken" / "data")}
    done = run_doctor(tmp_path, yaml.safe_dump(values, allow_unicode=True))
    assert done.returncode == 1
    assert "[fail] disk data" in done.stdout


def test_doctor_names_every_wrong_setting(tmp_path: Path) -> None:
    done = run_doctor(tmp_path, "web: {prt: 1}\nsampling: {period_s: fast}\n")
    assert done.returncode == 2
    assert "web.prt" in done.stderr
    assert "sampling.period_s" in done.stderr
    assert "Traceback" not in done.stderr
