# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="datasets need pyarrow (pip install .[learn])")
pq = pytest.importorskip("pyarrow.parquet")

from lerobot_dataset import LENGTHS, TASKS, shade, state_of, write_lerobot

from vla_ros.errors import ConfigError
from vla_ros.learn.lerobot.reader import LeRobotReader

FRONT = "observation.images.front"
FRAMES = sum(LENGTHS)


def corner(picture: np.ndarray) -> np.ndarray:
    return picture[5, 7].astype(np.uint8)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    write_lerobot(tmp_path)
    return tmp_path


def test_columns_come_in_the_order_of_the_frames(dataset: Path) -> None:
    reader = LeRobotReader(dataset)
    assert len(reader) == FRAMES
    assert reader.tasks == TASKS
    wanted = np.array([state_of(frame) for frame in range(FRAMES)], np.float32)
    assert np.array_equal(reader.column("observation.state"), wanted)
    assert [episode.first for episode in reader.episodes] == [0, 20, 50]


@pytest.mark.parametrize("embedded", [False, True])
def test_every_frame_has_its_picture(tmp_path: Path, embedded: bool) -> None:
    write_lerobot(tmp_path, embedded=embedded)
    pictures = LeRobotReader(tmp_path).pictures(FRONT, corner)
    off = [np.abs(pictures[n].astype(int) - shade(n)[0, 0]).max() for n in range(FRAMES)]
    assert max(off) <= 2  # A step from frame to frame is 3.


def test_rows_in_another_order_are_put_right(dataset: Path) -> None:
    path = dataset / "data/chunk-000/file-001.parquet"
    table = pq.read_table(path)
    pq.write_table(table.take(pa.array(range(table.num_rows - 1, -1, -1))), path)
    assert LeRobotReader(dataset).column("index")[:, 0].tolist() == list(range(FRAMES))


def test_columns_that_are_not_asked_for_may_be_anything(dataset: Path) -> None:
    for path in dataset.glob("data/*/*.parquet"):
        table = pq.read_table(path)
        notes = pa.array([[{"role": "user"}]] * table.num_rows)
        pq.write_table(table.append_column("language_events", notes), path)
    assert LeRobotReader(dataset).column("action").shape == (FRAMES, 5)


def change_info(dataset: Path, **entries: object) -> None:
    path = dataset / "meta/info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def test_an_older_version_is_named(dataset: Path) -> None:
    change_info(dataset, codebase_version="v2.1")
    with pytest.raises(ConfigError, match=r"codebase_version = v2.1, wanted v3.0"):
        LeRobotReader(dataset)


@pytest.mark.parametrize("entries", [{"features": None}, {"fps": None}, {"features": {"a": 3}}])
def test_a_broken_info_is_named(dataset: Path, entries: dict[str, object]) -> None:
    change_info(dataset, **entries)
    with pytest.raises(ConfigError, match=r"info.json: cannot be read"):
        LeRobotReader(dataset)


def test_a_missing_part_is_noticed(dataset: Path) -> None:
    change_info(dataset, total_frames=FRAMES + 1)
    with pytest.raises(ConfigError, match=r"tells of 76 frames in 3 episodes, there are 75 in 3"):
        LeRobotReader(dataset)


def test_a_missing_file_is_named(dataset: Path) -> None:
    (dataset / "data/chunk-000/file-001.parquet").unlink()
    with pytest.raises(ConfigError, match=r"file-001.parquet: cannot be read as Parquet"):
        LeRobotReader(dataset)


def test_a_broken_file_is_named(dataset: Path) -> None:
    (dataset / "meta/tasks.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(ConfigError, match=r"tasks.parquet: cannot be read as Parquet"):
        LeRobotReader(dataset)


def test_a_column_of_another_shape_is_named(dataset: Path) -> None:
    path = dataset / "meta/info.json"
    info = json.loads(path.read_text())
    info["features"]["action"]["shape"] = [6]
    path.write_text(json.dumps(info))
    with pytest.raises(ConfigError, match=r"column action: 75 rows hold 375 numbers"):
        LeRobotReader(dataset).column("action")


def test_a_gap_in_the_video_is_noticed(dataset: Path) -> None:
    videos = dataset / "videos" / FRONT / "chunk-000"
    (videos / "file-000.mp4").replace(videos / "file-001.mp4")  # 20 pictures where 55 should be.
    write_lerobot(dataset / "again")
    (dataset / "again/videos" / FRONT / "chunk-000/file-000.mp4").rename(videos / "file-000.mp4")
    with pytest.raises(ConfigError, match=r"front has 40 pictures, wanted 75"):
        LeRobotReader(dataset).pictures(FRONT, corner)
