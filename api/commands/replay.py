"""`onpost replay`: detector and presence over a recording (录像回放)."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

import typer

from models.domain.errors import InputError

if TYPE_CHECKING:
    from vision.detectors.factory import EngineChoice
    from vision.replay import Moment, Sample
    from vision.sources.recording import Recording

_PROGRESS_EVERY_S: Final = 5.0
_MOST_CHANGES: Final = 40


def replay(
    source: Annotated[
        Path, typer.Argument(help="A clip (mp4, mkv, avi, gif …) or a folder with times.csv.")
    ],
    *,
    windows: Annotated[Path, typer.Option("--windows", help="JSON with the windows' polygons.")],
    every: Annotated[float, typer.Option("--every", help="Seconds between samples.")] = 1.0,
    out: Annotated[
        Path | None, typer.Option("--out", help="JSON lines; standard output where not given.")
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option("--overlay", help="An MP4 with everything drawn on it.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="A network of your own instead of YOLOv8s.")
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="onnxruntime, openvino or auto.")
    ] = "onnxruntime",
    threads: Annotated[int, typer.Option("--threads", help="Threads of the engine.")] = 2,
) -> None:
    """Tell for every sample and window who was seen and whether it was staffed.

    Files appear only when the whole recording was read.
    """
    from vision.detectors.factory import DEFAULT_WEIGHTS, DetectorChoice, open_detector
    from vision.look import Looker
    from vision.replay import replay as moments_of
    from vision.replay import require_interval
    from vision.sources.recording import Recording
    from vision.windows_file import read_windows

    require_interval(every)
    _require_places(out, overlay)
    recording = Recording(source)
    zones = read_windows(windows, recording.size)
    choice = DetectorChoice(
        engine=_engine(engine),
        weights=weights or DEFAULT_WEIGHTS,
        own_weights=weights is not None,
        threads=threads,
    )
    detector = open_detector(choice, _say)
    _say(f"{source.name}: {recording.size[0]}×{recording.size[1]}, {detector.name}")
    try:
        moments = moments_of(recording, zones, Looker(detector), every)
        samples = _write(_with_progress(moments, recording), recording, out, overlay)
    finally:
        detector.close()
    _summary(samples, sys.stderr if out is None else sys.stdout)


def add_to(app: typer.Typer) -> None:
    """Add `onpost replay`."""
    app.command("replay")(replay)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _engine(name: str) -> EngineChoice:
    from vision.detectors.factory import EngineChoice

    try:
        return EngineChoice(name)
    except ValueError:
        known = ", ".join(EngineChoice)
        raise InputError(
            f"没有引擎 {name!r},可选:{known}。",
            f"there is no engine {name!r}; choose one of: {known}.",
            where="--engine",
        ) from None


def _require_places(out: Path | None, overlay: Path | None) -> None:
    for option, path in (("--out", out), ("--overlay", overlay)):
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise InputError(
                f"无法写入 {path}:文件夹不存在,或这是一个文件夹。",
                f"cannot write {path}: its folder does not exist, or it is a folder.",
                where=option,
            )
    if out is not None and overlay is not None and out.absolute() == overlay.absolute():
        raise InputError(
            "--out 与 --overlay 不能是同一个文件。",
            "--out and --overlay cannot be the same file.",
            where="--overlay",
        )


def _write(
    moments: Iterator[Moment], recording: Recording, out: Path | None, overlay: Path | None
) -> list[Sample]:
    """Write under temporary names; give the files their names once everything is read."""
    from vision.overlay_file import OverlayFile
    from vision.replay import drawn

    samples: list[Sample] = []
    with ExitStack() as stack:
        part = stack.enter_context(_part(out))
        picture_part = stack.enter_context(_part(overlay)) if overlay else None
        with ExitStack() as files:
            lines = files.enter_context(part.open("w", encoding="utf-8"))
            video = None
            if picture_part:
                video = files.enter_context(OverlayFile(picture_part, recording.size))
            for moment in moments:
                samples.extend(moment.samples)
                for sample in moment.samples:
                    lines.write(json.dumps(sample.as_json(), ensure_ascii=False) + "\n")
                if video:
                    video.add(drawn(moment), recording.seconds(moment.frame))
        if overlay and picture_part:
            picture_part.replace(overlay)
        if out is not None:
            part.replace(out)
        else:
            with part.open(encoding="utf-8") as whole:
                shutil.copyfileobj(whole, sys.stdout)
    return samples


@contextmanager
def _part(final: Path | None) -> Iterator[Path]:
    """A temporary file beside the final one, gone afterwards whatever happens."""
    folder = final.absolute().parent if final else None
    with tempfile.TemporaryDirectory(prefix=".onpost-replay-", dir=folder) as work:
        yield Path(work) / "part"


def _with_progress(moments: Iterator[Moment], recording: Recording) -> Iterator[Moment]:
    told = time.monotonic()
    for moment in moments:
        yield moment
        if time.monotonic() - told >= _PROGRESS_EVERY_S:
            told = time.monotonic()
            whole = f" / {recording.duration:.0f}" if recording.duration else ""
            _say(f"  {recording.seconds(moment.frame):.0f}{whole} s")


def _summary(samples: list[Sample], file: IO[str]) -> None:
    from vision.replay import changes

    for window in dict.fromkeys(sample.window for sample in samples):
        own = [sample for sample in samples if sample.window == window]
        seen = sum(1 for sample in own if sample.seen)
        blind = sum(1 for sample in own if sample.seen is None)
        print(
            f"{window}: {len(own)} 次采样 samples, {seen} 次有人 with people, "
            f"{blind} 次无法核查 unusable, 最后 last: {own[-1].presence.state.value}",
            file=file,
        )
    found = list(changes(samples))
    for change in found[:_MOST_CHANGES]:
        print(f"  t={change.t} {change.window}: {change.before} → {change.after}", file=file)
    if len(found) > _MOST_CHANGES:
        print(f"  … {len(found) - _MOST_CHANGES} 次变化未列出 more changes", file=file)
