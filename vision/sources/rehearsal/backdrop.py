"""What does not move in a picture: walls, floor, signs, chairs, the counter and what is on it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.frame import Image
from vision.sources.rehearsal.bodies import Rgba
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.stage import FLOOR_M, HEIGHT, WIDTH, Place, Stage

Colour = tuple[int, int, int]
Edges = tuple[float, float, float, float]

WALLS: tuple[Colour, ...] = (
    (214, 222, 226),
    (208, 216, 205),
    (222, 218, 206),
    (196, 208, 218),
    (216, 214, 212),
)
COUNTERS: tuple[Colour, ...] = ((92, 122, 158), (120, 140, 150), (150, 128, 96), (84, 98, 118))
FLOORS: tuple[Colour, ...] = ((168, 176, 182), (150, 164, 170), (182, 184, 180), (136, 150, 166))


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A camera's still layers.

    Attributes:
        back: Everything behind the clerks, (720, 1280, 3).
        front: Counter and what stands on it, BGR and alpha, (720, 1280, 4).
    """

    back: Image
    front: Rgba


def draw(stage: Stage, seed: int) -> Backdrop:
    """The still layers of a camera's picture, always the same for the same seed."""
    rng = chance(seed, "backdrop", stage.plan.id)
    back = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    _wall(back, stage, rng)
    _floor(back, stage, rng)
    for place in stage.places:
        _sign(back, stage, place)
        _chair(back, stage, place, rng)
    front = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    _counter(front, stage, rng)
    for place in stage.places:
        _desk(front, stage, place, rng)
    grain = _grain(f"{seed}/grain/{stage.plan.id}")
    back = _textured(back, grain)
    front[..., :3] = _textured(front[..., :3], grain)
    smooth = np.asarray(cv2.GaussianBlur(back, (3, 3), 0), dtype=np.uint8)
    return Backdrop(smooth, _softened(front))


def _shade(colour: Colour, share: float) -> Colour:
    b, g, r = (max(0, min(255, round(part * share))) for part in colour)
    return (b, g, r)


def _quad(image: NDArray[np.uint8], stage: Stage, edges: Edges, colour: tuple[int, ...]) -> None:
    """A panel in perspective; `edges`: left and right in pixels, low and high in metres."""
    x1, x2, low, high = edges
    corners = [stage.at(x1, high), stage.at(x2, high), stage.at(x2, low), stage.at(x1, low)]
    cv2.fillConvexPoly(image, np.array(corners, np.int32), colour, cv2.LINE_AA)


def _wall(image: Image, stage: Stage, rng: Random) -> None:
    wall = rng.choice(WALLS)
    image[:] = wall
    for step in range(24):  # lighter near the lamps at the top
        y1, y2 = round(HEIGHT * step / 24), round(HEIGHT * (step + 1) / 24)
        image[y1:y2] = _shade(wall, 1.08 - 0.012 * step)
    _quad(image, stage, (0, WIDTH, 1.52, 1.56), _shade(wall, 0.82))
    x = rng.uniform(0, 60)
    while x < WIDTH:  # panels
        cv2.line(image, stage.at(x, 3), stage.at(x, -0.5), _shade(wall, 0.92), 1, cv2.LINE_AA)
        x += rng.uniform(130, 170)
    for _ in range(rng.randint(1, 3)):
        x, width = rng.uniform(0, WIDTH - 150), rng.uniform(60, 110)
        _poster(image, stage, x, width, rng)
    x = rng.uniform(40, WIDTH - 260)
    cabinet = rng.choice(((150, 160, 165), (128, 140, 128), (104, 124, 150)))
    for number in range(rng.randint(2, 4)):
        left = x + number * 84
        _quad(image, stage, (left, left + 80, -0.4, rng.choice((0.34, 0.36))), cabinet)
        _quad(image, stage, (left + 34, left + 46, 0.22, 0.24), _shade(cabinet, 0.6))
    _clock(image, stage, rng)


