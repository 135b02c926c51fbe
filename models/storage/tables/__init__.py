"""All tables of the record; importing this package fills the metadata."""

from models.storage.base import metadata
from models.storage.tables.duty import duty_rows
from models.storage.tables.findings import alerts, evidence, findings
from models.storage.tables.jobs import leases, schedule_days, schedule_jobs
from models.storage.tables.register import register_entries, register_heads
from models.storage.tables.versions import roster_versions, settings_snapshots
from models.storage.tables.watching import camera_events, presences, spans

__all__ = [
    "alerts",
    "camera_events",
    "duty_rows",
    "evidence",
    "findings",
    "leases",
    "metadata",
    "presences",
    "register_entries",
    "register_heads",
    "roster_versions",
    "schedule_days",
    "schedule_jobs",
    "settings_snapshots",
    "spans",
]
