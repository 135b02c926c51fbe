"""What an administrator says of a proposal: carried out by zones and hit rates."""

from __future__ import annotations

from datetime import datetime

from api.duty_record import put_row
from api.hit_rates import save_rate
from api.learning import ACCEPTED, REJECTED, Learned
from api.settings import Settings
from api.zone_changes import drawn_of, save_zones, seats_of
from models.domain.duty_rows import DutyKind
from models.domain.errors import ForbiddenMove, InputError
from models.domain.hall import Coverage, Window
from models.domain.ports import UnitOfWork
from models.domain.precision import Proposal, ProposalKind, widened
from models.domain.zones import Wish


def answer_proposal(
    uow: UnitOfWork,
    settings: Settings,
    one: Learned,
    key: str,
    *,
    accept: bool,
    reason: str,
    now: datetime,
    by: str,
) -> None:
    """Carry out or refuse a window's proposal, in the caller's transaction.

    Args:
        settings: As in the file.
        one: The window, in this transaction.
        key: The proposal that the administrator saw.

    Raises:
        ForbiddenMove: another proposal stands by now, or it was answered already.
        InputError: it cannot be carried out.
    """
    proposal = one.lesson.proposal
    if proposal is None or not one.open or proposal.key != key:
        raise ForbiddenMove(
            f"窗口 {one.window.name} 现在没有这项建议,请刷新后再处置。",
            f"this proposal for window {one.window.name} does not stand any more; look again.",
            where=one.window.id,
        )
    if accept:
        _carry_out(uow, settings, one.window, proposal, now, by)
    content = {
        "proposal": key,
        "said": ACCEPTED if accept else REJECTED,
        "dismissed": len(one.judged.reasons),
    }
    put_row(uow, DutyKind.LESSON, one.window.id, content, now=now, by=by, reason=reason)


def _carry_out(  # noqa: PLR0917 - where, what, when and who
    uow: UnitOfWork,
    settings: Settings,
    window: Window,
    proposal: Proposal,
    now: datetime,
    by: str,
) -> None:
    if proposal.kind is ProposalKind.HIT_RATE:
        save_rate(uow, settings, window.id, proposal.value, now=now, by=by)
        return
    view = window.view_of(proposal.camera_id)
    if view is None or not proposal.by_itself:
        raise InputError(
            "座位移动后须由人重画工位区域。",
            "a person has to draw the zone again.",
            where=window.id,
        )
    polygon, coverage = view.polygon, view.coverage
    if proposal.kind is ProposalKind.WIDEN:
        polygon = widened(polygon, proposal.value) or polygon
    else:
        coverage = Coverage.PARTIAL
    seats = seats_of(settings, drawn_of(uow), window.id)
    wish = Wish(window.id, polygon, coverage, window.required, seats, proposal.version)
    save_zones(uow, settings, proposal.camera_id, [wish], now=now, by=by)
