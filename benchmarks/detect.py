"""Milliseconds per frame and per crop, for both networks on both engines, and in INT8 where
`onpost weights quantize` made such a file.

python -m benchmarks.detect [--short] [--threads N]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

import numpy as np

from models.domain.errors import WeightsError
from vision.detectors.engines import Engine, OnnxRuntimeEngine, OpenVinoEngine
from vision.detectors.factory import seconds_per_run
from vision.detectors.network import Network, read_network
from vision.detectors.onnx import OnnxDetector
from vision.ports import Size
from vision.quantized import int8_beside
from vision.weights import DEFAULT_FOLDER, KNOWN

CANVASES = (
    ("frame 640×384", (640, 384)),
    ("crop 320×320", (320, 320)),
    ("crop 224×224", (224, 224)),
)


def engines(network: Network, threads: int) -> list[Engine]:
    return [
        OnnxRuntimeEngine(network, threads),
        OpenVinoEngine(network, threads),
        OpenVinoEngine(network, threads, fast=True),
    ]


def beside(network: Network, threads: int, runs: int) -> float:
    """Seconds of a whole 1080p detection beside the engine's own: scaling, decoding, boxes."""
    engine = OnnxRuntimeEngine(network, threads)
    detector = OnnxDetector(network, _Still(engine))
    image = np.random.default_rng(0).integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
    detector.detect(image, Size.FRAME)
    taken = []
    for _ in range(runs):
        began = perf_counter()
        detector.detect(image, Size.FRAME)
        taken.append(perf_counter() - began)
    engine.close()
    return float(np.median(taken))


class _Still:
    """An engine that answers at once what it answered first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answer: np.ndarray | None = None

    name = "still"

    def run(self, tensor: np.ndarray) -> np.ndarray:
        if self._answer is None:
            self._answer = self._engine.run(tensor)
        return self._answer

    def close(self) -> None:
        self._engine.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer runs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    options = parser.parse_args()
    runs = 5 if options.short else 40
    print(f"\nDetector, median ms of {runs} runs, {options.threads} threads\n")
    print("| network | engine | " + " | ".join(name for name, _ in CANVASES) + " |")
    print("|---|---|" + "---:|" * len(CANVASES))
    for item in KNOWN.values():
        path = options.folder / item.file_name
        network = read_network(path)
        small = [int8_beside(path)] if int8_beside(path).is_file() else []
        for each in [network, *map(read_network, small)]:
            for engine in engines(each, options.threads):
                seconds = [seconds_per_run(engine, canvas, runs) for _, canvas in CANVASES]
                cells = [f"{1000 * value:.1f}" for value in seconds]
                print(f"| {each.name} | {engine.name} | " + " | ".join(cells) + " |")
                engine.close()
        if item.size == "s":
            rest = 1000 * beside(network, options.threads, runs)
            print(f"\nbeside the engine, per 1080p frame (scaling, boxes): {rest:.1f} ms")


if __name__ == "__main__":
    try:
        main()
    except WeightsError as missing:
        raise SystemExit(str(missing)) from None
