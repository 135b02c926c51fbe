"""Pictures of the long run: the rehearsal's, with what its script does not know.

A coat over the chair and a bag on the counter while the clerk is away, people who stand right
before a window, a board on a trolley, lamps that are switched, sun from the side. People and
cloth are cut from the rehearsal's photographs.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import cv2
import numpy as np

from benchmarks._long_script import Board, Left, Script, Standing, Sun
from vision.frame import Image
from vision.sources.rehearsal import scene as rehearsal
from vision.sources.rehearsal.actors import Pose
from vision.sources.rehearsal.bodies import Look, Rgba, Sprite, sprite
from vision.sources.rehearsal.chance import chance
from vision.sources.rehearsal.scene import Scene, Studio
from vision.sources.rehearsal.stage import HEIGHT, WIDTH, Place

CLOTHS: Final = frozenset({"coat", "player"})
"""Whose chest shows cloth and nothing else."""
_KEPT = 24
_BOARDS = ((150, 90, 40), (60, 60, 160), (90, 130, 70), (200, 205, 210))


class LongScene(Scene):
    """One camera's pictures in one session. Used by one thread at a time."""

    def __init__(self, script: Script, studio: Studio) -> None:
        super().__init__(script.plan, studio, script)
        self._told = script
        self._kept: OrderedDict[tuple[object, ...], Sprite] = OrderedDict()

    def pose(self, window_id: str, second: float) -> Pose | None:
        """How the clerk sits at a moment, None when away."""
        return self._told.pose(window_id, second)

    def picture(self, second: float, *, label: str = "") -> Image:
        """The picture at a moment, (720, 1280, 3), BGR; the same for the same arguments."""
        image = self._empty.copy()
        for place in self.stage.places:
            self._lay_post(image, place, second)
        for place in self.stage.places:
            post = self._told.posts[place.seat.window_id]
            for visit in post.visits:
                if visit.start <= second < visit.end:
                    self._lay_visit(image, place, visit)
            for standing in post.queues:
                if standing.start <= second < standing.end:
                    self._lay_standing(image, place, standing)
            for board in post.boards:
                if board.start <= second < board.end:
                    self._lay_board(image, place, board)
        for passing in self._told.passings:
            if passing.start <= second < passing.end:
                self._lay_passing(image, passing, second)
        image = self._lamps(self._developed(image, second), second)
        if label:
            rehearsal._write(image, label)
        return image

    def _lay_post(self, image: Image, place: Place, second: float) -> None:
        window = place.seat.window_id
        pose = self.pose(window, second)
        if pose is not None:
            x, y, patch = self._clerk_patch(place, pose, 0)
            image[y : y + patch.shape[0], x : x + patch.shape[1]] = patch
            return
        for left in self._told.posts[window].left:
            if left.start <= second < left.end:
                self._lay_left(image, place, left)

    def _lay_left(self, image: Image, place: Place, left: Left) -> None:
        metre = place.px_per_m
        if left.coat:
            coat = self._cloth(left.choice, (round(0.58 * metre), round(0.53 * metre)), _COAT)
            x, y = self.stage.at(place.x - 0.29 * metre, 0.33)
            x, y, patch = rehearsal._patched(
                self._nooks[place.seat.window_id], Sprite(coat, 0.0, 1.0), x, y
            )
            image[y : y + patch.shape[0], x : x + patch.shape[1]] = patch
        if left.bag:
            bag = self._cloth(left.choice + 1, (round(0.3 * metre), round(0.22 * metre)), _BAG)
            x, y = self.stage.at(place.x + (0.1 if left.choice % 2 else -0.4) * metre, 0.22)
            rehearsal._lay(image, bag, x, y)

    def _cloth(
        self, choice: int, size: tuple[int, int], outline: tuple[tuple[float, float], ...]
    ) -> Rgba:
        """Something of this outline, of the cloth that somebody on a photograph wears."""
        names = sorted(CLOTHS & set(self._studio.cutouts))
        cutout = self._studio.cutouts[names[choice % len(names)]]
        low = round(cutout.neck + 0.35 * cutout.head_px)
        high = min(round(cutout.waist), round(low + 0.8 * cutout.head_px))
        middle, half = round(cutout.centre), round(0.45 * cutout.head_px)
        part = cutout.pixels[low:high, max(0, middle - half) : middle + half, :3]
        cloth = np.zeros((size[1], size[0], 4), np.uint8)
        cloth[..., :3] = cv2.resize(_dyed(part, 12 * choice), size)
        points = np.array([(x * size[0], y * size[1]) for x, y in outline], np.int32)
        alpha = np.zeros(size[::-1], np.uint8)
        cv2.fillPoly(alpha, [points], 255, cv2.LINE_AA)
        cloth[..., 3] = alpha
        return cloth

    def _lay_standing(self, image: Image, place: Place, one: Standing) -> None:
        metre = place.px_per_m * 1.32
        body = self._sprite("walks", one.choice, metre, one.look)
        x, y = self.stage.at(place.x + one.aside_m * place.px_per_m, one.top_m)
        rehearsal._lay(image, body.pixels, round(x - body.centre), y)

    def _lay_board(self, image: Image, place: Place, board: Board) -> None:
        half = 0.72 * place.px_per_m
        left, right = round(place.x - half), round(place.x + half)
        top, low = self.stage.at(place.x, 0.95)[1], self.stage.at(place.x, -0.75)[1]
        colour = _BOARDS[board.choice % len(_BOARDS)]
        cv2.rectangle(image, (left, top), (right, low), colour, -1)
        ink = tuple(255 - part for part in colour)
        rng = chance(board.choice, "board")
        for line in range(9):
            y = top + round((line + 1) * (low - top) / 11)
            end = left + round((right - left) * rng.uniform(0.4, 0.9))
            cv2.line(image, (left + 20, y), (end, y), ink, 5, cv2.LINE_AA)

    def _lamps(self, image: Image, second: float) -> Image:
        gain, sun = self._told.lamps.at(second), self._told.sun(second)
        if gain != 1.0:
            image = np.asarray(cv2.convertScaleAbs(image, alpha=gain), np.uint8)
        return _sunny(image, sun) if sun else image

    def _sprite(self, role: str, choice: int, metre: float, look: Look) -> Sprite:
        key = (role, choice, round(metre), look)
        if key not in self._kept:
            cutouts = self._studio.cutouts
            names = sorted(n for n, cut in cutouts.items() if getattr(cut.outline, role))
            name = names[choice % len(names)]
            self._kept[key] = sprite(cutouts[name], metre, look, seated=role == "leans")
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


_COAT = ((0.12, 0.0), (0.88, 0.0), (1.0, 0.55), (0.88, 1.0), (0.12, 1.0), (0.0, 0.5))
_BAG = ((0.1, 0.2), (0.35, 0.0), (0.65, 0.0), (0.9, 0.2), (1.0, 1.0), (0.0, 1.0))


def _dyed(part: Image, hue: int) -> Image:
    """The same cloth in another sober colour."""
    hsv = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_BGR2HSV).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + hue) % 180
    hsv[..., 1] = np.minimum(hsv[..., 1], 105)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR), np.uint8)


def _sunny(image: Image, sun: Sun) -> Image:
    """Up to `strength` brighter from one side on."""
    ramp = np.linspace(128 * (1 + sun.strength), 128, WIDTH).astype(np.uint8)
    ramp = ramp if sun.from_left else ramp[::-1]
    plane = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (HEIGHT, WIDTH, 3)))
    return np.asarray(cv2.multiply(image, plane, scale=1 / 128), np.uint8)
