"""YAML with line numbers: values as PyYAML reads them, and where each key stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from api.settings.errors import Path, Problem, SettingsProblems


@dataclass(slots=True)
class Document:
    """A YAML file's values with the line (from 1) of every key and list item."""

    file: str
    values: dict[str, Any]
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int | None:
        """The line of `path`, or of the nearest enclosing key that the file has."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def where(self, path: Path) -> str:
        line = self.line_of(path)
        return f"{self.file}:{line}" if line else self.file


def read_yaml(text: str, file: str) -> Document:
    """Parse a settings file.

    Keys are always text, so that an id such as `01` stays what was written.

    Raises:
        SettingsProblems: not YAML, not a mapping at the top, a key given twice.
    """
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # characters that no YAML may hold
        raise SettingsProblems([_broken(error, file)]) from None
    try:
        node = loader.get_single_node()
        builder = _Builder(loader, file)
        values = {} if node is None else builder.build(node, ())
    except yaml.YAMLError as error:
        raise SettingsProblems([_broken(error, file)]) from None
    finally:
        loader.dispose()
    if builder.problems:
        raise SettingsProblems(builder.problems)
    if not isinstance(values, dict):
        raise SettingsProblems(
            [
                Problem(
                    "设置文件的最外层须为“键: 值”。",
                    "the settings file must hold `key: value` lines at its top level.",
                    f"{file}:1",
                )
            ]
        )
    return Document(file, values, builder.lines)


def _broken(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"{file}:{mark.line + 1}" if mark else file
    what = getattr(error, "problem", None) or "unreadable"
    return Problem(
        f"YAML 格式错误({what}),请检查缩进、冒号和引号。",
        f"not valid YAML ({what}); check indentation, colons and quotes.",
        where,
    )


class _Builder:
    """Turns nodes into values and remembers the lines."""

    def __init__(self, loader: yaml.SafeLoader, file: str) -> None:
        self._loader = loader
        self._file = file
        self._within: list[yaml.Node] = []
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, path: Path) -> Any:
        if any(node is outer for outer in self._within):
            raise yaml.MarkedYAMLError(
                problem="an alias refers to itself", problem_mark=node.start_mark
            )
        self._within.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return self._sequence(node, path)
            return self._loader.construct_object(node, deep=True)
        except ValueError as error:  # e.g. the date 2026-02-30
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None
        finally:
            self._within.pop()

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        self._refuse_twins(node, path)
        self._loader.flatten_mapping(node)
        values: dict[str, Any] = {}
        for key, value in node.value:
            here = (*path, str(key.value))
            self.lines[here] = key.start_mark.line + 1
            values[str(key.value)] = self.build(value, here)
        return values

    def _sequence(self, node: yaml.SequenceNode, path: Path) -> list[Any]:
        values = []
        for number, item in enumerate(node.value):
            here = (*path, number)
            self.lines[here] = item.start_mark.line + 1
            values.append(self.build(item, here))
        return values

    def _refuse_twins(self, node: yaml.MappingNode, path: Path) -> None:
        first: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first and name != "<<":
                self.problems.append(
                    Problem(
                        f"键“{name}”重复,第 {first[name]} 行已有;请保留一个。",
                        f"key {name!r} is given twice, first in line {first[name]}; keep one.",
                        f"{self._file}:{line}",
                        (*path, name),
                    )
                )
            first.setdefault(name, line)
