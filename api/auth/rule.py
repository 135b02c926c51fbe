"""Each endpoint says who may call it and what the audit log keeps of the call.

`@router.get("/findings", dependencies=[needs(Permission.SEE_FINDINGS)])`. An application with an
endpoint that has no rule does not start.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.domain.access import Permission


class Audit(StrEnum):
    """What a call leaves in the audit log (审计日志).

    `EACH`: an entry before the answer is made (a picture of evidence, an export, a list of
    accounts). `CHANGE`: the endpoint enters it in the transaction of the change. `GROUPED`: calls
    of one account to one endpoint are counted and entered together (the wall's thumbnails).
    """

    EACH = "each"
    CHANGE = "change"
    GROUPED = "grouped"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call an endpoint.

    Attributes:
        permission: What the caller must be allowed; None where anybody may call, signed in or
            not.
        audit: What the call leaves in the audit log.
        on_machine: Programs on this machine itself need no account (metrics).
        also: A second permission that the caller must be allowed (an export of a list).
    """

    permission: Permission | None
    audit: Audit = Audit.GROUPED
    on_machine: bool = False
    also: Permission | None = None

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Everything that the caller must be allowed."""
        return tuple(one for one in (self.permission, self.also) if one is not None)
