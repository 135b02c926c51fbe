"""The offline bundle in small: what lies in it is listed, and anything else is refused by name."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

NAME = "onpost-9.9.9-abc-cp311-any"


def sh(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own scripts
        ["/bin/sh", *map(str, words)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A sealed bundle, unpacked as somebody would who carried it over."""
    made = tmp_path / "made" / NAME
    (made / "wheels").mkdir(parents=True)
    (made / "wheels" / "one-1.0-py3-none-any.whl").write_bytes(b"wheel one")
    (made / "wheels" / "名 with space.whl").write_bytes(b"wheel two")
    (made / "source.tar").write_bytes(b"source")
    (made / "BUNDLE").write_text("version=9.9.9\npython=3.1\nmachine=none\nglibc=2.17\n")
    shutil.copy(ROOT / "tools" / "bundle_install.sh", made / "install.sh")
    archive = tmp_path / f"{NAME}.tar.gz"
    sealed = sh(ROOT / "tools" / "bundle.sh", "seal", made, archive)
    assert sealed.returncode == 0, sealed.stderr
    first = archive.read_bytes()
    assert sh(ROOT / "tools" / "bundle.sh", "seal", made, archive).returncode == 0
    assert archive.read_bytes() == first, "equal content makes equal archives"
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "carried", filter="data")
    return tmp_path / "carried" / NAME


def test_every_file_is_listed_and_a_whole_bundle_passes(bundle: Path) -> None:
    listed = {line[66:] for line in (bundle / "SHA256SUMS").read_text("utf-8").splitlines()}
    there = {str(one.relative_to(bundle)) for one in bundle.rglob("*") if one.is_file()}
    assert listed == there - {"SHA256SUMS"}
    checked = sh(bundle / "install.sh", "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"{len(listed)} 个文件与清单一致" in checked.stdout


def changed(bundle: Path) -> str:
    (bundle / "source.tar").write_bytes(b"Source")
    return "source.tar"


def missing(bundle: Path) -> str:
    (bundle / "wheels" / "one-1.0-py3-none-any.whl").unlink()
    return "one-1.0-py3-none-any.whl"


def additional(bundle: Path) -> str:
    (bundle / "wheels" / "two-2.0-py3-none-any.whl").write_bytes(b"slipped in")
    return "two-2.0-py3-none-any.whl"


def linked(bundle: Path) -> str:
    (bundle / "wheels" / "link.whl").symlink_to("/etc/hostname")
    return "link.whl"


def unlisted(bundle: Path) -> str:
    (bundle / "SHA256SUMS").unlink()
    return "SHA256SUMS"


@pytest.mark.parametrize("harm", [changed, missing, additional, linked, unlisted])
def test_what_is_not_as_listed_is_named_and_nothing_is_installed(
    bundle: Path, tmp_path: Path, harm: Callable[[Path], str]
) -> None:
    name = harm(bundle)
    target = tmp_path / "installed"
    refused = sh(bundle / "install.sh", target)
    assert refused.returncode != 0
    assert name in refused.stderr
    assert not target.exists()


def test_a_bundle_for_another_machine_is_refused_before_anything_is_made(
    bundle: Path, tmp_path: Path
) -> None:
    refused = sh(bundle / "install.sh", tmp_path / "installed")
    assert refused.returncode != 0
    assert "this bundle is for none" in refused.stderr
    assert not (tmp_path / "installed").exists()
