"""Alerts behave alike on SQLite and PostgreSQL: what the watch and what people write stay apart."""

from __future__ import annotations

from dataclasses import replace

from models.domain.records import LiveAlert
from models.storage.record import Record
from tests.builders import at
