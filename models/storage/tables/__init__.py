"""All tables of the record; importing this package fills the metadata."""

from models.storage.base import metadata
from models.storage.tables.accounts import accounts, sessions, sign_in_failures, tokens
from models.storage.tables.checks import check_campaigns, check_days, check_results, checks
from models.storage.tables.duty import duty_rows
from models.storage.tables.findings import alerts, evidence, findings
from models.storage.tables.jobs import leases, schedule_days, schedule_jobs
from models.storage.tables.outbox import clues, deliveries, hooks, notices
from models.storage.tables.register import register_entries, register_heads
from models.storage.tables.supervision import (
    case_cards,
    cases,
    paper_files,
    paper_numbers,
    papers,
)
from models.storage.tables.versions import roster_versions, settings_snapshots
from models.storage.tables.watching import camera_events, presences, spans

__all__ = [
    "accounts",
    "alerts",
    "camera_events",
    "case_cards",
    "cases",
    "check_campaigns",
    "check_days",
    "check_results",
    "checks",
    "clues",
    "deliveries",
    "duty_rows",
    "evidence",
    "findings",
    "hooks",
    "leases",
    "metadata",
    "notices",
    "paper_files",
    "paper_numbers",
    "papers",
    "presences",
    "register_entries",
    "register_heads",
    "roster_versions",
    "schedule_days",
    "schedule_jobs",
    "sessions",
    "settings_snapshots",
    "sign_in_failures",
    "spans",
    "tokens",
]
