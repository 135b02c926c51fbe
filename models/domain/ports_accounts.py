"""What the record keeps: accounts (账号), sessions, tokens."""

from __future__ import annotations

from typing import Protocol


class AccountBook(Protocol):
    """Accounts (账号), sessions, tokens."""
