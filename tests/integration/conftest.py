"""Fixtures of the record's databases for the tests of this folder."""

from tests.accounts_builders import embedded
from tests.storage_fixtures import database_url, record

__all__ = ["database_url", "embedded", "record"]
