"""Every endpoint of the application with its rule; one without a rule is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, compile_path

from api.auth.guard import Guard, visitor_at
from api.auth.rule import Rule
from models.domain.access import Permission

SIGNED_IN: Final = Rule(Permission.OWN_ACCOUNT)
"""Of what is no endpoint of ours: NiceGUI's scripts and its socket, unknown addresses."""

OPEN_FOLDERS: Final = ("/static/", "/favicon.ico")
"""Our own style and scripts, which the sign-in page needs."""

LIBRARY: Final = "/_nicegui"
"""What NiceGUI adds by itself."""


class UnruledEndpoint(Exception):
    """An endpoint says not who may call it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the application.

    Attributes:
        path: With the names of its parts, `/api/v1/findings/{finding_id}`.
        asks_scope: The handler asks who calls, and leaves out what is outside their scope.
    """

    methods: frozenset[str]
    path: str
    rule: Rule
    pattern: re.Pattern[str]
    asks_scope: bool = False

    @property
    def name(self) -> str:
        return f"{min(self.methods)} {self.path}"


class Endpoints:
    """The endpoints in the order in which they are looked for."""

    def __init__(self) -> None:
        self._all: list[Endpoint] = []

    def read(self, app: Starlette) -> None:
        """Take over every endpoint of an application and of what is mounted in it.

        Raises:
            UnruledEndpoint: some have no rule; all of them are named.
        """
        found = list(_found(app.routes))
        bare = [f"{sorted(one.methods)} {one.path}" for one in found if one.rule is None]
        if bare:
            raise UnruledEndpoint("give these endpoints a rule, needs(…): " + ", ".join(bare))
        self._all = [
            Endpoint(
                one.methods,
                one.path,
                one.rule,
                compile_path(one.path)[0],
                asks_scope=one.asks_scope,
            )
            for one in found
            if one.rule is not None
        ]

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._all)

    def find(self, method: str, path: str) -> Endpoint | None:
        """The endpoint that a call will reach; None for one that is none of ours."""
        for endpoint in self._all:
            if method in endpoint.methods and endpoint.pattern.match(path):
                return endpoint
        return None


def is_open_folder(path: str) -> bool:
    """Whether this is a file that anybody may have."""
    return path.startswith(OPEN_FOLDERS[0]) or path == OPEN_FOLDERS[1]


@dataclass(frozen=True, slots=True)
class _Found:
    methods: frozenset[str]
    path: str
    rule: Rule | None
    asks_scope: bool


def _found(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[_Found]:
    for context in iter_route_contexts(routes):
        route: Any = context.original_route
        if isinstance(route, Mount):
            if isinstance(route.app, Starlette):
                yield from _found(route.app.routes, prefix + route.path)
        elif isinstance(route, APIRoute):
            path = prefix + (context.path or "")
            if not path.startswith(LIBRARY):
                yield _Found(
                    frozenset(context.methods or ()),
                    path,
                    _rule_of(context),
                    _asks_who(context),
                )


def _rule_of(context: RouteContext) -> Rule | None:
    guards = (held.dependency for held in context.dependencies)
    return next((guard.rule for guard in guards if isinstance(guard, Guard)), None)


def _asks_who(context: RouteContext) -> bool:
    """Whether the handler takes the visitor."""
    return any(held.call is visitor_at for held in context.dependant.dependencies)
