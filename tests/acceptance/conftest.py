"""Fixtures of the acceptance tests."""

from tests.acceptance.town import town

__all__ = ["town"]
