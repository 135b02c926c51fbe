"""The section of the settings that says where encrypted secrets lie."""

from __future__ import annotations

from pydantic import Field

from api.settings.sections import Section


class SecretsSettings(Section):
    """Where secrets named by `secret:NAME` lie; both relative to this file."""

    file: str | None = Field(
        None, description="The encrypted store; left out: secrets.json in data_dir."
    )
    key_file: str | None = Field(
        None, description="Its key, best on another medium; left out: keys/secrets.key in data_dir."
    )
