"""`onpost weights` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.groups import ROOT
from tests.integration.test_replay_command import onpost
from vision.weights import KNOWN


def test_a_file_with_another_hash_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    bad, folder = tmp_path / "yolov8s.onnx", tmp_path / "weights"
    bad.write_bytes(b"not these")
    done = onpost("weights", "get", "--from", bad, "--folder", folder)
    assert done.returncode == 2
    assert "SHA-256" in done.stderr
    assert "已拒绝" in done.stderr
    assert list(folder.iterdir()) == []


def test_without_weights_the_command_that_brings_them_is_named(tmp_path: Path) -> None:
    done = onpost("weights", "verify", "--folder", tmp_path)
    assert done.returncode == 2
    assert "onpost weights get" in done.stderr


@pytest.mark.weights
def test_weights_that_are_there_need_no_fetching_and_verify(tmp_path: Path) -> None:
    carried = onpost(
        "weights", "get", "--from", ROOT / "weights" / "yolov8s.onnx", "--folder", tmp_path
    )
    assert carried.returncode == 0, carried.stderr
    again = onpost("weights", "get", "--folder", tmp_path)
    assert "already there" in again.stderr
    assert again.stdout.strip() == str(tmp_path / "yolov8s.onnx")
    verified = onpost("weights", "verify", "--folder", tmp_path)
    assert verified.stdout.strip() == f"{tmp_path / 'yolov8s.onnx'} {KNOWN['s'].sha256} OK"