def _poster(image: Image, stage: Stage, x: float, width: float, rng: Random) -> None:
    paper = rng.choice(((235, 240, 242), (190, 205, 240), (220, 200, 160)))
    _quad(image, stage, (x, x + width, 0.62, 1.02), paper)
    ink = rng.choice(((60, 60, 170), (140, 70, 40), (70, 110, 60)))
    for line in range(6):
        end = x + width * rng.uniform(0.5, 0.9)
        y = 0.96 - 0.055 * line
        cv2.line(image, stage.at(x + 6, y), stage.at(end, y), ink, 2, cv2.LINE_AA)


def _clock(image: Image, stage: Stage, rng: Random) -> None:
    centre = stage.at(rng.uniform(80, WIDTH - 80), rng.uniform(1.66, 1.74))
    cv2.circle(image, centre, 17, (245, 245, 245), -1, cv2.LINE_AA)
    cv2.circle(image, centre, 17, (60, 60, 60), 2, cv2.LINE_AA)


def _floor(image: Image, stage: Stage, rng: Random) -> None:
    colour = rng.choice(FLOORS)
    edge = [stage.at(0, FLOOR_M), stage.at(WIDTH, FLOOR_M), (WIDTH, HEIGHT), (0, HEIGHT)]
    cv2.fillConvexPoly(image, np.array(edge, np.int32), colour)
    vanish = (WIDTH / 2 + 900 * stage.turn * 10, -500.0)
    for step in range(-6, 34):
        x = step * 64.0
        top = stage.at(x, FLOOR_M)
        share = (HEIGHT - vanish[1]) / max(1.0, top[1] - vanish[1])
        bottom = (round(vanish[0] + (x - vanish[0]) * share), HEIGHT)
        cv2.line(image, top, bottom, _shade(colour, 0.88), 1, cv2.LINE_AA)
    low = FLOOR_M
    for step in range(6):
        low -= 0.10 + 0.05 * step
        cv2.line(image, stage.at(0, low), stage.at(WIDTH, low), _shade(colour, 0.9), 1, cv2.LINE_AA)


def _sign(image: Image, stage: Stage, place: Place) -> None:
    half = 0.52 * place.px_per_m
    left, right = place.x - half, place.x + half
    low = min(1.05, stage.at(place.x, 0)[1] / place.px_per_m - 0.37)
    _quad(image, stage, (left - 3, right + 3, low, low + 0.36), (70, 60, 50))
    _quad(image, stage, (left, right, low + 0.015, low + 0.345), (150, 82, 28))
    _quad(image, stage, (left, right, low + 0.015, low + 0.10), (24, 22, 30))
    size = place.px_per_m / 300
    _text(image, place.seat.title, stage.at(place.x, low + 0.15), 1.05 * size, (255, 255, 255))
    _text(image, place.seat.unit, stage.at(place.x, low + 0.035), 0.5 * size, (60, 70, 250))


def _text(image: Image, text: str, middle: tuple[float, int], size: float, colour: Colour) -> None:
    thickness = 2 if size > 0.7 else 1
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thickness)
    where = (round(middle[0] - width / 2), middle[1])
    cv2.putText(image, text, where, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thickness, cv2.LINE_AA)


def _chair(image: Image, stage: Stage, place: Place, rng: Random) -> None:
    """The clerk's chair stays when the clerk goes, and so may a coat over its back."""
    m = place.px_per_m
    colour = rng.choice(((52, 48, 46), (96, 66, 44), (60, 62, 72), (48, 70, 52)))
    x = place.x + rng.uniform(-0.08, 0.08) * m
    half = 0.23 * m
    _quad(image, stage, (x - half, x + half, -0.3, rng.uniform(0.24, 0.34)), colour)
    top = stage.at(x, 0.30)
    cv2.ellipse(
        image, top, (round(half), round(0.08 * m)), 0, 0, 360, _shade(colour, 1.12), -1, cv2.LINE_AA
    )
    if rng.random() < 0.4:
        coat = rng.choice(((70, 62, 128), (120, 96, 70), (72, 92, 84), (40, 40, 44)))
        outline = [
            stage.at(x - half * 0.9, 0.33),
            stage.at(x + half * 0.9, 0.33),
            stage.at(x + half * 1.2, 0.05),
            stage.at(x + half * 0.9, -0.2),
            stage.at(x - half * 0.9, -0.2),
            stage.at(x - half * 1.25, 0.08),
        ]
        cv2.fillPoly(image, [np.array(outline, np.int32)], coat, cv2.LINE_AA)
        for fold in (-0.5, 0.0, 0.45):
            start, end = stage.at(x + half * fold, 0.3), stage.at(x + half * fold * 1.3, -0.1)
            cv2.line(image, start, end, _shade(coat, 0.75), 2, cv2.LINE_AA)


