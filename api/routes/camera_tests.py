"""Setting up cameras: does an address give pictures, and which cameras are on the network."""

from __future__ import annotations

from base64 import b64encode

from fastapi import APIRouter

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.camera_trial import network_address, try_camera
from api.clock import RealClock
from api.deps import PartsDep, VisitorDep
from api.redact import masked
from api.schemas.camera_test import CameraTest, CameraTested, Discovery, FoundOut, FoundPage
from api.settings import Settings
from api.wiring_notify import camera_gate_of
from models.domain.access import Permission
from models.domain.errors import SourceError
from vision.sources.address import parse_address
from vision.sources.discovery import discover

router = APIRouter(tags=["zones"])
SET_UP = needs(Permission.SET_UP_CAMERAS, audit=Audit.CHANGE)


@router.post("/cameras/test", dependencies=[SET_UP], summary="Test a camera's address")
def test(parts: PartsDep, visitor: VisitorDep, wanted: CameraTest) -> CameraTested:
    """Opens an address once and tells what came: size, kind, a small picture, or why none came.
    Network addresses only; this machine, link-local and metadata addresses are refused unless
    the setting web.camera_networks lists them. Passwords are masked and nothing is saved."""
    address = network_address(wanted.source)
    now = parts.clock.now()
    with parts.make_uow() as uow:  # entered first: the attempt itself leaves its trace
        note(uow, visitor, "camera_tested", f"host:{address.host}"[:200], now, port=address.port)
        uow.commit()
    try:
        tried = try_camera(address, RealClock(), camera_gate_of(parts.settings))
    except SourceError as error:
        return CameraTested(
            works=False,
            error_zh=masked(error.zh),
            error_en=masked(error.en),
            address=address.redacted,
            kind=address.kind.value,
        )
    return CameraTested(
        works=True,
        address=tried.address,
        kind=tried.kind.value,
        width=tried.width,
        height=tried.height,
        connect_s=round(tried.connect_s, 2),
        pictures_per_s=None if tried.pictures_per_s is None else round(tried.pictures_per_s, 1),
        preview=b64encode(tried.preview).decode("ascii"),
    )


@router.post("/cameras/discover", dependencies=[SET_UP], summary="Find cameras by ONVIF")
def find(parts: PartsDep, visitor: VisitorDep, wanted: Discovery) -> FoundPage:
    """Asks the network that this machine is on (WS-Discovery) and lists who answers; nothing is
    opened and nothing is saved."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        note(uow, visitor, "cameras_searched", "network", now)
        uow.commit()
    hosts = _hosts(parts.settings)
    try:
        found = discover(wanted.seconds)
    except SourceError as error:
        return FoundPage(items=[], total=0, error_zh=error.zh, error_en=error.en)
    items = [
        FoundOut(host=one.host, service=one.service, name=one.name, known=one.host in hosts)
        for one in found
    ]
    return FoundPage(items=items, total=len(items))


def _hosts(settings: Settings) -> set[str]:
    sources = (camera.source.get_secret_value() for camera in settings.cameras.values())
    return {parse_address(text).host for text in sources}
