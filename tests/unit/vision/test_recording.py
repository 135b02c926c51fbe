from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from models.domain.errors import InputError, SourceError
from tests.fakes_cameras import (
    MORNING,
    SteppedClock,
    jpeg,
    number_of,
    numbered,
    textured,
    write_clip,
)
from vision.sources.failures import NoNewPicture
from vision.sources.recording import EPOCH, Recording, RecordingSource

KINDS = [
    pytest.param("clip.mp4", "libx264", id="mp4"),
    pytest.param("clip.mkv", "libx264", id="mkv"),
    pytest.param("clip.avi", "mjpeg", id="avi"),
    pytest.param("clip.gif", "gif", id="gif"),
]


def write_folder(folder: Path, times: list[str], pictures: int | None = None) -> Path:
    folder.mkdir()
    rows = ["file,time"]
    for index, time in enumerate(times):
        rows.append(f"{index:03}.jpg,{time}")
        if pictures is None or index < pictures:
            (folder / f"{index:03}.jpg").write_bytes(jpeg(numbered(index)))
    (folder / "times.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("name", "codec"), KINDS)
def test_every_kind_of_clip_gives_the_first_picture_of_each_second(
    tmp_path: Path, name: str, codec: str
) -> None:
    recording = Recording(write_clip(tmp_path / name, 50, 10, codec=codec))
    frames = list(recording.frames(1.0))
    assert [recording.seconds(frame) for frame in frames] == [0, 1, 2, 3, 4]
    assert recording.size == (160, 120)
    if codec != "gif":  # its palette shifts greys
        assert [number_of(frame.image) for frame in frames] == [0, 10, 20, 30, 40]


def test_without_a_period_every_picture_comes(tmp_path: Path) -> None:
    recording = Recording(write_clip(tmp_path / "a.mp4", 30, 10))
    assert len(list(recording.frames())) == 30
    assert recording.duration == pytest.approx(3.0, abs=0.05)


def test_a_due_time_between_two_pictures_gets_the_later_one(tmp_path: Path) -> None:
    recording = Recording(write_clip(tmp_path / "a.mp4", 40, 10))
    seconds = [recording.seconds(frame) for frame in recording.frames(0.25)]
    assert seconds[:5] == [0, 0.3, 0.5, 0.8, 1.0]


def test_frames_are_stamped_from_the_given_beginning(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", 20, 10)
    frames = list(Recording(clip, "c7", started_at=MORNING).frames(1))
    assert [frame.taken_at for frame in frames] == [MORNING, MORNING + timedelta(seconds=1)]
    assert {frame.camera_id for frame in frames} == {"c7"}
    assert next(Recording(clip).frames()).taken_at == EPOCH


@pytest.mark.parametrize(("name", "codec"), KINDS)
@pytest.mark.parametrize("share", [0.55, 0.97])
def test_a_clip_that_is_cut_short_is_refused(
    tmp_path: Path, name: str, codec: str, share: float
) -> None:
    whole = write_clip(tmp_path / name, 50, 10, codec=codec, make=lambda i: textured(seed=i))
    data = whole.read_bytes()
    whole.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(SourceError, match=r"cut short at second \d|incomplete"):
        Recording(whole)


def test_the_error_of_a_cut_clip_says_at_which_second(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "a.mp4", 100, 10, make=lambda i: textured(seed=i))
    data = whole.read_bytes()
    whole.write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError) as caught:
        Recording(whole)
    said = re.search(r"at second ([\d.]+) of 10\.0", caught.value.en)
    assert said is not None
    assert 3.5 < float(said[1]) < 6.5
    assert "秒中断" in caught.value.zh


def test_a_clip_damaged_in_the_middle_gives_no_picture_after_the_damage(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", 100, 10, make=lambda i: textured(seed=i))
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle:] = b"\x55" * (len(data) - middle)
    clip.write_bytes(data)
    recording = Recording(clip)
    given = []
    with pytest.raises(SourceError, match=r"damaged after second|cut short at second"):
        for frame in recording.frames(1):
            given.append(recording.seconds(frame))
    assert 3 <= len(given) <= 7


def test_a_clip_titled_in_gbk_as_recorders_do_is_read(tmp_path: Path) -> None:
    title = "三号窗口".encode("gbk")
    clip = write_clip(tmp_path / "a.mkv", 20, 10, title="T" * len(title))
    assert clip.read_bytes().count(b"T" * len(title)) == 1
    clip.write_bytes(clip.read_bytes().replace(b"T" * len(title), title))
    assert len(list(Recording(clip).frames())) == 20


def test_a_file_of_no_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    with pytest.raises(InputError, match="0 bytes"):
        Recording(tmp_path / "a.mp4")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Recording(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", ["notes.txt", "clip.mp4", "list.m3u8"])
def test_a_text_is_never_taken_for_a_clip(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("#EXTM3U\nrtsp://10.0.0.1/x\n" * 40)
    with pytest.raises(InputError, match="not a video file"):
        Recording(tmp_path / name)


def test_sound_without_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=8000)
        frame.sample_rate = 8000
        frame.pts = 0
        container.mux(stream.encode(frame))
    with pytest.raises(InputError, match="no video"):
        Recording(path)


def test_a_folder_of_pictures_goes_by_its_times(tmp_path: Path) -> None:
    recording = Recording(write_folder(tmp_path / "f", ["0", "5.02", "9.99", "20"]))
    frames = list(recording.frames(5))
    assert [recording.time_of(frame) for frame in frames] == [0, 5.02, 9.99, 20]
    assert [number_of(frame.image) for frame in frames] == [0, 1, 2, 3]
    assert not recording.absolute


def test_a_folder_with_dates_keeps_them_as_they_were_spelled(tmp_path: Path) -> None:
    times = ["2026-11-23T09:00:00+08:00", "2026-11-23T09:00:10+08:00"]
    recording = Recording(write_folder(tmp_path / "f", times))
    frames = list(recording.frames(5))
    assert recording.absolute
    assert [frame.taken_at for frame in frames] == [MORNING, MORNING + timedelta(seconds=10)]
    assert [recording.time_of(frame) for frame in frames] == times
    assert frames[0].taken_at.tzinfo == UTC


def test_a_date_without_offset_is_china_standard_time(tmp_path: Path) -> None:
    recording = Recording(write_folder(tmp_path / "f", ["2026-11-23 09:00:00"]))
    assert recording.started_at == datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("picture,when\n000.jpg,0\n", "file,time"),
        ("file,time\n", "no picture"),
        ("file,time\n000.jpg,tomorrow\n", "times.csv:2.*neither seconds nor ISO"),
        ("file,time\n000.jpg,nan\n", "times.csv:2.*neither seconds nor ISO"),
        ("file,time\n000.jpg,5\n000.jpg,4\n", "times.csv:3.*goes back"),
        ("file,time\n999.jpg,5\n", "times.csv:2.*missing"),
        ("file,time\n../000.jpg,5\n", "times.csv:2.*not a file name"),
        ("file,time\n000.jpg,5\n000.jpg,2026-11-23T09:00:00Z\n", "mixed"),
    ],
)
def test_a_bad_times_file_is_refused_with_its_line(tmp_path: Path, rows: str, said: str) -> None:
    folder = write_folder(tmp_path / "f", ["0"])
    (tmp_path / "000.jpg").write_bytes(jpeg())
    (folder / "times.csv").write_text(rows)
    with pytest.raises(InputError, match=said):
        Recording(folder)


