"""What the record keeps: spot checks (抽查): plans, checks, results, campaigns."""

from __future__ import annotations

from typing import Protocol


class CheckBook(Protocol):
    """Spot checks (抽查): plans, checks, results, campaigns."""
