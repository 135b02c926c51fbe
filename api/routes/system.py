"""How the house is, and what it says about itself."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.guard import needs
from api.deps import PartsDep, VisitorDep
from api.schemas.system import AboutOut, SystemOut
from api.system_view import about_of, system_of
from models.domain.access import Permission

router = APIRouter(tags=["live"])


@router.get("/system", dependencies=[needs(Permission.SEE_HEALTH)], summary="How every part is")
def system(parts: PartsDep, visitor: VisitorDep) -> SystemOut:
    """Processes, cameras that do not work, detector, disks, database, at this moment."""
    return system_of(parts, visitor)


@router.get(
    "/about", dependencies=[needs(Permission.OWN_ACCOUNT)], summary="What is recorded, and how well"
)
def about(parts: PartsDep) -> AboutOut:
    """Limits in force, how long things are kept, measured accuracy: for everybody signed in."""
    return about_of(parts)
