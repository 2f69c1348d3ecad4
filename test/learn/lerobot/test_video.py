# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import numpy as np
import pytest

from vla_ros.errors import ConfigError
from vla_ros.learn.lerobot.video import VideoWriter, describe_video, read_video

RED, BLUE = (200, 20, 20), (30, 40, 190)


def table(step: int) -> np.ndarray:
    """A noisy table with two cubes a few pixels wide, as the front camera sees them."""
    picture = np.full((96, 128, 3), (150, 140, 120), np.int16)
    picture += np.random.default_rng(step).normal(0, 3, picture.shape).astype(np.int16)
    picture[40:46, 20 + step : 26 + step] = RED
    picture[60:65, 90:95] = BLUE
    return picture.clip(0, 255).astype(np.uint8)


def write(path: Path, count: int) -> None:
    writer = VideoWriter(path, (96, 128, 3), 5)
    for step in range(count):
        writer.add(table(step))
    writer.close()


def test_every_picture_has_its_time(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", 31)
    times = [time_s for time_s, _ in read_video(tmp_path / "a.mp4")]
    assert times == pytest.approx(np.arange(31) / 5, abs=1e-9)


def test_small_things_keep_place_and_color(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", 12)
    for step, (_, picture) in enumerate(read_video(tmp_path / "a.mp4")):
        wanted = table(step).astype(int)
        assert np.abs(picture.astype(int) - wanted).mean() < 3.0
        for cube in (np.s_[40:46, 20 + step : 26 + step], np.s_[60:65, 90:95]):
            assert np.abs(picture[cube] - wanted[cube]).mean() < 6.0


def test_the_same_pictures_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write(tmp_path / name, 7)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "a.mp4", (96, 128, 3), 5)
    writer.add(table(0))
    assert not (tmp_path / "a.mp4").exists()
    writer.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_without_pictures_there_is_no_file(tmp_path: Path) -> None:
    VideoWriter(tmp_path / "a.mp4", (96, 128, 3), 5).close()
    assert not list(tmp_path.iterdir())


def test_a_video_is_described_as_lerobot_does(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", 7)
    said = describe_video(tmp_path / "a.mp4")
    assert (said["video.height"], said["video.width"], said["video.fps"]) == (96, 128, 5)
    assert (said["video.codec"], said["video.pix_fmt"]) == ("h264", "yuv444p")


@pytest.mark.parametrize("content", [None, b"", b"no video"])
def test_what_is_no_video_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(ConfigError, match=r"a.mp4: cannot be read as video"):
        list(read_video(tmp_path / "a.mp4"))
