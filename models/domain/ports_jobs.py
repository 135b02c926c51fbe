"""What the record keeps: the lease of the scheduling process, and what its jobs did."""

from __future__ import annotations

from typing import Protocol


class JobBook(Protocol):
    """The lease of the scheduling process, and what its jobs did."""
