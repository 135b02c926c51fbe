"""The cameras of the drills, what goes wrong with each, and the real servers behind them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.domain.presence import Reason
from tests.servers.lighttpd import HIKVISION, lighttpd
from tests.servers.line import Fault, Line
from tests.servers.rtsp import rooms
from tests.servers.sifted_rtp import damaged, keyframes, lost
from tests.servers.snapshots import Wrong, cameras
from tests.servers.staffed_room import jpeg, staffed_room

USER, PASSWORD = "viewer", "s3cret"
PICTURES: Final = 12
SHOWN: Final = 11
"""By a stream: no multiple of its keyframes' distance, else a sample would be as the last one."""
DRAWN_IN_S: Final = 0.9
"""All pictures, on a quiet machine of ordinary speed."""
NEW_PICTURE_S: Final = 0.6
SILENCES: Final = frozenset({Reason.OFFLINE, Reason.STALE, Reason.NO_SAMPLE})
BROKEN: Final = SILENCES | {Reason.BROKEN_PICTURE}
"""It answers with no whole picture; a busy machine may be too late even for that."""
RENEWED: Final = SILENCES | {Reason.FROZEN}
"""Of lighttpd's camera, whose picture is a file that a busy machine may be late to renew."""


@dataclass(frozen=True, slots=True)
class Drill:
    """One fault of one or several cameras.

    Attributes:
        name: What goes wrong, for the report.
        cameras: With whom.
        done: What was done, for the report.
        begin: Does it.
        end: Mends it.
        reasons: Why its windows may become UNKNOWN.
        blinds: Whether they have to become UNKNOWN: a camera that flaps may be seen between.
    """

    name: str
    cameras: tuple[str, ...]
    done: str
    begin: Callable[[], None]
    end: Callable[[], None]
    reasons: frozenset[Reason] = SILENCES
    blinds: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """All drills at once, and cameras with which nothing happens.

    Attributes:
        load: How much slower than a quiet machine this one drew the pictures just now.
    """

    sources: Mapping[str, str]
    drills: Sequence[Drill]
    calm: Sequence[str]
    load: float


LINES: Final = {
    Fault.CUT: "the line breaks, new connections are refused",
    Fault.FLAPPING: "the line breaks again and again: 3 s down, 1 s up",
    Fault.HALF_OPEN: "half-open TCP: connections are accepted, then silence",
    Fault.SILENT: "mid-stream silence, every connection stays open",
    Fault.TRICKLE: "one byte a second",
}
ANSWERS: Final = {
    Wrong.ENDLESS_HEADERS: "headers without end",
    Wrong.WRONG_TYPE: "an answer of type text/html",
    Wrong.TRUNCATED: "a JPEG cut short, its length told as if it were whole",
    Wrong.OTHER_SIZE: "pictures of 640x480 instead of 640x360",
}


@contextmanager
def scene(folder: Path, down: int, calm: int) -> Iterator[Scene]:
    """Running cameras.

    Args:
        down: So many ordinary cameras go down at once and come back at once.
        calm: So many are never touched.
    """
    began = time.monotonic()
    shown = [jpeg(staffed_room(seed)) for seed in range(PICTURES)]
    others = [jpeg(staffed_room(seed, 640, 480)) for seed in range(PICTURES)]
    load = max(1.0, (time.monotonic() - began) / DRAWN_IN_S)
    with ExitStack() as stack:
        streamed = _rtsp(stack, folder, shown, others)
        fetched = _behind_lighttpd(stack, folder, shown)
        answering = stack.enter_context(cameras(shown, others))
        drills = [*streamed.values(), *fetched.values()]
        sources = {one.cameras[0]: where for where, one in {**streamed, **fetched}.items()}
        for wrong, done in ANSWERS.items():
            name = f"answer-{wrong}"
            sources[name] = answering.address(name)
            drills.append(_answer(name, wrong, done, answering.wrong))
        group = tuple(f"down-{n:02}" for n in range(down))
        quiet = [f"calm-{n:02}" for n in range(calm)]
        sources |= {name: answering.address(name) for name in (*group, *quiet)}
        every = len(sources)
        drills.append(_group(group, every, answering.wrong))
        yield Scene(sources, drills, quiet, load)