def test_a_folder_without_times_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no times\.csv"):
        Recording(tmp_path)


def test_a_broken_picture_of_a_folder_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", ["0", "1"])
    (folder / "001.jpg").write_bytes(jpeg()[:900])
    with pytest.raises(SourceError, match=r"f/001\.jpg.*cut short"):
        list(Recording(folder).frames())


def test_a_recording_as_a_camera_plays_in_clock_time(tmp_path: Path) -> None:
    clock = SteppedClock()
    source = RecordingSource(write_clip(tmp_path / "a.mp4", 50, 10), "c1", clock, loops=False)
    source.open()
    first = source.read()
    clock.advance(2.0)
    second = source.read()
    assert (number_of(first.image), number_of(second.image)) == (0, 20)
    assert (second.taken_at - first.taken_at).total_seconds() == pytest.approx(2, abs=0.11)
    clock.advance(60)
    assert number_of(source.read().image) == 49
    with pytest.raises(SourceError, match="come to its end"):
        source.read()
    source.close()


def test_a_looped_recording_begins_again(tmp_path: Path) -> None:
    clock = SteppedClock()
    source = RecordingSource(write_clip(tmp_path / "a.mp4", 20, 10), "c1", clock)
    source.open()
    clock.advance(60)
    assert number_of(source.read().image) == 19
    assert number_of(source.read().image) == 0
    source.close()


def test_a_recorded_camera_waits_only_so_long_for_its_next_picture(tmp_path: Path) -> None:
    clock = SteppedClock()
    source = RecordingSource(write_folder(tmp_path / "f", ["0", "100"]), "c1", clock, wait_s=5)
    source.open()
    source.read()
    with pytest.raises(NoNewPicture):
        source.read()
    clock.advance(100)
    assert number_of(source.read().image) == 1
    source.close()
