"""Chance that is always the same: a generator for each thing, by the seed and its name."""

from __future__ import annotations

from random import Random


def chance(seed: int, *names: object) -> Random:
    """A generator of its own for what `names` name; the same names give the same numbers."""
    return Random("/".join(str(part) for part in (seed, *names)))  # noqa: S311  draws scenery
