"""The rehearsal hall as loops of H.264: 1080p, 25 pictures a second, GOP 2 s, 4 Mbit/s.

Four cameras of the main hall, drawn once and kept below `var/bench`. A GOP shows one moment of
the hall under new sensor noise in every picture; from one sample to the next (5 s) of the film
so much of the hall's day passes that 10 to 20 % of the windows change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np

from vision.sources.rehearsal.bodies import cut_out
from vision.sources.rehearsal.city import built
from vision.sources.rehearsal.day import written
from vision.sources.rehearsal.photographs import fetch
from vision.sources.rehearsal.scene import Scene, Studio

SIZE = (1920, 1080)
RATE, GOP_S, BITS = 25, 2, 4_000_000
GOPS = 20
SAMPLE_S = 5.0
CHANGING = 0.15
SEED = 2026
BEGINS, UNTIL = 10 * 3600.0, 11.9 * 3600
SEATS = (2, 3, 1, 2)
FORMAT = 1
NOISE_MARGIN = 64


@dataclass(frozen=True)
class Loop:
    """One camera's film.

    Attributes:
        stream: H.264 byte stream.
        stills: Its keyframes as JPEG, in order.
        zones: Staff zones by window, 0..1.
        changing: Share of windows that change from one sample to the next, of all loops.
        bits: A second.
    """

    stream: Path
    stills: Sequence[Path]
    zones: Mapping[str, Sequence[tuple[float, float]]]
    changing: float
    bits: float


def loops(var: Path, say: Callable[[str], None]) -> list[Loop]:
    """The loops; drawn where they are not there yet (a minute or two)."""
    folder = var / "bench" / f"hall-{FORMAT}"
    note = folder / "loops.json"
    if not note.exists():
        say("drawing and encoding four loops of the rehearsal hall, once …")
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(_drawn(folder, var)), "utf-8")
    return [
        Loop(
            folder / one["stream"],
            [folder / name for name in one["stills"]],
            one["zones"],
            one["changing"],
            one["bits"],
        )
        for one in json.loads(note.read_text("utf-8"))
    ]


def _drawn(folder: Path, var: Path) -> list[dict[str, object]]:
    city = built(SEED)
    day = written(city, UNTIL)
    cutouts = cut_out(fetch(var / "photographs", progress=print), var / "rehearsal")
    studio = Studio.opened(cutouts, SEED)
    free = [one for one in city.cameras.values() if one.hall_id == "main"]
    scenes = []
    for seats in SEATS:
        plan = next(one for one in free if len(one.seats) == seats)
        free.remove(plan)
        scenes.append(Scene(plan, studio, day))
    speed, changing = pace([moments(scene) for scene in scenes])
    return [
        _film(scene, folder, f"hall-{number}", speed) | {"changing": changing}
        for number, scene in enumerate(scenes)
    ]


def moments(scene: Scene) -> Callable[[float], list[object]]:
    """What shows at a moment in each window of a scene."""

    def shown(second: float) -> list[object]:
        passing = any(one.start <= second < one.end for one in scene._passings)
        found: list[object] = []
        for place in scene.stage.places:
            window = place.seat.window_id
            visits = [one for one in scene._visits[window] if one.start <= second < one.end]
            found.append((scene.pose(window, second), visits, passing))
        return found

    return shown


def pace(shown: Sequence[Callable[[float], list[object]]]) -> tuple[float, float]:
    """Seconds of the day a second of film, and the share of windows that change a sample."""
    tried = [(abs(share(shown, speed) - CHANGING), speed) for speed in range(1, 16)]
    best = float(min(tried)[1])
    return best, share(shown, best)


def share(shown: Sequence[Callable[[float], list[object]]], speed: float) -> float:
    """Of all windows, those that differ from what they were a sample ago; the loop closes."""
    changed = whole = 0
    length = GOPS * GOP_S
    for one in shown:
        for offset in range(GOP_S):
            times = [(offset + n * SAMPLE_S) % length for n in range(int(length / SAMPLE_S) + 1)]
            seen = [one(second_of(time, speed)) for time in times]
            for before, after in pairwise(seen):
                changed += sum(a != b for a, b in zip(before, after, strict=True))
                whole += len(after)
    return changed / whole


def second_of(time: float, speed: float) -> float:
    """The moment of the day that the film shows: one for each GOP."""
    return BEGINS + int(time // GOP_S) * GOP_S * speed


def _film(scene: Scene, folder: Path, name: str, speed: float) -> dict[str, object]:
    file = folder / f"{name}.h264"
    encoder = _encoder()
    with file.open("wb") as out:
        for number, luma_chroma in enumerate(_pictures(scene, speed)):
            frame = av.VideoFrame.from_ndarray(luma_chroma, format="yuv420p")
            frame.pts = number
            for packet in encoder.encode(frame):
                out.write(bytes(packet))
        for packet in encoder.encode(None):
            out.write(bytes(packet))
    zones = {
        place.seat.window_id: [[round(v, 5) for v in at] for at in scene.stage.zone(place).points]
        for place in scene.stage.places
    }
    return {
        "stream": file.name,
        "stills": [one.name for one in _stills(file)],
        "zones": zones,
        "bits": 8 * file.stat().st_size / (GOPS * GOP_S),
    }


def _encoder() -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, RATE)
    encoder.framerate, encoder.bit_rate = Fraction(RATE), BITS
    gop = RATE * GOP_S
    encoder.options = {
        "preset": "superfast",
        "tune": "zerolatency",
        "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:aud=1:repeat-headers=1:"
        f"sliced-threads=0:threads=1:vbv-maxrate={BITS // 1000}:vbv-bufsize={2 * BITS // 1000}",
    }
    return encoder


def _pictures(scene: Scene, speed: float) -> Iterator[np.ndarray]:
    """Every picture of the film, I420; its sensor noise is new each time."""
    width, height = SIZE
    rng = np.random.default_rng(SEED)
    pool = rng.normal(128.5, 2.0, (height + NOISE_MARGIN, width + NOISE_MARGIN))
    noise = pool.clip(0, 255).astype(np.uint8)
    for gop in range(GOPS):
        still = cv2.resize(scene.picture(second_of(gop * GOP_S, speed)), SIZE)
        plain = cv2.cvtColor(still, cv2.COLOR_BGR2YUV_I420)
        for _ in range(RATE * GOP_S):
            x, y = rng.integers(0, NOISE_MARGIN, 2)
            part = noise[y : y + height, x : x + width]
            noisy = plain.copy()
            noisy[:height] = cv2.addWeighted(plain[:height], 1.0, part, 1.0, -128)
            yield noisy


def _stills(file: Path) -> list[Path]:
    """The keyframes, as they are decoded."""
    found = []
    with av.open(str(file), format="h264") as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for number, frame in enumerate(container.decode(stream)):
            still = file.with_name(f"{file.stem}-{number:02}.jpg")
            pixels = frame.to_ndarray(format="bgr24")
            coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
            still.write_bytes(coded.tobytes())
            found.append(still)
    return found
