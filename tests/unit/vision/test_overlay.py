"""What is drawn can be told apart by shape, and says what it means."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from models.domain.errors import InputError
from models.domain.geometry import Box, Polygon
from models.domain.presence import State
from tests.fakes_detectors import hall
from vision.overlay import Marking, draw
from vision.overlay_file import OverlayFile

ZONE = Polygon(((0.2, 0.2), (0.6, 0.2), (0.6, 0.9), (0.2, 0.9)))


def changed(state: State, **more: object) -> np.ndarray:
    image = hall()
    drawn = draw(image, [Marking("窗口1", ZONE, state)], **more)  # type: ignore[arg-type]
    return np.asarray((drawn != image).any(axis=2))


def test_the_picture_given_is_left_as_it_was() -> None:
    image = hall()
    drawn = draw(image, [Marking("窗口1", ZONE, State.PRESENT, people=(Box(0.3, 0.3, 0.5, 0.8),))])
    assert np.array_equal(image, hall())
    assert drawn.shape == image.shape
    assert not np.array_equal(drawn, image)


def test_the_three_states_differ_in_shape_and_not_only_in_colour() -> None:
    shapes = [changed(state) for state in State]
    for index, shape in enumerate(shapes):
        for other in shapes[index + 1 :]:
            lower = slice(round(0.4 * 360), 360)  # below the words: the outline alone
            assert (shape[lower] != other[lower]).sum() > 100


def test_the_outline_of_what_is_unknown_has_gaps() -> None:
    left_edge = round(0.2 * 639)
    column = slice(round(0.4 * 360), round(0.85 * 360))
    solid = changed(State.PRESENT)[column, left_edge - 3 : left_edge + 4].any(axis=1)
    dashed = changed(State.UNKNOWN)[column, left_edge - 3 : left_edge + 4].any(axis=1)
    assert solid.all()
    assert 0.2 < dashed.mean() < 0.9


def test_a_caption_is_written_at_the_bottom() -> None:
    without = changed(State.PRESENT)
    with_caption = changed(State.PRESENT, caption="2026-11-23 09:00:00 三号摄像头")
    assert (without != with_caption)[330:].any()
    assert not (without != with_caption)[:300].any()


@pytest.mark.parametrize(("width", "height"), [(64, 36), (1921, 1081), (33, 200)])
def test_any_size_of_picture_can_be_drawn_on(width: int, height: int) -> None:
    marking = Marking("一个很长的窗口名称" * 3, ZONE, State.ABSENT, "p=0.02")
    assert draw(hall(width, height), [marking], "t = 1").shape == (height, width, 3)


def test_the_video_shows_each_picture_from_its_second_on(tmp_path: Path) -> None:
    path = tmp_path / "overlay.mp4"
    with OverlayFile(path, (321, 181)) as video:
        for second in (0.0, 1.0, 2.5, 10.0):
            video.add(hall(321, 181, grey=int(40 + 10 * second)), second)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert [float(frame.time or 0) for frame in frames] == pytest.approx([0.0, 1.0, 2.5, 10.0])
    assert (frames[0].width, frames[0].height) == (320, 180)


def test_a_video_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        OverlayFile(tmp_path / "none" / "overlay.mp4", (64, 36))