def _counter(image: Rgba, stage: Stage, rng: Random) -> None:
    colour = rng.choice(COUNTERS)
    _quad(image, stage, (0, WIDTH, FLOOR_M, 0.0), (*_shade(colour, 0.92), 255))
    _quad(image, stage, (0, WIDTH, FLOOR_M, -0.70), (*_shade(colour, 0.5), 255))
    _quad(image, stage, (0, WIDTH, -0.10, -0.055), (*_shade(colour, 0.62), 255))
    _quad(image, stage, (0, WIDTH, -0.055, 0.0), (*_shade((226, 228, 230), 0.97), 255))
    for place in stage.places:
        edge = place.x + 0.70 * place.px_per_m
        if edge < WIDTH - 30:
            _quad(image, stage, (edge, edge + 5, 0.0, 0.62), (205, 210, 200, 120))
            cv2.line(
                image,
                stage.at(edge, -0.1),
                stage.at(edge, -0.7),
                (*_shade(colour, 0.7), 255),
                2,
            )


def _desk(image: Rgba, stage: Stage, place: Place, rng: Random) -> None:
    """Monitor, papers, a card reader, sometimes a bag or a plant left on the counter."""
    m = place.px_per_m
    side = -1 if rng.random() < 0.5 else 1
    x = place.x + side * rng.uniform(0.34, 0.42) * m
    half = 0.21 * m
    _quad(image, stage, (x - 0.03 * m, x + 0.03 * m, 0.0, 0.1), (60, 60, 62, 255))
    _quad(image, stage, (x - half, x + half, 0.06, 0.33), (44, 42, 40, 255))
    _quad(image, stage, (x - half + 4, x + half - 4, 0.075, 0.315), (66, 64, 62, 255))
    reader = place.x - side * 0.33 * m
    _quad(image, stage, (reader, reader + 0.10 * m, 0.0, 0.07), (90, 84, 80, 255))
    _quad(image, stage, (reader - 0.2 * m, reader - 0.04 * m, 0.0, 0.025), (238, 240, 242, 255))
    if rng.random() < 0.3:
        bag = rng.choice(((60, 50, 150), (120, 90, 60), (70, 70, 74), (60, 120, 160)))
        left = place.x - side * 0.62 * m
        _quad(image, stage, (left, left + 0.24 * m, 0.0, 0.17), (*bag, 255))
        handle = stage.at(left + 0.12 * m, 0.17)
        size = (round(0.07 * m), round(0.06 * m))
        cv2.ellipse(image, handle, size, 0, 180, 360, (*_shade(bag, 0.7), 255), 3, cv2.LINE_AA)
    if rng.random() < 0.35:
        pot = stage.at(place.x + side * 0.66 * m, 0.05)
        for _ in range(14):
            tip = (pot[0] + rng.randint(-26, 26), pot[1] - rng.randint(14, 58))
            cv2.line(image, pot, tip, (50, rng.randint(90, 150), 60, 255), 4, cv2.LINE_AA)
        cv2.circle(image, pot, 13, (70, 90, 150, 255), -1, cv2.LINE_AA)


def _grain(seed: str) -> NDArray[np.float32]:
    rng = np.random.default_rng(list(seed.encode()))
    coarse = rng.normal(1.0, 0.016, (9, 16)).astype(np.float32)
    fine = rng.normal(0.0, 0.012, (HEIGHT // 2, WIDTH // 2)).astype(np.float32)
    shade = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    grain = shade + cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grain[..., None], dtype=np.float32)


def _textured(image: NDArray[np.uint8], grain: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(image.astype(np.float32) * grain, 0, 255), dtype=np.uint8)


def _softened(front: Rgba) -> Rgba:
    soft = cv2.GaussianBlur(front[..., 3], (3, 3), 0)
    out = front.copy()
    out[..., 3] = np.minimum(front[..., 3], soft)
    return out
