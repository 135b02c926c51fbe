"""Settings errors: all at once, each with file and line, key, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from api.redact import redact
from models.domain.errors import SettingsError

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in both languages, and where."""

    zh: str
    en: str
    where: str = ""
    path: Path = ()

    @property
    def key(self) -> str:
        """`windows.w1.views[0].polygon`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text

    def __str__(self) -> str:
        head = " ".join(part for part in (self.where, self.key) if part)
        return f"{head}: {self.zh} / {self.en}" if head else f"{self.zh} / {self.en}"


class SettingsProblems(SettingsError):
    """Everything that is wrong with the settings, one line each.

    Attributes:
        problems: In the order of the file.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = len(self.problems) - 1
        super().__init__(
            first.zh if not more else f"{first.zh}(另有 {more} 处错误)",
            first.en if not more else f"{first.en} (and {more} more)",
            where=" ".join(part for part in (first.where, first.key) if part),
        )

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        count = len(self.problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        return f"设置有 {count} 处错误 / {count} settings are wrong:\n{lines}"


Where: TypeAlias = Callable[[Path], str]


def without_echoes(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Without "too few items" where the items are there but wrong."""
    paths = [item["loc"] for item in details]

    def echo(item: ErrorDetails) -> bool:
        loc = item["loc"]
        inner = any(len(path) > len(loc) and path[: len(loc)] == loc for path in paths)
        return item["type"] == "too_short" and inner

    return [item for item in details if not echo(item)]


def describe(details: ErrorDetails, root: type[BaseModel], where: Where) -> Problem:
    """One of pydantic's errors as a problem that a person can mend."""
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    context = details.get("ctx") or {}
    kind = details["type"]
    if kind == "onpost":
        return Problem(str(context["zh"]), str(context["en"]), where(path), path)
    if kind == "extra_forbidden":
        return unknown_key(path, root, where(path))
    zh = _ZH.get(kind, "值不符合要求({msg})。").format_map(_Words(context, details["msg"]))
    return Problem(redact(zh), redact(_lowered(details["msg"])), where(path), path)


def unknown_key(path: Path, root: type[BaseModel], where: str) -> Problem:
    """A key that does not exist, with the nearest that does."""
    known = keys_at(root, path[:-1])
    near = get_close_matches(str(path[-1]), known, 1, 0.5)
    if near:
        return Problem(
            f"未知的键“{path[-1]}”,是否想写“{near[0]}”?",
            f"unknown key {path[-1]!r}; did you mean {near[0]!r}?",
            where,
            path,
        )
    return Problem(
        f"未知的键“{path[-1]}”;这里可用:{'、'.join(known)}。",
        f"unknown key {path[-1]!r}; known here: {', '.join(known)}.",
        where,
        path,
    )


def keys_at(root: type[BaseModel], path: Path) -> list[str]:
    """The keys that a section may hold."""
    here: Any = root
    for part in path:
        here = _step(here, part)
    model = _model_in(here)
    return sorted(model.model_fields) if model else []


def _step(here: Any, part: str | int) -> Any:
    model = here if isinstance(here, type) and issubclass(here, BaseModel) else None
    if model is None and (args := _container_args(here)):
        return args[-1] if args[-1] is not Ellipsis else args[0]
    model = model or _model_in(here)
    info = model.model_fields.get(str(part)) if model else None
    return info.annotation if info else None


def _container_args(here: Any) -> tuple[Any, ...]:
    origin = getattr(here, "__origin__", None)
    if origin in (dict, tuple, list):
        return get_args(here)
    for arg in get_args(here):
        if found := _container_args(arg):
            return found
    return ()


def _model_in(here: Any) -> type[BaseModel] | None:
    if isinstance(here, type) and issubclass(here, BaseModel):
        return here
    return next((model for arg in get_args(here) if (model := _model_in(arg))), None)


def _lowered(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}."


class _Words(dict[str, Any]):
    """Words for a template; pydantic names some of them only now and then."""

    def __init__(self, context: Mapping[str, Any], message: str) -> None:
        super().__init__(context, msg=message)

    def __missing__(self, key: str) -> str:
        return "…"


_ZH: Mapping[str, str] = {
    "missing": "缺少此键,请补上。",
    "greater_than": "须大于 {gt}。",
    "greater_than_equal": "须不小于 {ge}。",
    "less_than": "须小于 {lt}。",
    "less_than_equal": "须不大于 {le}。",
    "int_parsing": "须为整数。",
    "int_type": "须为整数。",
    "int_from_float": "须为整数。",
    "float_parsing": "须为数字。",
    "float_type": "须为数字。",
    "bool_parsing": "须为 true 或 false。",
    "bool_type": "须为 true 或 false。",
    "string_type": "须为文字,请加引号。",
    "string_too_short": "不能为空。",
    "string_too_long": "文字过长,最长 {max_length} 个字符。",
    "too_short": "至少需要 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "enum": "须为以下之一:{expected}。",
    "literal_error": "须为以下之一:{expected}。",
    "dict_type": "须为“键: 值”的一节。",
    "model_type": "须为“键: 值”的一节。",
    "model_attributes_type": "须为“键: 值”的一节。",
    "tuple_type": "须为列表。",
    "list_type": "须为列表。",
    "date_type": "须为日期,例如 2026-11-23。",
    "date_parsing": "须为日期,例如 2026-11-23。",
    "date_from_datetime_parsing": "须为日期,例如 2026-11-23。",
    "datetime_type": "须为日期和时间,例如 2026-11-23T08:20:00。",
    "datetime_parsing": "须为日期和时间,例如 2026-11-23T08:20:00。",
    "datetime_from_date_parsing": "须为日期和时间,例如 2026-11-23T08:20:00。",
    "finite_number": "须为有限的数字。",
}
