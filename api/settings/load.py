"""Read settings from a file and the environment, or say everything that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError as EnvironmentProblem

from api.redact import remember
from api.settings.checks import cross_problems
from api.settings.domain import presence_profile_of, window_of
from api.settings.errors import Path as Keys
from api.settings.errors import Problem, SettingsProblems, describe, unknown_key, without_echoes
from api.settings.model import Settings
from api.settings.references import resolve
from api.settings.secret_texts import secret_texts
from api.settings.yaml_file import Document, read_yaml
from models.domain.errors import InputError

PREFIX = "ONPOST_"
SETTINGS_VARIABLE = "ONPOST_SETTINGS"
"""Names the settings file where no command-line option does."""

PASSPHRASE_VARIABLE = "ONPOST_BACKUP_PASSPHRASE"  # noqa: S105  its name
"""Opens and seals backups; no setting, since settings are kept in files and in the record."""

PASSWORD_FILE_VARIABLE = "ONPOST_PASSWORD_FILE"  # noqa: S105  its name
"""Names a file with the password of the account that `--by` names, for scripts."""

OTHER_VARIABLES = frozenset(
    {SETTINGS_VARIABLE, PASSPHRASE_VARIABLE, PASSWORD_FILE_VARIABLE, "ONPOST_REQUIRE_ALL"}
)
DEFAULT_FILE = "onpost.yaml"


def load_settings(file: Path | None = None, *, look_up: bool = True) -> Settings:
    """Settings from `file`, else `$ONPOST_SETTINGS`, else `onpost.yaml` where it exists.

    Args:
        file: The file.
        look_up: False does not open the store of secrets; something harmless stands for each.

    Raises:
        SettingsProblems: everything that is wrong, with file, key and line.
    """
    named = file or (Path(value) if (value := os.environ.get(SETTINGS_VARIABLE)) else None)
    path = named or Path(DEFAULT_FILE)
    if named is None and not path.exists():
        return parse_settings("", None, look_up=look_up)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise SettingsProblems(
            [Problem(f"无法读取设置文件:{reason}。", f"cannot be read: {reason}.", str(path))]
        ) from None
    except UnicodeDecodeError:
        raise SettingsProblems(
            [Problem("设置文件须为 UTF-8 编码。", "the settings file must be UTF-8.", str(path))]
        ) from None
    settings = parse_settings(text, path, look_up=look_up)
    remember(secret_texts(settings))
    return settings


def parse_settings(
    text: str,
    file: Path | None,
    environment: Mapping[str, str] | None = None,
    *,
    look_up: bool = True,
) -> Settings:
    """Settings from YAML text and environment variables, which win over the file.

    Args:
        text: The YAML.
        file: Where it came from; relative paths start in its folder.
        environment: Variables, those of this process where left out.
        look_up: False does not open the store of secrets.

    Raises:
        SettingsProblems: everything that is wrong, with file, key and line.
    """
    variables = dict(os.environ if environment is None else environment)
    document = read_yaml(text, str(file) if file else "settings")
    given = _from_environment(variables, document)
    base = file.resolve().parent if file else Path.cwd()

    def where(path: Keys) -> str:
        name = PREFIX + "__".join(str(part) for part in path).upper()
        named = {key.upper() for key in variables}
        return f"${name}" if name in named else document.where(path)

    merged = _merged(document.values, given)
    found = resolve(merged, base, where, look_up=look_up)
    if found.problems:  # everything else that is wrong is told, too
        found.values = resolve(merged, base, where, look_up=False).values
    values = found.values
    problems = _unknown_variables(variables) + found.problems
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        problems += [describe(item, Settings, where) for item in without_echoes(details)]
    problems += cross_problems(values, where)
    if settings is not None and not problems:
        problems += _domain_problems(settings, where)
    if problems or settings is None:
        raise SettingsProblems(_in_order(problems, document))
    settings._base = base
    settings._file = file.resolve() if file else None
    settings._used, settings._texts = found.used, found.texts
    return settings


def _domain_problems(settings: Settings, where: Any) -> list[Problem]:
    """What only shows when global values and overrides come together."""
    problems = []
    for window_id in settings.windows:
        try:
            window_of(settings, window_id)
            presence_profile_of(settings, window_id)
        except InputError as error:
            path: Keys = ("windows", window_id)
            problems.append(Problem(error.zh, error.en, where(path), path))
    return problems


def _in_order(problems: list[Problem], document: Document) -> list[Problem]:
    unique = {(item.where, item.path, item.en): item for item in problems}
    return sorted(unique.values(), key=lambda item: document.line_of(item.path) or 0)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        before = merged.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(before, value) if both else value  # type: ignore[arg-type]
    return merged


class _Environment(EnvSettingsSource):
    """pydantic-settings' reading of the environment, from given variables."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {key.lower(): value for key, value in variables.items()}
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._variables


def _from_environment(variables: Mapping[str, str], document: Document) -> dict[str, Any]:
    try:
        given = _Environment(variables)()
    except EnvironmentProblem as error:
        raise SettingsProblems(
            [
                Problem(
                    "环境变量的值不是有效的 JSON;列表和整节须写成 JSON。",
                    f"{error}; lists and whole sections must be JSON.",
                    f"${PREFIX}…",
                )
            ]
        ) from None
    for name in ("halls", "cameras", "windows", "duty_profiles"):
        if isinstance(given.get(name), dict):  # variable names carry no case, ids do
            ids = {str(key).lower(): key for key in document.values.get(name) or {}}
            given[name] = {ids.get(key.lower(), key): v for key, v in given[name].items()}
    return given


def _unknown_variables(variables: Mapping[str, str]) -> list[Problem]:
    problems = []
    for name in sorted(variables):
        if not name.upper().startswith(PREFIX) or name.upper() in OTHER_VARIABLES:
            continue
        first = name[len(PREFIX) :].lower().split("__")[0]
        if first not in Settings.model_fields:
            problems.append(unknown_key((first,), Settings, f"${name}"))
    return problems
