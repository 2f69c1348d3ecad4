# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small dataset as LeRobot lays it out, which differs from how we do in all that it may."""

import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vla_ros.learn.lerobot.video import VideoWriter

LENGTHS = (20, 30, 25)
TASKS = ("put the sponge away", "open the drawer")
STATE = ("tool_x", "tool_y", "tool_z", "tool_sin_yaw", "tool_cos_yaw", "gripper")
ACTION = ("tool_x", "tool_y", "tool_z", "tool_yaw", "gripper")


def state_of(frame: int) -> list[float]:
    """The state of a frame: the tool moves along x and turns."""
    yaw = 0.01 * frame
    return [0.3 + 0.001 * frame, 0.1, 0.2, np.sin(yaw), np.cos(yaw), float(frame % 2)]


def action_of(frame: int) -> list[float]:
    """The action of a frame: where the tool is in the next one."""
    return [0.301 + 0.001 * frame, 0.1, 0.2, 0.01 * (frame + 1), float((frame + 1) % 2)]


def shade(frame: int) -> np.ndarray:
    """The picture of a frame: one shade that tells its number."""
    return np.full((48, 64, 3), (3 * frame, 128, 255 - 3 * frame), np.uint8)


def write_lerobot(
    dataset: Path, *, rate_hz: int = 10, embedded: bool = False, cameras: tuple[str, ...] = ()
) -> None:
    """Write 75 frames in three episodes, the second and third in one video and data file."""
    cameras = cameras or ("front", "wrist")
    camera = {"dtype": "image" if embedded else "video", "shape": [48, 64, 3]}
    names = {"names": ["height", "width", "channels"]}
    features: dict[str, dict] = {
        f"observation.images.{key}": camera | names for key in cameras
    } | {
        "observation.state": {"dtype": "float32", "shape": [6], "names": list(STATE)},
        "action": {"dtype": "float32", "shape": [5], "names": list(ACTION)},
        "timestamp": {"dtype": "float32", "shape": [1], "names": None},
    }
    for key in ("frame_index", "episode_index", "index", "task_index"):
        features[key] = {"dtype": "int64", "shape": [1], "names": None}
    rows, start = [], 0
    for episode, length in enumerate(LENGTHS):
        file = min(episode, 1)
        row = {
            "episode_index": episode,
            "tasks": [TASKS[episode % 2]],
            "length": length,
            "dataset_from_index": start,
            "dataset_to_index": start + length,
            "data/chunk_index": 0,
            "data/file_index": file,
        }
        for key in () if embedded else cameras:
            into_s = LENGTHS[1] / rate_hz if episode == 2 else 0.0
            row |= {
                f"videos/observation.images.{key}/chunk_index": 0,
                f"videos/observation.images.{key}/file_index": file,
                f"videos/observation.images.{key}/from_timestamp": into_s,
                f"videos/observation.images.{key}/to_timestamp": into_s + length / rate_hz,
            }
        rows.append(row)
        start += length
    _write(dataset / "meta/episodes/chunk-000/file-000.parquet", pa.Table.from_pylist(rows))
    tasks = {"task_index": [1, 0], "__index_level_0__": [TASKS[1], TASKS[0]]}
    _write(dataset / "meta/tasks.parquet", pa.table(tasks))
    for file, frames in enumerate((range(LENGTHS[0]), range(LENGTHS[0], sum(LENGTHS)))):
        table = _frames(frames, rate_hz, cameras if embedded else ())
        _write(dataset / f"data/chunk-000/file-00{file}.parquet", table)
        for key in () if embedded else cameras:
            path = f"videos/observation.images.{key}/chunk-000/file-00{file}.mp4"
            video = VideoWriter(dataset / path, (48, 64, 3), rate_hz)
            for frame in frames:
                video.add(shade(frame))
            video.close()
    info = {
        "codebase_version": "v3.0",
        "fps": rate_hz,
        "features": features,
        "total_episodes": 3,
        "total_frames": sum(LENGTHS),
        "total_tasks": 2,
        "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "video_path": "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4",
        "robot_type": None,
    }
    (dataset / "meta/info.json").write_text(json.dumps(info))


def _frames(frames: range, rate_hz: int, embedded: tuple[str, ...]) -> pa.Table:
    episodes = np.repeat(range(3), LENGTHS)
    starts = np.repeat(np.cumsum((0, *LENGTHS[:2])), LENGTHS)
    own = [frame - int(starts[frame]) for frame in frames]
    columns: dict[str, list | pa.Array] = {
        "observation.state": pa.array([state_of(f) for f in frames], pa.list_(pa.float32())),
        "action": pa.array([action_of(f) for f in frames], pa.list_(pa.float32(), 5)),
        "timestamp": pa.array([n / rate_hz for n in own], pa.float32()),
        "frame_index": own,
        "episode_index": [int(episodes[f]) for f in frames],
        "index": list(frames),
        "task_index": [int(episodes[f]) % 2 for f in frames],
    }
    for key in embedded:
        files = [cv2.imencode(".png", shade(f)[..., ::-1])[1].tobytes() for f in frames]
        column = [{"bytes": file, "path": f"frame-{n:06d}.png"} for n, file in enumerate(files)]
        columns[f"observation.images.{key}"] = column
    return pa.table(columns)


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
