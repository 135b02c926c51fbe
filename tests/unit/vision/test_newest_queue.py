from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at
from vision.engine.newest import NewestQueue
from vision.frame import Frame


def frame(camera: str, seconds: float = 0) -> Frame:
    return Frame(camera, np.zeros((2, 2, 3), np.uint8), at(seconds))


def test_of_each_camera_only_the_newest_picture_waits_and_the_older_counts_as_missed() -> None:
    queue = NewestQueue()
    assert [queue.put(frame("a", 0)), queue.put(frame("b", 1)), queue.put(frame("a", 2))] == [
        False,
        False,
        True,
    ]
    assert len(queue) == 2
    first = queue.take()
    assert first is not None
    assert (first.camera_id, first.taken_at) == ("a", at(2)), "it keeps its place in the row"


def test_closing_lets_waiting_workers_go() -> None:
    queue = NewestQueue()
    answers: list[Frame | None] = []
    worker = threading.Thread(target=lambda: answers.append(queue.take()))
    worker.start()
    queue.close()
    worker.join(2)
    assert answers == [None]


def test_a_camera_whose_picture_is_being_examined_waits_while_others_go_on() -> None:
    queue = NewestQueue()
    queue.put(frame("a", 0))
    taken = queue.take()
    assert taken is not None
    queue.put(frame("a", 1))
    queue.put(frame("b", 2))
    other = queue.take()
    assert other is not None
    assert other.camera_id == "b"
    queue.done("a")
    again = queue.take()
    assert again is not None
    assert again.taken_at == at(1)


@given(
    moves=st.lists(st.one_of(st.sampled_from("abcde"), st.just(""), st.just("done")), max_size=80)
)
def test_every_camera_gets_its_turn_however_fast_another_one_sends(moves: list[str]) -> None:
    queue, waits, busy = NewestQueue(), list[str](), list[str]()
    for number, move in enumerate(moves):
        if move == "done" and busy:
            queue.done(busy.pop(0))
        elif move and move != "done":
            gave_way = queue.put(frame(move, number))
            assert gave_way == (move in waits), "a picture that gives way is always told"
            waits += [] if gave_way else [move]
        elif free := [camera for camera in waits if camera not in busy]:
            taken = queue.take()
            assert taken is not None
            assert taken.camera_id == free[0], "whoever has waited longest"
            waits.remove(taken.camera_id)
            busy.append(taken.camera_id)
        assert len(queue) == len(waits) <= 5
