"""Alembic's entry: always on the connection, and in the transaction, of its caller."""

from __future__ import annotations

from alembic import context

from models.storage.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations run through models.storage.migrate.upgrade")
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
