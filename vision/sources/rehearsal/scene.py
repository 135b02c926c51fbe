"""One camera's picture at one moment: still layers, clerks, citizens, light and noise."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.frame import Image
from vision.sources.rehearsal import actors, backdrop
from vision.sources.rehearsal.bodies import Cutout, Look, Rgba, Sprite, sprite
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.stage import HEIGHT, WIDTH, CameraPlan, Place, Stage, stage_of

UPRIGHT_M: Final = 0.56
"""Top of a seated clerk's head above the counter top."""

_KEPT_SPRITES: Final = 3
_KEPT_PATCHES: Final = 24
_NOISE_MARGIN: Final = 64


class Script(Protocol):
    """What the scene needs of the day's script (`day.Day`)."""

    def is_present(self, window_id: str, second: float) -> bool:
        """Whether the clerk is at the window."""
        ...

    def who(self, window_id: str, second: float) -> int:
        """0 for the window's own clerk, 1 for the cover."""
        ...

    def calm(self, window_id: str) -> list[actors.Stretch]:
        """When the clerk must not be in a hard pose."""
        ...


@dataclass(frozen=True, slots=True)
class Studio:
    """What all scenes share."""

    cutouts: Mapping[str, Cutout]
    seed: int
    noise: NDArray[np.uint8]

    @classmethod
    def opened(cls, cutouts: Mapping[str, Cutout], seed: int) -> Studio:
        """A studio with its pool of sensor noise."""
        rng = np.random.default_rng(seed)
        shape = (HEIGHT + _NOISE_MARGIN, WIDTH + _NOISE_MARGIN, 3)
        luma = rng.normal(0, 2.6, (*shape[:2], 1)) + rng.normal(0, 1.2, shape)
        return cls(cutouts, seed, np.clip(luma + 128.5, 0, 255).astype(np.uint8))


