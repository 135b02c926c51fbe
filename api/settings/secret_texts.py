"""Every secret that settings hold, so that logs and errors can leave it out wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from api.settings.model import Settings
from vision.sources.address import SECRET_NAMES, parse_address

_PIECES = re.compile(r"[:/@?&=,;+]+")


def secret_texts(settings: Settings) -> Iterator[str]:
    """The secrets themselves, out of addresses and out of the store; never to be shown."""
    yield from settings.stored_secrets
    for camera in settings.cameras.values():
        address = parse_address(camera.source.get_secret_value())
        yield address.password.reveal()
        yield from _in_query(address.query.reveal())
    if settings.database is not None:
        yield from _password(settings.database.get_secret_value())
    for source in settings.supervision.case_sources.values():
        yield from _password(source.database.get_secret_value())
    for channel in settings.notifications.channels.values():
        yield from channel_tokens(channel.url.get_secret_value())


def channel_tokens(url: str) -> Iterator[str]:
    """Every piece of a channel's address that may be a token: services put them anywhere. Names
    of hosts and plain numbers are none."""
    for piece in _PIECES.split(url.partition("://")[2]):
        if "." not in piece and not piece.isdecimal():
            yield unquote(piece)


def clear_secrets(settings: Settings) -> Iterator[str]:
    """Keys of settings that hold a secret in clear text."""
    named = settings.secret_names
    for camera_id, camera in settings.cameras.items():
        address = parse_address(camera.source.get_secret_value())
        told = address.password.reveal() or any(_in_query(address.query.reveal()))
        if told and ("cameras", camera_id, "source") not in named:
            yield f"cameras.{camera_id}.source"
    if settings.database is not None and ("database",) not in named:
        yield from ("database" for _ in _password(settings.database.get_secret_value()))
    for name, source in settings.supervision.case_sources.items():
        path = ("supervision", "case_sources", name, "database")
        if path not in named and any(_password(source.database.get_secret_value())):
            yield ".".join(path)
    for name in settings.notifications.channels:
        if ("notifications", "channels", name, "url") not in named:
            yield f"notifications.channels.{name}.url"


def _in_query(query: str) -> Iterator[str]:
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if value and SECRET_NAMES.search(name):
            yield unquote(value)


def _password(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return
    if password:
        yield unquote(password)