def _rtsp(
    stack: ExitStack, folder: Path, shown: Sequence[bytes], others: Sequence[bytes]
) -> dict[str, Drill]:
    """Drills of streams, by address."""
    steady, changing = folder / "steady", folder / "changing"
    for place in (steady, changing):
        _shown(place, shown)
    server = stack.enter_context(rooms(steady, changing))
    drills: dict[str, Drill] = {}
    for fault, done in LINES.items():
        line = _line(stack, Line(server.port))
        name = f"rtsp-{fault}"
        drills[_stream(line, steady)] = _of_line("RTSP", name, line, fault, done)
    for loses, done in (
        (lost, "every keyframe of the H.264 stream is lost on the way"),
        (damaged, "a third of the pieces of every keyframe is lost on the way"),
    ):
        line = _line(stack, Line(server.port, keyframes(loses)))
        name = f"rtsp-keyframes-{loses.__name__}"
        drills[_stream(line, steady)] = _of_line("RTSP", name, line, Fault.LOSSY, done)
    resized = Drill(
        "RTSP: resolution changes mid-stream",
        ("rtsp-resized",),
        "the encoder goes from 640x360 to 640x480 within one connection, and back",
        lambda: _shown(changing, others),
        lambda: _shown(changing, shown),
        frozenset({Reason.WRONG_SIZE}),
    )
    drills[f"rtsp://127.0.0.1:{server.port}/{changing.name}"] = resized
    return drills


def _behind_lighttpd(stack: ExitStack, folder: Path, shown: Sequence[bytes]) -> dict[str, Drill]:
    """Drills of snapshots, by address; lighttpd asks for the password by Digest."""
    root = folder / "lighttpd"
    root.mkdir()
    port = stack.enter_context(lighttpd(root, shown[0], USER, PASSWORD))
    over = threading.Event()
    file = root / "www" / HIKVISION.lstrip("/")

    def take_pictures() -> None:
        number = 0
        while not over.wait(NEW_PICTURE_S):
            number += 1
            _put(file, shown[number % len(shown)])

    thread = threading.Thread(target=take_pictures)
    thread.start()
    stack.callback(thread.join)
    stack.callback(over.set)
    drills = {}
    for fault, done in LINES.items():
        line = _line(stack, Line(port))
        address = f"http://{USER}:{PASSWORD}@127.0.0.1:{line.port}{HIKVISION}"
        drills[address] = _of_line("HTTP", f"http-{fault}", line, fault, done)
    return drills


def _line(stack: ExitStack, line: Line) -> Line:
    stack.callback(line.close)
    return line


def _stream(line: Line, place: Path) -> str:
    return f"rtsp://127.0.0.1:{line.port}/{place.name}"


def _of_line(protocol: str, name: str, line: Line, fault: Fault, done: str) -> Drill:
    return Drill(
        f"{protocol}: {name.partition('-')[2].replace('_', ' ').replace('-', ' ')}",
        (name,),
        done,
        lambda: line.set(fault),
        lambda: line.set(Fault.NONE),
        _told_as(protocol, fault),
        blinds=fault is not Fault.FLAPPING,
    )


def _told_as(protocol: str, fault: Fault) -> frozenset[Reason]:
    if protocol == "HTTP":
        return RENEWED
    return BROKEN if fault is Fault.LOSSY else SILENCES


def _answer(name: str, wrong: Wrong, done: str, answers: dict[str, Wrong]) -> Drill:
    reasons = {
        Wrong.OTHER_SIZE: frozenset({Reason.WRONG_SIZE}),
        Wrong.TRUNCATED: BROKEN,
        Wrong.WRONG_TYPE: BROKEN,
    }
    return Drill(
        f"HTTP: {wrong.replace('_', ' ')}",
        (name,),
        done,
        lambda: answers.update({name: wrong}),
        lambda: answers.update({name: Wrong.NOTHING}),
        reasons.get(wrong, SILENCES),
    )


def _group(group: tuple[str, ...], every: int, answers: dict[str, Wrong]) -> Drill:
    def set_all(wrong: Wrong) -> None:
        answers.update(dict.fromkeys(group, wrong))

    return Drill(
        f"{len(group)} of {every} cameras down at once",
        group,
        "they break off every connection, and all come back at one moment",
        lambda: set_all(Wrong.GONE),
        lambda: set_all(Wrong.NOTHING),
    )


def _shown(place: Path, shown: Sequence[bytes]) -> None:
    place.mkdir(exist_ok=True)
    for number in range(SHOWN):
        _put(place / f"{number}.jpg", shown[number])


def _put(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)