class Scene:
    """The pictures of one camera. Used by one thread at a time."""

    def __init__(self, plan: CameraPlan, studio: Studio, script: Script) -> None:
        self.plan = plan
        self.stage: Stage = stage_of(plan, studio.seed)
        self._studio = studio
        self._script = script
        layers = backdrop.draw(self.stage, studio.seed)
        self._nooks = {
            place.seat.window_id: _nook(self.stage, place, layers) for place in self.stage.places
        }
        self._empty = layers.back.copy()
        _lay(self._empty, layers.front, 0, 0)
        self._poses = {
            seat.window_id: actors.poses(studio.seed, seat.window_id, script.calm(seat.window_id))
            for seat in plan.seats
        }
        self._visits = {
            seat.window_id: actors.visits(studio.seed, plan.id, seat.window_id)
            for seat in plan.seats
        }
        self._passings = actors.passings(studio.seed, plan.id)
        self._sprites: OrderedDict[tuple[object, ...], Sprite] = OrderedDict()
        self._patches: OrderedDict[tuple[object, ...], tuple[int, int, Image]] = OrderedDict()
        self._light = chance(studio.seed, "light", plan.id).uniform(0.9, 1.06)

    def pose(self, window_id: str, second: float) -> actors.Pose | None:
        """How the clerk sits at a moment, None when away."""
        if not self._script.is_present(window_id, second):
            return None
        return self._poses[window_id].at(second)

    def picture(self, second: float, *, label: str = "") -> Image:
        """The picture at a moment, (720, 1280, 3), BGR; the same for the same arguments.

        Args:
            second: Seconds since local midnight.
            label: Text in the corner, as cameras write it.
        """
        image = self._empty.copy()
        for place in self.stage.places:
            pose = self.pose(place.seat.window_id, second)
            if pose is not None:
                who = self._script.who(place.seat.window_id, second)
                x, y, patch = self._clerk_patch(place, pose, who)
                image[y : y + patch.shape[0], x : x + patch.shape[1]] = patch
        for place in self.stage.places:
            for visit in self._visits[place.seat.window_id]:
                if visit.start <= second < visit.end:
                    self._lay_visit(image, place, visit)
        for passing in self._passings:
            if passing.start <= second < passing.end:
                self._lay_passing(image, passing, second)
        image = self._developed(image, second)
        if label:
            _write(image, label)
        return image

    def _developed(self, image: Image, second: float) -> Image:
        """Daylight, a little flicker, sensor noise: one pass over the pixels."""
        rng = chance(self._studio.seed, "shot", self.plan.id, round(second * 1000))
        noon = 1 - abs(second / 3600 - 12.5) / 12
        gain = self._light * (0.93 + 0.10 * noon) * rng.uniform(0.995, 1.005)
        x, y = rng.randrange(_NOISE_MARGIN), rng.randrange(_NOISE_MARGIN)
        noise = self._studio.noise[y : y + HEIGHT, x : x + WIDTH]
        return np.asarray(cv2.addWeighted(image, gain, noise, 1.0, -128), dtype=np.uint8)

    def _clerk_patch(self, place: Place, pose: actors.Pose, who: int) -> tuple[int, int, Image]:
        key = (place.seat.window_id, pose, who)
        if key not in self._patches:
            body = self._clerk(place, pose, who)
            x, y = self._clerk_corner(place, pose, body)
            self._patches[key] = _patched(self._nooks[place.seat.window_id], body, x, y)
            if len(self._patches) > _KEPT_PATCHES:
                self._patches.popitem(last=False)
        self._patches.move_to_end(key)
        return self._patches[key]

    def _clerk(self, place: Place, pose: actors.Pose, who: int) -> Sprite:
        window = place.seat.window_id
        rng = chance(self._studio.seed, "clerk", window, who)
        names = sorted(name for name, cut in self._studio.cutouts.items() if cut.outline.sits)
        cutout = self._studio.cutouts[rng.choice(names)]
        return sprite(
            cutout,
            place.px_per_m,
            Look.drawn(rng),
            seated=True,
            tilt=pose.tilt,
            squash=pose.squash,
        )

    def _clerk_corner(self, place: Place, pose: actors.Pose, body: Sprite) -> tuple[int, int]:
        metre = place.px_per_m
        height_m = body.pixels.shape[0] / metre
        top_m = min(UPRIGHT_M, height_m - 0.04) - pose.down_m
        x, y = self.stage.at(place.x + pose.aside_m * metre, top_m)
        return round(x - body.centre), y

    def _lay_visit(self, image: Image, place: Place, visit: actors.Visit) -> None:
        wanted = {"sits": "leans", "leans": "leans", "stands": "walks"}[visit.manner]
        size = {"sits": 1.12, "leans": 1.15, "stands": 1.3}[visit.manner]
        metre = place.px_per_m * size
        body = self._sprite(wanted, visit.choice, metre, visit.look)
        middle = place.x + visit.aside_m * place.px_per_m
        x, y = self.stage.at(middle, visit.top_m)
        _lay(image, body.pixels, round(x - body.centre), y)
        if visit.manner != "stands":
            self._lay_stool(image, middle, visit)

    def _lay_stool(self, image: Image, middle: float, visit: actors.Visit) -> None:
        """The back of the chair a citizen sits on, towards the camera."""
        metre = self.stage.scale_at(middle)
        half = 0.27 * metre
        colour = ((96, 66, 44), (70, 70, 76), (60, 84, 62))[visit.choice % 3]
        x, top = self.stage.at(middle, visit.top_m - 0.53)
        low = round(top + 0.46 * metre)
        leg = tuple(part // 2 for part in colour)
        for side in (-0.8, 0.8):
            foot = round(x + side * half)
            cv2.line(image, (foot, low), (foot, HEIGHT), leg, 7, cv2.LINE_AA)
        cv2.rectangle(image, (round(x - half), top), (round(x + half), low), colour, -1)
        crown = (round(half), round(0.06 * metre))
        cv2.ellipse(image, (x, top), crown, 0, 180, 360, colour, -1, cv2.LINE_AA)
        cv2.ellipse(image, (x, low), crown, 0, 0, 180, colour, -1, cv2.LINE_AA)
        seam = tuple(part * 4 // 5 for part in colour)
        cv2.line(image, (x, top), (x, low), seam, 2, cv2.LINE_AA)

    def _lay_passing(self, image: Image, passing: actors.Passing, second: float) -> None:
        share = (second - passing.start) / (passing.end - passing.start)
        if not passing.rightwards:
            share = 1 - share
        middle = -150 + share * (WIDTH + 300)
        metre = self.stage.scale_at(WIDTH / 2) * passing.size
        body = self._sprite("walks", passing.choice, metre, passing.look)
        x, y = self.stage.at(middle, passing.top_m)
        _lay(image, body.pixels, round(x - body.centre), y)

    def _sprite(self, role: str, choice: int, metre: float, look: Look) -> Sprite:
        cutouts = self._studio.cutouts
        names = sorted(n for n, cut in cutouts.items() if getattr(cut.outline, role))
        name = names[choice % len(names)]
        key = (name, round(metre), look)
        if key not in self._sprites:
            self._sprites[key] = sprite(cutouts[name], metre, look, seated=role == "leans")
            if len(self._sprites) > _KEPT_SPRITES:
                self._sprites.popitem(last=False)
        self._sprites.move_to_end(key)
        return self._sprites[key]


@dataclass(frozen=True, slots=True)
class _Nook:
    """The still layers around one window; the clerk is laid between them."""

    x: int
    y: int
    back: Image
    front: Rgba


def _nook(stage: Stage, place: Place, layers: backdrop.Backdrop) -> _Nook:
    reach = 1.0 * place.px_per_m
    x1, y1 = max(0, round(place.x - reach)), max(0, stage.at(place.x, 0.95)[1])
    x2, y2 = min(WIDTH, round(place.x + reach)), min(HEIGHT, stage.at(place.x, -0.35)[1])
    return _Nook(x1, y1, layers.back[y1:y2, x1:x2].copy(), layers.front[y1:y2, x1:x2].copy())


def _patched(nook: _Nook, body: Sprite, x: int, y: int) -> tuple[int, int, Image]:
    """The clerk between the wall and the counter, cut to the nook: corner and picture."""
    height, width = body.pixels.shape[:2]
    x1, y1 = max(nook.x, x), max(nook.y, y)
    x2 = min(nook.x + nook.back.shape[1], x + width)
    y2 = min(nook.y + nook.back.shape[0], y + height)
    rows, columns = slice(y1 - nook.y, y2 - nook.y), slice(x1 - nook.x, x2 - nook.x)
    patch = nook.back[rows, columns].copy()
    _lay(patch, body.pixels, x - x1, y - y1)
    _lay(patch, nook.front[rows, columns], 0, 0)
    return x1, y1, patch


def encode(image: Image, quality: int = 82) -> bytes:
    """JPEG, as cameras send it."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _lay(image: Image, pixels: Rgba, x: int, y: int) -> None:
    """Lay BGR + alpha onto a picture with its corner at (x, y), cut to the picture."""
    x1, y1 = max(0, x), max(0, y)
    x2 = min(image.shape[1], x + pixels.shape[1])
    y2 = min(image.shape[0], y + pixels.shape[0])
    if x1 >= x2 or y1 >= y2:
        return
    part = pixels[y1 - y : y2 - y, x1 - x : x2 - x]
    ground = image[y1:y2, x1:x2]
    alpha = part[..., 3:].astype(np.uint16)
    mixed = (ground * (255 - alpha) + part[..., :3] * alpha + 127) // 255
    image[y1:y2, x1:x2] = mixed.astype(np.uint8)


def _write(image: Image, label: str) -> None:
    """The camera's name and clock on a darkened strip."""
    image[8:40, 8:440] //= 3
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(image, label, (16, 31), font, 0.7, (245, 245, 245), 1, cv2.LINE_AA)
