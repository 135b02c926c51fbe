"""The command `onpost`: each command is one file in `api/commands/`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import typer

from models.domain.errors import OnPostError

COMMANDS: Final = (
    "weights",
    "photographs",
    "replay",
    "evaluate",
    "register",
    "roster",
    "leave",
    "stop",
    "calendar",
    "duty",
    "behaviour",
    "finding",
    "case",
    "circular",
    "report",
    "rectify",
    "appeal",
    "measure",
    "notify",
    "inspection",
    "campaign",
    "rollcall",
    "retention",
    "database",
    "backup",
    "settings",
    "secret",
    "audit",
    "user",
    "token",
    "watch",
    "schedule",
    "serve",
    "up",
    "access",
    "doctor",
    "demo",
)
"""Modules of `api.commands`; each offers `add_to(app)`."""

USER_ERROR: Final = 2


def build() -> typer.Typer:
    """The whole command line. Commands import what they need only when they run."""
    app = typer.Typer(
        name="onpost",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="OnPost (在岗): on-duty monitoring for government service halls.",
    )
    for name in COMMANDS:
        import_module(f"api.commands.{name}").add_to(app)
    return app


def main() -> None:
    """Run a command; an error that a person can mend is printed, without a trace, exit 2."""
    try:
        build()()
    except OnPostError as error:
        print(f"onpost: {error}", file=sys.stderr)
        raise SystemExit(USER_ERROR) from None
