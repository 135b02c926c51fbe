"""References to secrets in the settings: `secret:NAME` for a whole value, `${secret:NAME}` in one.

Within an address a secret stands percent-encoded, so that it may hold any sign. Only values that
are kept secret everywhere else may hold one: addresses of cameras, databases and channels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final
from urllib.parse import quote

from api.secret_store import KEY, STORE, SecretStore
from api.settings.errors import Path, Problem
from models.domain.errors import OnPostError

WHOLE: Final = re.compile(r"secret:([\w.-]+)", re.ASCII)
WITHIN: Final = re.compile(r"\$\{secret:([^}]*)\}")
_STANDS_FOR: Final = {
    "cameras": "http://secret.invalid/",
    "notifications": "json://secret.invalid",
}
"""What stands for a whole address that is not looked up."""


@dataclass(slots=True)
class Resolved:
    """Settings with their secrets in place.

    Attributes:
        used: The names of secrets by the key that names them.
        texts: The secrets themselves.
    """

    values: dict[str, Any]
    used: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    texts: frozenset[str] = field(default=frozenset(), repr=False)
    problems: list[Problem] = field(default_factory=list)


def store_of(values: Mapping[str, Any], base: FilePath) -> SecretStore:
    """The store that raw settings name."""
    raw = values.get("secrets")
    chosen: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    data = _below(base, _text(values.get("data_dir")) or "var")

    def place(key: str, usual: str) -> FilePath:
        named = _text(chosen.get(key))
        return _below(base, named) if named else data / usual

    return SecretStore(place("file", STORE), place("key_file", KEY))


def _below(base: FilePath, text: str) -> FilePath:
    try:
        return (base / FilePath(text).expanduser()).resolve()
    except RuntimeError:  # ~nobody
        return base / text


def resolve(
    values: Mapping[str, Any],
    base: FilePath,
    where: Callable[[Path], str],
    *,
    look_up: bool = True,
) -> Resolved:
    """Put secrets in the place of their names.

    Args:
        values: Raw settings.
        base: Folder of the settings file.
        where: Where a key stands.
        look_up: False leaves the store alone: something harmless stands for each secret.
    """
    found = Resolved(_copied(values))
    for path, text in _texts(found.values, ()):
        names = _names(text)
        if not names:
            continue
        if not _may_hold(path):
            found.problems.append(
                Problem(
                    "此处不能引用口令;只有摄像机、数据库和通知渠道的地址可以。",
                    "no secret can stand here, only in addresses of cameras, databases and "
                    "channels.",
                    where(path),
                    path,
                )
            )
        else:
            found.used[path] = names
    if not found.used:
        return found
    wanted = sorted({name for names in found.used.values() for name in names})
    told = _looked_up(found, wanted, base, where) if look_up else dict.fromkeys(wanted, "secret")
    for path in found.used if told is not None else ():
        _put(found.values, path, told or {}, look_up=look_up)
    if look_up and told is not None:
        found.texts = frozenset(told.values())
    return found


def _looked_up(
    found: Resolved, wanted: list[str], base: FilePath, where: Callable[[Path], str]
) -> dict[str, str] | None:
    store = store_of(found.values, base)
    told: dict[str, str] = {}
    for path, names in found.used.items():
        try:
            told |= store.open_all([name for name in names if name not in told])
        except OnPostError as error:
            mend = f"({error.where})" if error.where else ""
            found.problems.append(
                Problem(f"{error.zh}{mend}", f"{error.en} {mend}".strip(), where(path), path)
            )
    return told if len(told) == len(wanted) else None


def _put(values: dict[str, Any], path: Path, told: Mapping[str, str], *, look_up: bool) -> None:
    holder: Any = values
    for part in path[:-1]:
        holder = holder[part]
    text = holder[path[-1]]
    whole = WHOLE.fullmatch(text.strip())
    if whole is None:
        holder[path[-1]] = WITHIN.sub(lambda match: quote(told[match[1]], safe=""), text)
    elif look_up:
        holder[path[-1]] = told[whole[1]]
    else:
        holder[path[-1]] = _STANDS_FOR.get(str(path[0]), "sqlite://")


def _names(text: str) -> tuple[str, ...]:
    whole = WHOLE.fullmatch(text.strip())
    return (whole[1],) if whole else tuple(dict.fromkeys(WITHIN.findall(text)))


def _may_hold(path: Path) -> bool:
    match path:
        case ("database",):
            return True
        case ("cameras", _, "source"):
            return True
        case ("notifications", "channels", _, "url"):
            return True
        case ("supervision", "case_sources", _, "database"):
            return True
    return False


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _texts(item, (*path, number))


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the mappings and lists, which may be changed."""

    def copy(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): copy(item) for key, item in value.items()}
        return [copy(item) for item in value] if isinstance(value, list | tuple) else value

    return {str(key): copy(item) for key, item in values.items()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
