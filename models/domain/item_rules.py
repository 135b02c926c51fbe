"""Rules of an item (事项) and its cases that ask no clock: the cut by a third, one notice.

Source: documents 000 and 001 (statutory time less one third), 002 (一次性告知制).
"""

from __future__ import annotations

from models.domain.case import Case


def longest_promise(statutory_days: int) -> int:
    """The longest promise that keeps the cut by a third: ⌊2/3 × statutory⌋ (20 → 13)."""
    return statutory_days * 2 // 3


def promises_too_long(promise_days: int, statutory_days: int | None) -> bool:
    """Whether a promise breaks that rule; nothing statutory breaks nothing."""
    return statutory_days is not None and promise_days > longest_promise(statutory_days)


def asked_twice(case: Case) -> bool:
    """Whether more than one notice to bring papers (补正) was given: a clue, no finding."""
    return case.corrections > 1
