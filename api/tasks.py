"""Which processes an installation runs, and what they are told."""

from __future__ import annotations

import sys
import time

from api.settings import SETTINGS_VARIABLE, Settings
from api.settings.sections import ClockKind
from api.supervise import Task

ANCHOR_VARIABLE = "ONPOST_CLOCK__ANCHORED_AT"


def onpost_argv(*arguments: str) -> list[str]:
    """The command line of an `onpost` command run by this very Python."""
    return [sys.executable, "-c", "from api.cli import main; main()", *arguments]


def tasks_of(settings: Settings, *, web: bool = True) -> list[Task]:
    """The processes of an installation, in the order of starting.

    All get the same settings file, and, where time is simulated, the same anchor, so that all
    show the same time.
    """
    environment: dict[str, str] = {}
    if settings.file is not None:
        environment[SETTINGS_VARIABLE] = str(settings.file)
    if settings.clock.kind is ClockKind.SIMULATED:
        anchored_at = settings.clock.anchored_at or time.time()
        environment[ANCHOR_VARIABLE] = repr(anchored_at)
    names = ["watch", "schedule", *(["serve"] if web else [])]
    return [Task(name, onpost_argv(name), environment) for name in names]
