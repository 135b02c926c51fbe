"""Settings: one YAML file and the environment; every error names the key and its line."""

from __future__ import annotations

from api.settings.domain import (
    camera_of,
    cameras_of,
    hall_of,
    halls_of,
    presence_profile_of,
    window_of,
    windows_of,
)
from api.settings.errors import Problem, SettingsProblems
from api.settings.load import SETTINGS_VARIABLE, load_settings, parse_settings
from api.settings.model import Settings, json_schema

__all__ = [
    "SETTINGS_VARIABLE",
    "Problem",
    "Settings",
    "SettingsProblems",
    "camera_of",
    "cameras_of",
    "hall_of",
    "halls_of",
    "json_schema",
    "load_settings",
    "parse_settings",
    "presence_profile_of",
    "window_of",
    "windows_of",
]
