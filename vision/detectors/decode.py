"""From a network's output to boxes: the arithmetic that exported networks end with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np

from models.domain.geometry import Box
from vision.detectors.letterbox import Canvas, Letterbox, Tensor
from vision.detectors.network import BINS, LEVELS
from vision.ports import Detection, Thing

LOWEST_SCORE: Final = 0.10
"""Everything from this score up is reported; whoever asks may want more."""
SAME_BOX: Final = 0.60
"""Two boxes of one thing that overlap this much (IoU) are one; the better score stays."""
_MOST: Final = 300


def decode_raw(output: Tensor, canvas: Canvas, row: int) -> tuple[Tensor, Tensor]:
    """Boxes of one class from raw numbers.

    Args:
        output: (4 × 16 + classes, places), places level by level, row by row.
        canvas: The input the network was given.
        row: The class.

    Returns:
        Corners (n, 4) in canvas pixels and scores (n,), every score from LOWEST_SCORE up.
    """
    logits = output[4 * BINS + row]
    keep = np.flatnonzero(logits >= np.log(LOWEST_SCORE / (1 - LOWEST_SCORE)))
    sides = output[: 4 * BINS, keep].reshape(4, BINS, -1)
    weights = np.exp(sides - sides.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    distance = np.tensordot(np.arange(BINS, dtype=np.float32), weights, axes=(0, 1))
    centre_x, centre_y, stride = (part[keep] for part in _places(canvas))
    left, top, right, bottom = distance * stride
    corners = np.stack(
        [centre_x - left, centre_y - top, centre_x + right, centre_y + bottom], axis=1
    )
    scores = 1.0 / (1.0 + np.exp(-logits[keep]))
    return corners.astype(np.float32), scores.astype(np.float32)


def decode_boxes(output: Tensor, row: int) -> tuple[Tensor, Tensor]:
    """The same from a network with its last layers: (4 + classes, places), centre and size."""
    scores = output[4 + row]
    keep = np.flatnonzero(scores >= LOWEST_SCORE)
    x, y, width, height = output[:4, keep]
    corners = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    return corners.astype(np.float32), scores[keep].astype(np.float32)


def detections(
    found: Mapping[Thing, tuple[Tensor, Tensor]], letterbox: Letterbox
) -> list[Detection]:
    """One box per thing seen, 0..1 of the picture, best score first."""
    answer = []
    for thing, (corners, scores) in found.items():
        kept = suppress(corners, scores)
        boxes = letterbox.to_picture(corners[kept])
        for (x1, y1, x2, y2), score in zip(boxes.tolist(), scores[kept].tolist(), strict=True):
            if x2 > x1 and y2 > y1:
                answer.append(Detection(thing, Box(x1, y1, x2, y2), score))
    return sorted(answer, key=lambda item: -item.score)


def suppress(corners: Tensor, scores: Tensor) -> list[int]:
    """Indices of the boxes that stay, best first: greedy non-maximum suppression."""
    order = np.argsort(-scores, kind="stable")[:_MOST]
    areas = np.prod(np.maximum(0.0, corners[:, 2:] - corners[:, :2]), axis=1)
    kept: list[int] = []
    while order.size:
        best, order = int(order[0]), order[1:]
        kept.append(best)
        low = np.maximum(corners[best, :2], corners[order, :2])
        high = np.minimum(corners[best, 2:], corners[order, 2:])
        shared = np.prod(np.maximum(0.0, high - low), axis=1)
        union = areas[best] + areas[order] - shared
        order = order[shared <= SAME_BOX * union]
    return kept


@lru_cache(maxsize=64)
def _places(canvas: Canvas) -> tuple[Tensor, Tensor, Tensor]:
    """Centre x, centre y and stride of every place, in canvas pixels."""
    xs, ys, strides = [], [], []
    for stride in LEVELS:
        columns, rows = canvas[0] // stride, canvas[1] // stride
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        xs.append((x.ravel() + 0.5) * stride)
        ys.append((y.ravel() + 0.5) * stride)
        strides.append(np.full(columns * rows, float(stride)))
    parts = (np.concatenate(item).astype(np.float32) for item in (xs, ys, strides))
    return next(parts), next(parts), next(parts)
