"""Runs `onpost evaluate`: opens what a configuration names and goes through the clips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from api.settings import load_settings
from api.wiring_watch import detector_choice
from models.domain.errors import InputError
from models.domain.presence import PresenceProfile
from vision.detectors.factory import DetectorChoice, EngineChoice, open_detector
from vision.evaluate import CountingDetector, Sampling, evaluate
from vision.evaluate_config import Config
from vision.evaluate_tables import Outcome
from vision.evaluate_truth import Truth
from vision.ports import Size
from vision.whole_file import write_whole


def base_of(settings: Path | None) -> Config:
    """What is not said by a configuration: by a settings file, or full precision with the gate
    at one sample a second.

    Raises:
        SettingsError: the file is wrong.
    """
    if settings is None:
        choice = DetectorChoice(engine=EngineChoice.ONNXRUNTIME)
        return Config("default", choice)
    chosen = load_settings(settings)
    usual, presence = chosen.sampling, chosen.presence
    profile = PresenceProfile(**presence.model_dump(), slowest_period_s=usual.slowest_period_s)
    quiet = usual.quiet_period_s if chosen.watch.adaptive else None
    sampling = Sampling(
        every_s=usual.period_s,
        profile=profile,
        gate=chosen.watch.gate,
        force_after=usual.force_after,
        quiet_s=quiet,
        min_score=chosen.detector.min_score,
        packing=chosen.watch.packing,
    )
    return Config("settings", detector_choice(chosen), sampling)


def run(
    config: Config, truths: Sequence[Truth], every_s: float | None, say: Callable[[str], None]
) -> Outcome:
    """One configuration over every clip.

    Raises:
        InputError: a truth file does not fit its clip.
        SourceError: a clip is damaged.
        WeightsError: the weights are missing or not what they should be.
    """
    detector = open_detector(config.choice, say)
    counting = CountingDetector(detector, config.looks)
    clips = []
    try:
        for number, truth in enumerate(truths, 1):
            say(f"{config.name} {number}/{len(truths)}: {truth.recording.name}")
            asked = truth if every_s is None else replace(truth, every_s=every_s)
            clips.append(evaluate(asked, counting, config.sampling))
        return Outcome(
            config.name,
            detector.name,
            detector.model_hash,
            tuple(clips),
            counting.asked[Size.FRAME],
            counting.asked[Size.CROP],
            counting.cpu_s,
        )
    finally:
        detector.close()


def written(path: Path, text: str) -> None:
    """The file, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    write_whole(path, (text + "\n").encode(), InputError)
