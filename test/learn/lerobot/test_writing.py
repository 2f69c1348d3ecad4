# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is on the disk, as LeRobot's own code reads it: by path, column and type."""

import json
from pathlib import Path

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="datasets need pyarrow (pip install .[learn])")
pq = pytest.importorskip("pyarrow.parquet")


from vla_ros.errors import ConfigError
from vla_ros.learn.lerobot.finish import finish
from vla_ros.learn.lerobot.layout import Feature, camera_feature
from vla_ros.learn.lerobot.writer import PartWriter, Schema, recorded_episodes

SCHEMA = Schema(
    rate_hz=10,
    robot="so101",
    features={
        "observation.images.top": camera_feature(16, 32),
        "observation.state": Feature(dtype="float32", shape=(2,), names=("a", "b")),
        "action": Feature(dtype="float32", shape=(1,), names=("a",)),
        "labels.instructions": Feature(dtype="int64", shape=(2,)),
    },
    sentences=("labels.instructions",),
)
LENGTHS = ((3, 2), (4,))  # Of the episodes of each part.


def record(dataset: Path, part: int, lengths: tuple[int, ...]) -> None:
    writer = PartWriter(dataset, part, SCHEMA)
    for episode, length in enumerate(lengths):
        for frame in range(length):
            value = 100.0 * part + 10.0 * episode + frame
            picture = np.full((16, 32, 3), 20 * frame, np.uint8)
            values = {
                "observation.state": np.array((value, -value)),
                "action": np.array([value]),
                "labels.instructions": [f"do {part}{episode}", "fly"],
            }
            writer.add([picture], values, f"do {part}{episode}")
        writer.end_episode()
    writer.close()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    for part in (1, 0):  # In any order.
        record(tmp_path, part, LENGTHS[part])
    finish(tmp_path, SCHEMA, 2)
    return tmp_path


