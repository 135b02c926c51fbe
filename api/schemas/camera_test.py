"""Connection tests and discovery of cameras as calls carry them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.fields import NO_CONTROL, Asked

Source = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=NO_CONTROL),
]


class CameraTest(Asked):
    """An address to open once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"source": "rtsp://viewer:secret@192.0.2.10:554/1"}]},
    )

    source: Source


class CameraTested(BaseModel):
    """What came from the address; where nothing did, why."""

    works: bool = Field(examples=[True])
    error_zh: str = ""
    error_en: str = ""
    address: str = Field(examples=["rtsp://viewer:***@192.0.2.10/1"])
    kind: str = Field(examples=["rtsp"])
    width: int = Field(0, examples=[1920])
    height: int = Field(0, examples=[1080])
    connect_s: float = Field(0.0, examples=[0.8], description="Seconds until the first picture.")
    pictures_per_s: float | None = Field(
        None, description="Decoded pictures of a stream; null for snapshots."
    )
    preview: str = Field("", examples=[""], description="JPEG, base64; kept nowhere.")


class Discovery(Asked):
    """How long to listen for answers."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"seconds": 3}]})

    seconds: float = Field(3.0, gt=0, le=3)


class FoundOut(BaseModel):
    """A device that answered."""

    host: str = Field(examples=["192.0.2.10"])
    service: str = Field(examples=["http://192.0.2.10/onvif/device_service"])
    name: str = Field(examples=["Gate"])
    known: bool = Field(description="A camera of the settings has this host.")


class FoundPage(BaseModel):
    """Devices on this machine's network that answer to ONVIF."""

    items: list[FoundOut]
    total: int
    error_zh: str = ""
    error_en: str = ""
