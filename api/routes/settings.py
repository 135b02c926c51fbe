"""The settings in force, without secrets, and their schema."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep
from api.settings import json_schema
from models.domain.access import Permission

router = APIRouter(tags=["settings"])


class SettingsOut(BaseModel):
    """Settings as this process runs with them; secrets are left out or masked."""

    settings_hash: str = Field(description="What register entries name them by.")
    settings: dict[str, Any]


@router.get(
    "/settings",
    dependencies=[needs(Permission.SEE_SETTINGS, audit=Audit.EACH)],
    summary="Settings in force",
)
def read_settings(parts: PartsDep) -> SettingsOut:
    """Everything set, addresses without user and password."""
    return SettingsOut(
        settings_hash=parts.settings.settings_hash(), settings=parts.settings.public()
    )


@router.get(
    "/settings/schema",
    dependencies=[needs(Permission.SEE_SETTINGS)],
    summary="JSON schema of the settings",
)
def schema() -> dict[str, Any]:
    """What editors check and complete the settings file by."""
    return json_schema()
