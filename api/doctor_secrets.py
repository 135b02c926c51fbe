"""`onpost doctor` about secrets: who can read the settings file, and what lies in it in clear."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api.doctor import Result, Verdict
from api.settings import Settings
from api.settings.secret_texts import clear_secrets
from models.domain.errors import OnPostError

FILE: Final = "settings file"
STORE: Final = "secrets"
MOST_NAMED: Final = 5


def examine_secrets(settings: Settings) -> Iterator[Result]:
    """The settings file's mode, secrets in clear text, the encrypted store; nothing is changed."""
    clear = list(clear_secrets(settings))
    if settings.file is not None:
        yield check_mode(settings.file, clear=bool(clear))
    if clear:
        named = ", ".join(clear[:MOST_NAMED]) + (" …" if len(clear) > MOST_NAMED else "")
        yield Result(
            STORE,
            Verdict.WARN,
            f"{len(clear)} 处口令以明文写在设置中:{named}",
            f"{len(clear)} secret(s) in clear text in the settings: {named}",
            "onpost secret set NAME,设置中改写为 / then write in the settings: ${secret:NAME}",
        )
    if settings.secret_names or settings.secret_store.file.exists():
        yield check_store(settings)


def check_mode(file: Path, *, clear: bool) -> Result:
    """That nobody else can change the settings file, nor read it where it holds secrets."""
    mode = file.stat().st_mode
    if mode & stat.S_IWOTH:
        zh, en = "任何用户都可修改设置文件", "every user can change the settings"
        return Result(FILE, Verdict.FAIL, zh, en, f"chmod 600 {file}")
    if clear and mode & stat.S_IROTH:
        return Result(
            FILE,
            Verdict.FAIL,
            "设置文件含明文口令,且任何用户都可读取",
            "it holds secrets in clear text and every user can read it",
            f"chmod 600 {file}",
        )
    return Result(FILE, Verdict.OK, f"权限 {mode & 0o777:o}", f"mode {mode & 0o777:o}")


def check_store(settings: Settings) -> Result:
    """That the store opens with its key and holds what the settings name."""
    store = settings.secret_store
    try:
        kept = store.kept()
        store.open_all([one.name for one in kept])
    except OnPostError as error:
        return Result(STORE, Verdict.FAIL, error.zh, error.en, str(error.where))
    return Result(
        STORE, Verdict.OK, f"口令库 {len(kept)} 条可打开", f"{len(kept)} in the store, all open"
    )
