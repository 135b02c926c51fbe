"""People cut out of photographs: masks refined once and kept, then varied for each post.

A cut-out (`Cutout`) is BGR plus alpha at the photograph's own size; a `Sprite` is one
variant of it, scaled for a place in a scene.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.domain.errors import SourceError
from vision.sources.rehearsal.outlines import OUTLINES, Outline

Rgba: TypeAlias = NDArray[np.uint8]
"""Pixels, shape (height, width, 4): BGR and alpha, 0..255."""

HEAD_M: Final = 0.25
"""Height of a head with hair, in metres: the scale of every body."""

RECIPE: Final = "4"
"""Changes whenever the cutting does, so that kept masks are not used for another recipe."""

_SOBER: Final = 105
"""Most colour that what is worn may have: clerks and citizens dress soberly."""
_BAND: Final = 0.035
_LONGEST: Final = 520
_FEWEST: Final = 8


@dataclass(frozen=True, slots=True)
class Cutout:
    """One person, cut out.

    Attributes:
        outline: Whose.
        pixels: BGR and alpha.
        head_px: Height of the head in these pixels.
        centre: x of the middle of the head.
        neck: y of the chin.
        waist: y down to which a seated person shows.
    """

    outline: Outline
    pixels: Rgba
    head_px: float
    centre: float
    neck: float
    waist: float


@dataclass(frozen=True, slots=True)
class Look:
    """How a body is varied: mirrored, recoloured, lit differently."""

    mirrored: bool = False
    hue: int = 0
    saturation: float = 1.0
    gain: float = 1.0
    warmth: float = 0.0

    @classmethod
    def drawn(cls, rng: Random) -> Look:
        """A look by chance, the same for the same generator."""
        return cls(
            mirrored=rng.random() < 0.5,
            hue=rng.randrange(0, 180, 12),
            saturation=rng.uniform(0.25, 0.75),
            gain=rng.uniform(0.82, 1.18),
            warmth=rng.uniform(-0.06, 0.06),
        )


@dataclass(frozen=True, slots=True)
class Sprite:
    """A body ready to be laid into a scene.

    Attributes:
        pixels: BGR and alpha.
        centre: x of the head's middle in these pixels.
        head_px: Height of the head.
    """

    pixels: Rgba
    centre: float
    head_px: float


def cut_out(photographs: Mapping[str, Path], cache: Path) -> dict[str, Cutout]:
    """Every body the photographs show, by name.

    Args:
        photographs: Files by name, as `photographs.fetch` gives them.
        cache: `var/rehearsal/`; masks are kept here under the hash of what made them.

    Raises:
        SourceError: too few bodies, or a photograph that cannot be read.
    """
    cache.mkdir(parents=True, exist_ok=True)
    found = {}
    for outline in OUTLINES:
        path = photographs.get(outline.photograph)
        if path is not None:
            found[outline.name] = _kept_cutout(outline, path, cache)
    if len(found) < _FEWEST:
        raise SourceError(
            f"演练大厅至少需要 {_FEWEST} 个人像,现只有 {len(found)} 个;请重新取得照片。",
            f"the rehearsal hall needs at least {_FEWEST} bodies, there are {len(found)}; "
            "fetch the photographs again.",
            where="photographs",
        )
    return found


def _kept_cutout(outline: Outline, path: Path, cache: Path) -> Cutout:
    key = f"{RECIPE}{outline!r}".encode() + path.read_bytes()
    kept = cache / f"{outline.name}-{hashlib.sha256(key).hexdigest()[:16]}.png"
    pixels = cv2.imread(str(kept), cv2.IMREAD_UNCHANGED) if kept.exists() else None
    crop, scale = _crop(outline)
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise SourceError(
                f"照片 {path.name} 无法读取,请删除后重新取得。",
                f"photograph {path.name} cannot be read; delete it and fetch it again.",
                where=path.name,
            )
        pixels = _cut(outline, np.asarray(picture, np.uint8), crop, scale)
        part = kept.with_name(f".{kept.name}.part.png")
        cv2.imwrite(str(part), pixels)
        part.replace(kept)
    return Cutout(
        outline,
        np.asarray(pixels, dtype=np.uint8),
        head_px=(outline.chin - outline.top) * scale,
        centre=(outline.centre - crop[0]) * scale,
        neck=(outline.chin - crop[1]) * scale,
        waist=(outline.waist - crop[1]) * scale,
    )


def _crop(outline: Outline) -> tuple[tuple[int, int, int, int], float]:
    xs = [x for x, _ in outline.points]
    ys = [y for _, y in outline.points]
    box = (max(0, min(xs) - 8), max(0, min(ys) - 8), max(xs) + 9, max(ys) + 9)
    return box, min(1.0, _LONGEST / (box[3] - box[1]))


def _cut(
    outline: Outline, picture: NDArray[np.uint8], crop: tuple[int, int, int, int], scale: float
) -> Rgba:
    """The hand-drawn outline, refined within a narrow band along it."""
    x1, y1, x2, y2 = crop
    x2, y2 = min(x2, picture.shape[1]), min(y2, picture.shape[0])
    part = cv2.resize(picture[y1:y2, x1:x2], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points = np.array([((x - x1) * scale, (y - y1) * scale) for x, y in outline.points])
    drawn = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(drawn, [points.round().astype(np.int32)], 255)
    head = (outline.chin - outline.top) * scale
    width = max(3, round(head * _BAND * 2)) | 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    inner, outer = cv2.erode(drawn, brush), cv2.dilate(drawn, brush)
    mask = np.full(drawn.shape, cv2.GC_BGD, np.uint8)
    mask[outer > 0] = cv2.GC_PR_BGD
    mask[drawn > 0] = cv2.GC_PR_FGD
    mask[inner > 0] = cv2.GC_FGD
    cv2.setRNGSeed(1)
    cv2.grabCut(
        part, mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK
    )
    alpha = np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)
    smooth = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    whole = cv2.morphologyEx(alpha, cv2.MORPH_OPEN, smooth)
    whole = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, smooth)
    whole = cv2.GaussianBlur(cv2.erode(whole, smooth), (3, 3), 0)
    return np.dstack([part, whole]).astype(np.uint8)


def sprite(
    cutout: Cutout,
    px_per_m: float,
    look: Look,
    *,
    seated: bool = False,
    tilt: float = 0.0,
    squash: float = 1.0,
) -> Sprite:
    """One variant of a body at a place where a metre is `px_per_m` pixels.

    Args:
        cutout: The body.
        px_per_m: Pixels to a metre at that place.
        look: How it is varied.
        seated: Only down to the waist.
        tilt: Degrees to the left around the neck.
        squash: Height against width, below 1 for a person bent forward.
    """
    pixels = cutout.pixels
    if seated:
        pixels = pixels[: round(cutout.waist)]
    scale = HEAD_M * px_per_m / cutout.head_px
    size = (max(4, round(pixels.shape[1] * scale)), max(4, round(pixels.shape[0] * scale * squash)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(_premultiplied(pixels), size, interpolation=method)
    centre, neck = cutout.centre * scale, cutout.neck * scale * squash
    small = _lit(_straight(np.asarray(small, np.float32)), look, neck, cutout.outline)
    if tilt:
        small, centre = _tilted(small, centre, neck, tilt)
    if look.mirrored:
        small, centre = small[:, ::-1], small.shape[1] - centre
    return Sprite(np.ascontiguousarray(small), centre, cutout.head_px * scale * squash)


def _premultiplied(pixels: Rgba) -> NDArray[np.float32]:
    out = pixels.astype(np.float32)
    out[..., :3] *= out[..., 3:] / 255
    return out


def _straight(pixels: NDArray[np.float32]) -> Rgba:
    out = pixels.copy()
    out[..., :3] /= np.maximum(out[..., 3:] / 255, 1e-3)
    return np.clip(out, 0, 255).astype(np.uint8)


def _tilted(pixels: Rgba, centre: float, neck: float, degrees: float) -> tuple[Rgba, float]:
    height, width = pixels.shape[:2]
    pad = round(height * 0.15)
    padded = cv2.copyMakeBorder(pixels, pad, 0, pad, pad, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    middle = (centre + pad, height + pad)
    turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    turned = cv2.warpAffine(padded, turn, (width + 2 * pad, height + pad))
    shifted = turn @ np.array([centre + pad, neck + pad, 1.0])
    rows = np.flatnonzero(turned[..., 3].max(axis=1) > 16)
    top = int(rows[0]) if len(rows) else 0
    return np.asarray(turned[top:], dtype=np.uint8), float(shifted[0])


def _lit(pixels: Rgba, look: Look, neck: float, outline: Outline) -> Rgba:
    """Skin keeps its hue; what is worn below the neck gets another."""
    colour = pixels[..., :3]
    if outline.grey:
        colour = _skin_toned(colour)
    hsv = cv2.cvtColor(colour, cv2.COLOR_BGR2HSV).astype(np.int16)
    skin = ((hsv[..., 0] < 20) | (hsv[..., 0] > 170)) & (hsv[..., 1] > 45) & (hsv[..., 1] < 170)
    worn = np.ones_like(skin) if outline.covered else ~skin
    worn[: round(neck)] = False
    tone = hsv[worn]
    if outline.grey:
        tone[:, 1] = 90
    tone[:, 0] = (tone[:, 0] + look.hue) % 180
    tone[:, 1] = np.clip(tone[:, 1] * look.saturation + 12, 0, _SOBER)
    tone[:, 2] = np.clip(tone[:, 2] + 14, 0, 255)
    hsv[worn] = tone
    lit = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR).astype(np.float32)
    lit *= look.gain * np.array([1 - look.warmth, 1.0, 1 + look.warmth], np.float32)
    return np.dstack([np.clip(lit, 0, 255).astype(np.uint8), pixels[..., 3]])


def _skin_toned(colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    level = colour[..., 1].astype(np.float32) / 255
    tint = np.array([0.62, 0.78, 1.0], np.float32)
    share = np.clip((level - 0.25) * 2, 0, 1)[..., None]
    toned = colour.astype(np.float32) * (1 - share + share * tint)
    return np.clip(toned, 0, 255).astype(np.uint8)
