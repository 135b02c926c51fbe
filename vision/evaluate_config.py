"""What is compared by `onpost evaluate --config name=key:value,…`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

from models.domain.errors import InputError
from vision.detectors.factory import DetectorChoice, EngineChoice, Precision
from vision.evaluate import Sampling
from vision.ports import Size
from vision.weights import DEFAULT_FOLDER, KNOWN

LOOKS: Final[Mapping[str, Size | None]] = {"both": None, "full": Size.FRAME, "crop": Size.CROP}
ON: Final[Mapping[str, bool]] = {"on": True, "off": False}
QUIET: Final = 3
"""With `adaptive:on` and no settings file: most seconds between samples, in periods."""


@dataclass(frozen=True, slots=True)
class Config:
    """One way of looking.

    Attributes:
        name: As typed.
        choice: The detector.
        sampling: When, and what is spared.
        looks: The kind of look that is let through; None for both.
    """

    name: str
    choice: DetectorChoice = field(default_factory=DetectorChoice)
    sampling: Sampling = field(default_factory=Sampling)
    looks: Size | None = None


def configs_of(typed: Sequence[str], base: Config) -> list[Config]:
    """What was typed, each a change of `base`; `base` alone where nothing was typed.

    Raises:
        InputError: a part is not `name=key:value,…`, or a key or value is unknown.
    """
    found = [_config(text, base) for text in typed] or [base]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(name, f"名称 {name!r} 重复", f"the name {name!r} is there twice")
    return found


def _config(text: str, base: Config) -> Config:
    name, equals, rest = text.partition("=")
    if not name.strip() or (equals and not rest.strip()):
        raise _wrong(text, "须为 名称=键:值,…", "it must be name=key:value,…")
    config = replace(base, name=name.strip())
    for pair in filter(None, (one.strip() for one in rest.split(","))):
        key, _, value = pair.partition(":")
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise _wrong(
                text, f"没有键 {key!r},可选:{known}", f"no key {key!r}; choose of: {known}"
            )
        config = KEYS[key](config, value, f"{text}: {key}")
    return config


T = TypeVar("T")
Change = Callable[[Config, str, str], Config]


def _gate(config: Config, value: str, where: str) -> Config:
    on = _of(ON, value, where)
    return replace(config, sampling=replace(config.sampling, gate=on))


def _packing(config: Config, value: str, where: str) -> Config:
    on = _of(ON, value, where)
    return replace(config, sampling=replace(config.sampling, packing=on))


def _adaptive(config: Config, value: str, where: str) -> Config:
    known = config.sampling
    usual = known.quiet_s or QUIET * known.every_s
    quiet = usual if _of(ON, value, where) else None
    return replace(config, sampling=replace(known, quiet_s=quiet))


def _looks(config: Config, value: str, where: str) -> Config:
    looks = _of(LOOKS, value, where)
    if looks is None:
        return replace(config, looks=None)
    # A packed picture is neither a frame nor a crop.
    return replace(config, looks=looks, sampling=replace(config.sampling, packing=False))


def _size(config: Config, value: str, where: str) -> Config:
    files = {size: DEFAULT_FOLDER / one.file_name for size, one in KNOWN.items()}
    weights = _of(files, value, where)
    return replace(config, choice=replace(config.choice, weights=weights, own_weights=False))


def _weights(config: Config, value: str, _where: str) -> Config:
    return replace(config, choice=replace(config.choice, weights=Path(value), own_weights=True))


def _engine(config: Config, value: str, where: str) -> Config:
    engine = _of({one.value: one for one in EngineChoice}, value, where)
    return replace(config, choice=replace(config.choice, engine=engine))


def _precision(config: Config, value: str, where: str) -> Config:
    if value == "bf16":
        choice = replace(config.choice, precision=Precision.FP32, engine=EngineChoice.OPENVINO)
        return replace(config, choice=replace(choice, fast=True))
    precision = _of({one.value: one for one in Precision}, value, where)
    return replace(config, choice=replace(config.choice, precision=precision, fast=False))


def _every(config: Config, value: str, where: str) -> Config:
    try:
        every = float(value)
    except ValueError:
        every = 0.0
    if not 0 < every <= 3600:
        raise _wrong(where, f"须为正的秒数,现为 {value!r}", f"must be seconds, not {value!r}")
    return replace(config, sampling=replace(config.sampling, every_s=every))


KEYS: Final[Mapping[str, Change]] = {
    "gate": _gate,
    "packing": _packing,
    "size": _size,
    "weights": _weights,
    "engine": _engine,
    "precision": _precision,
    "looks": _looks,
    "adaptive": _adaptive,
    "every": _every,
}


def _of(known: Mapping[str, T], value: str, where: str) -> T:
    if value not in known:
        names = ", ".join(known)
        raise _wrong(
            where, f"没有 {value!r},可选:{names}", f"there is no {value!r}; choose of: {names}"
        )
    return known[value]


def _wrong(where: str, zh: str, en: str) -> InputError:
    return InputError(f"配置有误:{zh}。", f"wrong configuration: {en}.", where=f"--config {where}")
