"""Spot checks (抽查): plans, checks, results, campaigns, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class StoredChecks:
    """CheckBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
