"""Ways a source can fail that its caller must tell apart."""

from __future__ import annotations

from models.domain.errors import SourceError


class NoNewPicture(SourceError):
    """The connection holds, but no newer picture came within the time-out."""


class BrokenPicture(SourceError):
    """The camera answers, but what it sends is no whole picture."""


class AccessRefused(SourceError):
    """Wrong user or password. Trying again soon may lock the camera's account."""
