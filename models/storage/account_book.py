"""Accounts (账号), sessions, tokens, in the database."""

from __future__ import annotations

from sqlalchemy import Connection


class StoredAccounts:
    """AccountBook on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
