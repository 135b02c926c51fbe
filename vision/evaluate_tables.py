"""The figures of `onpost evaluate` as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vision.evaluate import ClipResult
from vision.evaluate_score import ALLOWED_LOSS, Tally, loses_too_much, loss


@dataclass(frozen=True, slots=True)
class Outcome:
    """One configuration over all clips.

    Attributes:
        name: As typed.
        detector, model_hash: What looked.
        clips: Clip by clip.
        frames, crops: Whole frames and closer looks that the detector was given.
        cpu_s: Processor seconds in the detector.
    """

    name: str
    detector: str
    model_hash: str
    clips: tuple[ClipResult, ...]
    frames: int
    crops: int
    cpu_s: float

    @property
    def tally(self) -> Tally:
        """All clips together."""
        return sum((one.tally for one in self.clips), Tally())

    @property
    def samples(self) -> int:
        """Pictures that were sampled."""
        return sum(one.samples for one in self.clips)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.name,
            "detector": self.detector,
            "model_hash": self.model_hash,
            "frames": self.frames,
            "crops": self.crops,
            "detector_cpu_s": round(self.cpu_s, 3),
            "all": _figures(self.tally),
            "clips": [
                {
                    "clip": one.clip,
                    "samples": one.samples,
                    "every_s": one.every_s,
                    "all": _figures(one.tally),
                    "windows": {name: _figures(tally) for name, tally in one.windows.items()},
                }
                for one in self.clips
            ],
        }


def _figures(tally: Tally) -> dict[str, Any]:
    false, delay = tally.false_per_1000_h, tally.delay_s
    return asdict(tally) | {
        "recall_present": tally.recall_present,
        "recall_empty": tally.recall_empty,
        "false_per_1000_h": false and {"rate": false[0], "low": false[1], "high": false[2]},
        "delay_s": delay and {"median": delay[0], "most": delay[1]},
    }


def tables(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Lines for a person."""
    for one in outcomes:
        yield f"\n{one.name}: {one.detector} {one.model_hash[:12]}"
        yield (
            "| 录像 clip | 间隔 every | 样本 samples | 有人检出 recall present "
            "| 无人检出 recall empty | 无法核查 unusable |"
        )
        yield "|---|---:|---:|---:|---:|---:|"
        for clip in one.clips:
            yield _clip_row(clip)
        yield from _overall(one)
    if len(outcomes) > 1:
        yield from _beside(outcomes)


def _clip_row(clip: ClipResult) -> str:
    tally = clip.tally
    cells = (
        clip.clip,
        f"{clip.every_s:g} s",
        str(clip.samples),
        _share(tally.found, tally.present),
        _share(tally.clear, tally.empty),
        str(tally.blind),
    )
    return f"| {' | '.join(cells)} |"


def _share(found: int, whole: int) -> str:
    return f"{found}/{whole} = {found / whole:.2%}" if whole else "—"


def _overall(one: Outcome) -> Iterator[str]:
    tally = one.tally
    yield (
        f"合计 over all: 有人 present {_share(tally.found, tally.present)}, "
        f"无人 empty {_share(tally.clear, tally.empty)}"
    )
    false = tally.false_per_1000_h
    if false is not None:
        yield (
            f"误报离岗 false absences: {tally.false_absences} 次,"
            f"{tally.staffed_s / 3600:.3f} 有人窗口小时 staffed window-hours; "
            f"每千小时 per 1,000 h: {false[0]:.1f} (95 % {false[1]:.1f} – {false[2]:.1f})"
        )
    short = f"(另有 {tally.short} 次过短 too short to be noticed)" if tally.short else ""
    yield f"漏报离岗 missed absences: {tally.missed}/{tally.absences} {short}".rstrip()
    delay = tally.delay_s
    if delay is not None:
        yield (
            f"发现延迟 delay of detection: 中位 median {delay[0]:.1f} s, 最长 most {delay[1]:.1f} s"
        )
    each = 1000 * one.cpu_s / max(1, one.samples)
    yield (
        f"检测 detector: {one.frames} 整图 frames, {one.crops} 近看 crops, "
        f"{each:.1f} CPU ms/样本 sample"
    )


def _beside(outcomes: Sequence[Outcome]) -> Iterator[str]:
    first = outcomes[0]
    yield f"\n与 {first.name} 相比 beside {first.name} (百分点 points)"
    yield (
        "| 配置 config | 有人 present | 无人 empty | 误报 false | 漏报 missed | CPU "
        "| 结论 verdict |"
    )
    yield "|---|---:|---:|---:|---:|---:|---|"
    for one in outcomes:
        tally, base = one.tally, first.tally
        present = 0.0 - loss(base.recall_present, tally.recall_present)
        empty = 0.0 - loss(base.recall_empty, tally.recall_empty)
        bad = loses_too_much(base, tally)
        cells = (
            one.name,
            f"{present:+.2f}",
            f"{empty:+.2f}",
            str(tally.false_absences),
            f"{tally.missed}/{tally.absences}",
            f"{one.cpu_s / first.cpu_s:.2f}×" if first.cpu_s else "—",
            f"不合格 loses more than {ALLOWED_LOSS}" if bad else "合格 ok",
        )
        yield f"| {' | '.join(cells)} |"
