"""The lease of the scheduling process, and what its jobs did, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class StoredJobs:
    """JobBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
