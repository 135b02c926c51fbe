"""What binds a day's plan before the day begins: inputs, commitment, nonce, reveal.

Source: architecture.md, decision 8. Before the first opening SHA-256(seed ‖ date ‖ canonical
inputs) is published; then a nonce is mixed in; after the last closing seed and nonce are
revealed, so that anybody can compute commitment and plan again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from models.domain.errors import InputError
from models.domain.hours import Session
from models.domain.inspection import CheckKind
from models.domain.register import canonical, moment_text

FORMAT: Final = "onpost-plan-1"
SYSTEM: Final = "system"
"""Who gave a nonce that nobody gave."""

SEED_BYTES: Final = 32
SHORTEST_NONCE: Final = 8
LONGEST_NONCE: Final = 128


@dataclass(frozen=True, slots=True)
class DrawRules:
    """How random checks are drawn.

    Attributes:
        gap_s: At least so far apart within a hall, in open time.
        vary: Whether the number of checks varies around its mean.
        most: Never more than this per hall, day and draw.
    """

    gap_s: int = 1800
    vary: bool = True
    most: int = 8


@dataclass(frozen=True, slots=True)
class HallInputs:
    """One hall on one day.

    Attributes:
        sessions: Its open sessions, joined, in order.
        mean: Random checks on average.
        fixed: Moments of the fixed checks, in order.
    """

    id: str
    sessions: tuple[Session, ...] = ()
    mean: int = 2
    fixed: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignInputs:
    """A campaign on one day.

    Attributes:
        version: The version that holds.
        mean: Random checks per hall on average, 0 for none.
        times: Moments of its fixed checks by hall; every hall it runs in has a key.
    """

    id: str
    version: int
    kind: CheckKind
    mean: int = 0
    times: tuple[tuple[str, tuple[datetime, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """Everything that a day's plan follows from, beside seed and nonce; none of it is secret.

    Attributes:
        halls: Halls that are open on the day, by id.
        campaigns: Campaigns that run, by id.
        since: Plan nothing before: the moment of the first commitment ever, else None.
    """

    day: date
    halls: tuple[HallInputs, ...] = ()
    campaigns: tuple[CampaignInputs, ...] = ()
    rules: DrawRules = DrawRules()
    since: datetime | None = None
    format: str = FORMAT

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise InputError(
                f"抽查计划的格式“{self.format}”未知,请用同一版本的 OnPost 核对。",
                f"plan format {self.format!r} is not known; use the OnPost that made it.",
                where=f"plan {self.day}",
            )

    @property
    def opens_at(self) -> datetime | None:
        """First opening of the day, None where nothing opens."""
        return min((one.start for hall in self.halls for one in hall.sessions), default=None)

    @property
    def closes_at(self) -> datetime | None:
        """Last closing of the day."""
        return max((one.end for hall in self.halls for one in hall.sessions), default=None)

    @property
    def text(self) -> str:
        """Its canonical JSON: equal inputs are equal bytes."""
        return canonical(_to_json(self))


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A committed day, as the record keeps it.

    Attributes:
        inputs: Canonical text of its `PlanInputs`, byte for byte as committed.
        commitment: SHA-256, hex.
        key_id: The key that its seed comes from.
        late: Committed at or after the first opening, say because the system was down.
        nonce: Mixed in after the commitment, empty before.
        nonce_by: Login of who gave it, `system` where nobody did.
        seed: Hex, empty until it is revealed.
    """

    day: date
    inputs: str
    commitment: str
    key_id: str
    committed_at: datetime
    opens_at: datetime
    closes_at: datetime
    late: bool = False
    nonce: str = ""
    nonce_by: str = ""
    nonce_at: datetime | None = None
    seed: str = ""
    revealed_at: datetime | None = None

    @property
    def plan_inputs(self) -> PlanInputs:
        """The inputs, read from their text."""
        return inputs_from(self.inputs)


def commitment_of(seed: bytes, day: date, inputs: str) -> str:
    """SHA-256(seed ‖ date ‖ inputs), hex. Seed and date have fixed lengths, so that no two
    triples give the same bytes.

    Raises:
        InputError: a seed of another length.
    """
    if len(seed) != SEED_BYTES:
        raise InputError(
            f"当日种子须为 {SEED_BYTES} 字节。", f"a seed has {SEED_BYTES} bytes.", where=str(day)
        )
    return sha256(seed + day.isoformat().encode("ascii") + inputs.encode("utf-8")).hexdigest()


def checked_nonce(text: str) -> str:
    """A nonce as it is mixed in.

    Raises:
        InputError: too short, too long, or not printable.
    """
    nonce = text.strip()
    if not SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE or not nonce.isprintable():
        raise InputError(
            f"随机数须为 {SHORTEST_NONCE} 至 {LONGEST_NONCE} 个可见字符,例如骰子点数或一段文字。",
            f"a nonce has {SHORTEST_NONCE} to {LONGEST_NONCE} printable characters, say dice "
            "throws or a sentence.",
            where="nonce",
        )
    return nonce


def inputs_hash(inputs: str) -> str:
    """SHA-256 of the inputs alone, hex: tells whether they changed, not what the plan is."""
    return sha256(inputs.encode("utf-8")).hexdigest()


def _to_json(inputs: PlanInputs) -> dict[str, Any]:
    rules = inputs.rules
    return {
        "format": inputs.format,
        "date": inputs.day.isoformat(),
        "rules": {"gap_s": rules.gap_s, "vary": rules.vary, "most": rules.most},
        "since": None if inputs.since is None else moment_text(inputs.since),
        "halls": [
            {
                "id": hall.id,
                "mean": hall.mean,
                "sessions": [
                    [moment_text(one.start), moment_text(one.end)] for one in hall.sessions
                ],
                "fixed": _texts(hall.fixed),
            }
            for hall in sorted(inputs.halls, key=lambda one: one.id)
        ],
        "campaigns": [
            {
                "id": one.id,
                "version": one.version,
                "kind": one.kind.value,
                "mean": one.mean,
                "times": [[hall, _texts(times)] for hall, times in sorted(one.times)],
            }
            for one in sorted(inputs.campaigns, key=lambda one: one.id)
        ],
    }


def _texts(moments: tuple[datetime, ...]) -> list[str]:
    return [moment_text(one) for one in sorted(moments)]


def inputs_from(text: str) -> PlanInputs:
    """Inputs out of their canonical text.

    Raises:
        InputError: it is not such a text.
    """
    try:
        said = json.loads(text)
        return PlanInputs(
            format=said["format"],
            day=date.fromisoformat(said["date"]),
            halls=tuple(_hall(one) for one in said["halls"]),
            campaigns=tuple(_campaign(one) for one in said["campaigns"]),
            rules=DrawRules(**said["rules"]),
            since=None if said["since"] is None else datetime.fromisoformat(said["since"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"抽查计划的依据无法读取:{error}。",
            f"the plan's inputs cannot be read: {error}.",
            where="check_days",
        ) from None


def _hall(said: Mapping[str, Any]) -> HallInputs:
    return HallInputs(
        id=said["id"],
        sessions=tuple(
            Session(datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in said["sessions"]
        ),
        mean=said["mean"],
        fixed=_moments(said["fixed"]),
    )


def _campaign(said: Mapping[str, Any]) -> CampaignInputs:
    return CampaignInputs(
        id=said["id"],
        version=said["version"],
        kind=CheckKind(said["kind"]),
        mean=said["mean"],
        times=tuple((hall, _moments(times)) for hall, times in said["times"]),
    )


def _moments(texts: list[str]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(one) for one in texts)
