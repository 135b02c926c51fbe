"""Notifications to be sent (发件箱), and webhooks, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class StoredOutbox:
    """OutboxBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