def table(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def test_info_tells_what_there_is(dataset: Path) -> None:
    info = json.loads((dataset / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0"
    assert (info["fps"], info["robot_type"]) == (10, "so101")
    counts = [info[f"total_{what}"] for what in ("episodes", "frames", "tasks")]
    assert counts == [3, 9, 4]
    assert info["splits"] == {"train": "0:3"}
    own = {"timestamp", "frame_index", "episode_index", "index", "task_index"}
    assert set(info["features"]) == own | set(SCHEMA.features)
    camera = info["features"]["observation.images.top"]
    assert camera["dtype"] == "video"
    assert camera["shape"] == [16, 32, 3]
    assert camera["names"] == ["height", "width", "channels"]
    assert camera["info"]["video.codec"] == "h264"
    assert (dataset / info["data_path"].format(chunk_index=0, file_index=1)).is_file()


def test_frames_are_numbered_through(dataset: Path) -> None:
    one, other = (table(dataset / f"data/chunk-000/file-00{n}.parquet") for n in (0, 1))
    assert one["index"].to_pylist() + other["index"].to_pylist() == list(range(9))
    assert one["episode_index"].to_pylist() == [0, 0, 0, 1, 1]
    assert one["frame_index"].to_pylist() == [0, 1, 2, 0, 1]
    assert one["timestamp"].to_pylist() == pytest.approx([0.0, 0.1, 0.2, 0.0, 0.1])
    assert other["episode_index"].to_pylist() == [2] * 4
    assert one["task_index"].to_pylist() == [0, 0, 0, 1, 1]


def test_vectors_are_lists_of_fixed_length_and_single_numbers_bare(dataset: Path) -> None:
    frames = table(dataset / "data/chunk-000/file-000.parquet")
    assert frames.schema.field("observation.state").type == pa.list_(pa.float32(), 2)
    assert frames.schema.field("labels.instructions").type == pa.list_(pa.int64(), 2)
    for key in ("action", "timestamp"):
        assert frames.schema.field(key).type == pa.float32()
    assert frames["observation.state"].to_pylist()[4] == [11.0, -11.0]


def test_an_episode_is_a_row_group(dataset: Path) -> None:
    file = pq.ParquetFile(dataset / "data/chunk-000/file-000.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(2)] == [3, 2]


def test_sentences_are_the_index_of_the_tasks(dataset: Path) -> None:
    tasks = table(dataset / "meta/tasks.parquet")
    assert tasks["task_index"].to_pylist() == [0, 1, 2, 3]
    assert tasks["task"].to_pylist() == ["do 00", "do 01", "fly", "do 10"]
    assert json.loads(tasks.schema.metadata[b"pandas"])["index_columns"] == ["task"]


def test_a_row_says_where_an_episode_is(dataset: Path) -> None:
    rows = table(dataset / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    second, third = rows[1:]
    assert (second["dataset_from_index"], second["dataset_to_index"]) == (3, 5)
    assert second["tasks"] == ["do 01"]
    top = "videos/observation.images.top/"
    assert second[top + "from_timestamp"] == pytest.approx(0.3)
    assert second[top + "to_timestamp"] == pytest.approx(0.5)
    assert (second["data/file_index"], second[top + "file_index"]) == (0, 0)
    assert (third["data/file_index"], third[top + "file_index"]) == (1, 1)
    assert third[top + "from_timestamp"] == 0.0
    assert second["stats/observation.state/mean"] == [10.5, -10.5]
    assert np.shape(second["stats/observation.images.top/mean"]) == (3, 1, 1)


def test_statistics_are_those_of_all_frames(dataset: Path) -> None:
    stats = json.loads((dataset / "meta/stats.json").read_text())
    values = np.array([0, 1, 2, 10, 11, 100, 101, 102, 103], float)
    assert stats["action"]["mean"] == pytest.approx([values.mean()])
    assert stats["observation.state"]["q50"] == [11.0, -11.0]
    assert stats["index"]["max"] == [8]
    image = np.mean([0, 20, 40, 0, 20, 0, 20, 40, 60]) / 255.0
    assert np.array(stats["observation.images.top"]["mean"]) == pytest.approx(image, abs=1e-6)


def test_more_parts_can_follow(dataset: Path) -> None:
    before = (dataset / "data/chunk-000/file-001.parquet").read_bytes()
    record(dataset, 2, (2,))
    assert finish(dataset, SCHEMA, 3).episodes == 4
    assert (dataset / "data/chunk-000/file-001.parquet").read_bytes() == before


def test_less_can_be_made_of_it(dataset: Path) -> None:
    assert finish(dataset, SCHEMA, 1).frames == 5
    assert not (dataset / "data/chunk-000/file-001.parquet").exists()


def test_a_part_without_frames_is_left_out(dataset: Path) -> None:
    record(dataset, 2, (0, 0))
    record(dataset, 3, (0, 2))
    assert recorded_episodes(dataset, 2) == 2
    info = finish(dataset, SCHEMA, 4)
    assert (info.episodes, info.frames) == (4, 11)


def test_without_any_frame_there_is_no_dataset(tmp_path: Path) -> None:
    record(tmp_path, 0, (0,))
    with pytest.raises(ConfigError, match="no frame was recorded"):
        finish(tmp_path, SCHEMA, 1)


def test_a_part_that_is_missing_is_named(dataset: Path) -> None:
    with pytest.raises(ConfigError, match=r"part 2 of 3 is missing"):
        finish(dataset, SCHEMA, 3)


def test_a_part_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    PartWriter(tmp_path, 0, SCHEMA).end_episode()
    assert recorded_episodes(tmp_path, 0) is None
    record(tmp_path, 0, (1, 0))
    assert recorded_episodes(tmp_path, 0) == 2


def test_a_value_of_another_shape_is_a_mistake(tmp_path: Path) -> None:
    writer = PartWriter(tmp_path, 0, SCHEMA)
    values = {
        "observation.state": np.zeros(3),
        "action": np.zeros(1),
        "labels.instructions": ["a", "b"],
    }
    writer.add([np.zeros((16, 32, 3), np.uint8)], values, "a")
    with pytest.raises(ValueError, match=r"shape \(3,\), wanted \(2,\)"):
        writer.close()
