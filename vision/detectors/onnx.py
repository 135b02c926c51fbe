"""People and phones with an ONNX network, without torch."""

from __future__ import annotations

from vision.detectors.decode import decode_boxes, decode_raw, detections
from vision.detectors.engines import Engine
from vision.detectors.letterbox import (
    CROP_PX,
    FRAME_PX,
    Canvas,
    canvas_for,
    require_picture,
    to_canvas,
)
from vision.detectors.network import Network
from vision.frame import Image
from vision.ports import Detection, Size


class OnnxDetector:
    """The default detector: letterbox, engine, decoding. Safe from any thread.

    Args:
        network: What to run.
        engine: What runs it.
        frame_px: Longer side of the network's input for a whole frame.
        crop_px: Side of the network's input for a crop.
    """

    def __init__(
        self,
        network: Network,
        engine: Engine,
        *,
        frame_px: int = FRAME_PX,
        crop_px: int = CROP_PX,
    ) -> None:
        self._network = network
        self._engine = engine
        self._frame_px = frame_px
        self._crop_px = crop_px

    @property
    def name(self) -> str:
        return f"{self._network.name}/{self._engine.name}"

    @property
    def model_hash(self) -> str:
        return self._network.sha256

    def detect(self, image: Image, size: Size) -> list[Detection]:
        picture = require_picture(image)
        canvas = self._canvas(picture, size)
        tensor, letterbox = to_canvas(picture, canvas)
        output = self._engine.run(tensor)
        found = {
            thing: decode_raw(output, canvas, row)
            if self._network.raw
            else decode_boxes(output, row)
            for thing, row in self._network.classes.items()
        }
        return detections(found, letterbox)

    def _canvas(self, image: Image, size: Size) -> Canvas:
        if self._network.canvas is not None:
            return self._network.canvas
        height, width = image.shape[:2]
        return canvas_for(width, height, size, frame_px=self._frame_px, crop_px=self._crop_px)

    def close(self) -> None:
        self._engine.close()
