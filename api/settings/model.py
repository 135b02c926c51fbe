"""The whole of the settings, and what follows from them: folders, database, hash, schema."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from api.redact import redact, without
from api.secret_store import SecretStore
from api.settings.check_sections import ChecksSettings
from api.settings.errors import Path as Keys
from api.settings.evidence import EvidenceSettings
from api.settings.fields import Identifier, TimeZoneName
from api.settings.notifications import NotificationSettings
from api.settings.references import store_of
from api.settings.retention import RetentionSettings
from api.settings.secret_section import SecretsSettings
from api.settings.sections import (
    AccountsSettings,
    CameraSettings,
    ClockSettings,
    DetectorSettings,
    DutyOverride,
    DutySettings,
    HallSettings,
    HealthSettings,
    HoursSettings,
    LineSettings,
    LogSettings,
    PresenceSettings,
    RosterSettings,
    SamplingSettings,
    ScheduleSettings,
    WatchSettings,
    WebSettings,
    WindowSettings,
    overridden,
)
from api.settings.supervision_sections import SupervisionSettings
from models.domain.register import canonical
from vision.sources.address import parse_address

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  Debian's tmpfs, made for this


class Settings(BaseSettings):
    """Everything that can be set; made by `load_settings`, never changed afterwards.

    Relative paths are relative to the folder of the settings file.
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix="ONPOST_",
        env_nested_delimiter="__",
    )

    time_zone: TimeZoneName = "Asia/Shanghai"
    data_dir: str = "var"
    database: SecretStr | None = Field(
        None, description="Database address; left out: SQLite in data_dir."
    )
    evidence_dir: str | None = None
    evidence: EvidenceSettings = EvidenceSettings()
    shelf_dir: str = Field("auto", description="Folder of the newest pictures; auto: in memory.")
    detector: DetectorSettings = DetectorSettings()
    sampling: SamplingSettings = SamplingSettings()
    presence: PresenceSettings = PresenceSettings()
    health: HealthSettings = HealthSettings()
    duty: DutySettings = DutySettings()
    duty_profiles: dict[Identifier, DutyOverride] = {}
    hours: tuple[HoursSettings, ...] = (HoursSettings(sessions=("08:30-12:00", "14:30-17:30")),)
    clock: ClockSettings = ClockSettings()
    web: WebSettings = WebSettings()
    accounts: AccountsSettings = AccountsSettings()
    watch: WatchSettings = WatchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    log: LogSettings = LogSettings()
    lines: dict[Identifier, LineSettings] = {}
    halls: dict[Identifier, HallSettings] = {}
    cameras: dict[Identifier, CameraSettings] = {}
    windows: dict[Identifier, WindowSettings] = {}
    roster: RosterSettings = RosterSettings()
    notifications: NotificationSettings = NotificationSettings()
    checks: ChecksSettings = ChecksSettings()
    retention: RetentionSettings = RetentionSettings()
    supervision: SupervisionSettings = SupervisionSettings()
    secrets: SecretsSettings = SecretsSettings()

    _base: Path = PrivateAttr(default_factory=Path.cwd)
    _file: Path | None = PrivateAttr(default=None)
    _used: dict[Keys, tuple[str, ...]] = PrivateAttr(default_factory=dict)
    _texts: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` gives: it has read file and environment already."""
        return (init_settings,)

    @property
    def file(self) -> Path | None:
        """The settings file, None where there was none."""
        return self._file

    @property
    def secret_names(self) -> dict[Keys, tuple[str, ...]]:
        """Names of the secrets that are referred to, by the key that does."""
        return dict(self._used)

    @property
    def secret_store(self) -> SecretStore:
        """The encrypted store of secrets; it need not be there."""
        data = {"data_dir": self.data_dir, "secrets": self.secrets.model_dump()}
        return store_of(data, self._base)

    @property
    def stored_secrets(self) -> frozenset[str]:
        """What came from the store of secrets; never to be shown."""
        return self._texts

    def path(self, text: str) -> Path:
        """A path of the settings, made absolute."""
        return (self._base / Path(text).expanduser()).resolve()

    @property
    def data_path(self) -> Path:
        return self.path(self.data_dir)

    @property
    def evidence_path(self) -> Path:
        """The folder of evidence; nothing is in it where a bucket is set."""
        if self.evidence.folder is not None:
            return self.evidence.folder
        return self.path(self.evidence_dir) if self.evidence_dir else self.data_path / "evidence"

    @property
    def evidence_place(self) -> Path | str:
        """Where evidence is kept: its folder, or the address of a bucket."""
        return self.evidence.bucket or self.evidence_path

    @property
    def shelf_path(self) -> Path:
        """`shelf_dir`; `auto` is a folder in shared memory named after the data folder."""
        if self.shelf_dir != "auto":
            return self.path(self.shelf_dir)
        if not (SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)):
            return self.data_path / "shelf"
        name = hashlib.sha256(str(self.data_path).encode()).hexdigest()[:12]
        return SHARED_MEMORY / f"onpost-{os.getuid()}-{name}"

    @property
    def database_url(self) -> str:
        """SQLAlchemy's address of the database; it may hold a password, so do not print it."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.data_path / 'onpost.db'}"

    def source_of(self, camera_id: str) -> str:
        """A camera's address with its password, for `vision.sources` alone; a recording's path
        is made absolute."""
        text = self.cameras[camera_id].source.get_secret_value()
        file = parse_address(text, base=self._base).file
        return text if file is None else str(file.resolve())

    def sampling_of(self, camera_id: str) -> SamplingSettings:
        """Global sampling, overridden by the camera's hall and then by the camera."""
        camera = self.cameras[camera_id]
        return overridden(self.sampling, self.halls[camera.hall].sampling, camera.sampling)

    def presence_of(self, window_id: str) -> PresenceSettings:
        """Global presence, overridden by the window's hall and then by the window."""
        window = self.windows[window_id]
        found = overridden(self.presence, self.halls[window.hall].presence, window.presence)
        return found.model_copy(
            update={} if window.hit_rate is None else {"hit_rate": window.hit_rate}
        )

    def duty_of(self, window_id: str) -> DutySettings:
        """Global thresholds, overridden by hall, then named profile, then window."""
        window = self.windows[window_id]
        named = self.duty_profiles.get(window.profile)
        return overridden(self.duty, self.halls[window.hall].duty, named, window.duty)

    def hours_of(self, hall_id: str) -> tuple[HoursSettings, ...]:
        """The hall's working hours, or the global ones."""
        own = self.halls[hall_id].hours
        return self.hours if own is None else own

    def time_zone_of(self, hall_id: str) -> str:
        return self.halls[hall_id].time_zone or self.time_zone

    def public(self) -> dict[str, Any]:
        """Everything as JSON values, addresses without user and password."""
        data = self.model_dump(mode="json")
        if self.database is not None:
            data["database"] = self._shown(self.database)
        for name, source in self.supervision.case_sources.items():
            data["supervision"]["case_sources"][name]["database"] = self._shown(source.database)
        for camera_id, camera in self.cameras.items():
            data["cameras"][camera_id]["source"] = self._shown(camera.source)
        return data

    def _shown(self, address: SecretStr) -> str:
        """An address without its login, and without whatever came from the store."""
        return without(redact(address.get_secret_value()), self._texts)

    def hashed(self) -> dict[str, Any]:
        """What decides on findings, without secrets; its hash goes into register entries.

        What differs between the processes of one run or the machines of one site (ports, the
        clock's anchor, folders) is left out.
        """
        data = self.public()
        for name in (
            "clock",
            "web",
            "accounts",
            "watch",
            "schedule",
            "notifications",
            "supervision",
            "secrets",
            "log",
            "evidence",
            "data_dir",
            "shelf_dir",
        ):
            del data[name]
        for hall in data["halls"].values():
            del hall["place"]
        return data

    def settings_hash(self) -> str:
        """SHA-256, hex, of the canonical JSON of `hashed()`."""
        return hashlib.sha256(canonical(self.hashed()).encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """The settings' JSON schema, for editors that complete and check YAML."""
    schema = Settings.model_json_schema()
    schema["title"] = "OnPost settings"
    return schema
