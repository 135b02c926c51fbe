"""Alembic's migrations; run by `models.storage.migrate`."""
