"""Who may call what, read from the application itself: roles by endpoints (权限矩阵)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from api.app import create_app
from api.auth.endpoints import Endpoint, Endpoints
from api.settings import parse_settings
from api.wiring import opened_web
from models.domain.access import ALONE, GRANTS, TOKEN_ONLY, Permission, Role

ROLES: Final = tuple(Role)
HEAD: Final = ("endpoint", "permission", "audit", "anybody", *ROLES)

YES: Final = "yes"
SCOPE: Final = "scope"
"""What lies outside the account's halls and units is left out of lists and answers 404."""

OWN: Final = "own"
"""One's own session, password, tokens."""

TOKEN: Final = "token"  # noqa: S105  a word of the table
"""Only by a token that names the permission."""


def matrix() -> str:
    """The table as CSV, from an application made for it in a folder that is taken away again.

    Raises:
        UnruledEndpoint: an endpoint says not who may call it.
    """
    with TemporaryDirectory() as folder:
        settings = parse_settings("{data_dir: data, shelf_dir: shelf}", Path(folder) / "o.yaml", {})
        with opened_web(settings) as parts:
            endpoints: Endpoints = create_app(parts).state.endpoints
            return as_csv(endpoints)


def as_csv(endpoints: Endpoints) -> str:
    """A line for each endpoint, by address and method."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(HEAD)
    table.writerows(sorted(_rows(endpoints)))
    return written.getvalue()


def _rows(endpoints: Endpoints) -> Iterator[tuple[str, ...]]:
    for endpoint in endpoints:
        rule = endpoint.rule
        anybody = YES if rule.permission is None else "on this machine" if rule.on_machine else ""
        named = f"{endpoint.path} {' '.join(sorted(endpoint.methods))}"
        yield (
            named,
            " ".join(rule.permissions),
            rule.audit,
            anybody,
            *(_cell(endpoint, role) for role in ROLES),
        )


def _cell(endpoint: Endpoint, role: Role) -> str:
    permission = endpoint.rule.permission
    if permission is None:
        return YES
    if not GRANTS[role].issuperset(endpoint.rule.permissions):
        return ""
    if permission in TOKEN_ONLY:
        return TOKEN
    if permission is Permission.OWN_ACCOUNT:
        return OWN
    return SCOPE if endpoint.asks_scope and role not in ALONE else YES
