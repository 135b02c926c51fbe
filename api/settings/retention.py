"""The section `retention` of the settings: how long pictures and sent notices are kept."""

from __future__ import annotations

from pydantic import Field

from api.settings.sections import Section


class RetentionSettings(Section):
    """How long things are kept (保存期限). Register and audit log are kept for good."""

    dismissed_days: int = Field(
        30, ge=1, le=3650, description="Pictures of what was dismissed, excused or revoked."
    )
    clue_days: int = Field(30, ge=1, le=3650, description="Pictures of clues without a finding.")
    closed_months: int = Field(
        12, ge=1, le=120, description="Pictures of confirmed findings after their closure (销号)."
    )
    outbox_days: int = Field(180, ge=7, le=3650, description="Notices that were sent.")
