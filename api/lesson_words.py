"""Causes and proposals in words, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.wording import Pair
from models.domain.precision import Cause, Judged, Proposal, ProposalKind

CAUSES: Final[Mapping[Cause, Pair]] = {
    Cause.ZONE_TIGHT: ("工位区域过窄", "zone too tight"),
    Cause.PARTIAL_VIEW: ("画面只见部分工位", "partial view"),
    Cause.SEAT_MOVED: ("座位已移动", "seat moved"),
    Cause.MISSED: ("人在岗而漏检", "people are missed"),
    Cause.UNCLEAR: ("原因不明", "unclear"),
}

NOTHING: Final[Pair] = ("暂无建议", "nothing to propose")


def proposal_words(proposal: Proposal, judged: Judged) -> Pair:
    """What a proposal would do, and what follows from it."""
    camera = proposal.camera_id
    if proposal.kind is ProposalKind.WIDEN:
        by = f"{100 * proposal.value:.0f}"
        return (
            f"将摄像头 {camera} 上的工位区域各边放宽 {by}%",
            f"widen the zone on camera {camera} by {by} % a side",
        )
    if proposal.kind is ProposalKind.MARK_PARTIAL:
        return (
            f"将摄像头 {camera} 的画面标为“部分可见”:看不到人时记为无法核查,不再记为无人",
            f"mark the view of camera {camera} partial: seeing nobody there is no absence any more",
        )
    if proposal.kind is ProposalKind.REDRAW:
        return (
            f"请到区域编辑页按现在的座位重画摄像头 {camera} 上的工位区域",
            f"draw the zone on camera {camera} again, where the seat is now",
        )
    before, after = f"{judged.hit_rate:g}", f"{proposal.value:g}"
    down = proposal.value < judged.hit_rate
    return (
        f"将检出率由 {before} {'下调' if down else '上调'}为 {after}"
        + (",判定无人所需的样本增多" if down else ",判定无人可更快"),
        f"{'lower' if down else 'raise'} the hit rate from {before} to {after}: "
        + ("an absence takes more looks" if down else "an absence is told sooner"),
    )
