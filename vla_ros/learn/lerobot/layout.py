# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a LeRobotDataset v3.0 consists of: the paths of its files, and its info.json."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vla_ros.errors import ConfigError
from vla_ros.learn.whole import write_whole

VERSION = "v3.0"
INFO = Path("meta/info.json")
STATS = Path("meta/stats.json")
TASKS = Path("meta/tasks.parquet")
EPISODES = Path("meta/episodes")

STATE, ACTION, IMAGES = "observation.state", "action", "observation.images."
VIDEO, IMAGE = "video", "image"

FILES_PER_FOLDER = 1000
_FILE = "chunk-{chunk_index:03d}/file-{file_index:03d}"
_DATA_PATH = f"data/{_FILE}.parquet"
_VIDEO_PATH = "videos/{video_key}/" + _FILE + ".mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What one column of the frames holds, or one camera.

    Attributes:
        dtype: Name of a NumPy type, `video` or `image`.
        shape: Of one frame's value; (H, W, 3) for a camera.
        names: Of the numbers along the last axis, or of the axes of a picture.
        info: More about it, for example the codec of a video.
    """

    dtype: str
    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None
    info: dict[str, Any] | None = None

    @property
    def is_camera(self) -> bool:
        """It holds pictures."""
        return self.dtype in (VIDEO, IMAGE)

    def as_json(self) -> dict[str, Any]:
        """Return it as info.json has it."""
        names = None if self.names is None else list(self.names)
        entry: dict[str, Any] = {"dtype": self.dtype, "shape": list(self.shape), "names": names}
        return entry if self.info is None else entry | {"info": self.info}


def camera_feature(height: int, width: int, info: dict[str, Any] | None = None) -> Feature:
    """Return a camera whose pictures are kept as video."""
    names = ("height", "width", "channels")
    return Feature(dtype=VIDEO, shape=(height, width, 3), names=names, info=info)


# Every dataset has these; LeRobot finds the frames by them.
OWN_FEATURES = {
    "timestamp": Feature(dtype="float32", shape=(1,)),
    "frame_index": Feature(dtype="int64", shape=(1,)),
    "episode_index": Feature(dtype="int64", shape=(1,)),
    "index": Feature(dtype="int64", shape=(1,)),
    "task_index": Feature(dtype="int64", shape=(1,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """The file meta/info.json.

    Attributes:
        rate_hz: Frames per second.
        features: Of every column and camera, by key.
        episodes: How many.
        frames: How many in all of them.
        tasks: Number of different sentences.
        robot: Type of the robot; empty if unknown.
        data_path: Template of the paths of the frames.
        video_path: Template of the paths of the videos.
    """

    rate_hz: int
    features: dict[str, Feature]
    episodes: int = 0
    frames: int = 0
    tasks: int = 0
    robot: str = ""
    data_path: str = field(default=_DATA_PATH)
    video_path: str = field(default=_VIDEO_PATH)

    @property
    def cameras(self) -> tuple[str, ...]:
        """Keys of the cameras."""
        return tuple(key for key, feature in self.features.items() if feature.is_camera)

    def data_file(self, folder: int, file: int) -> Path:
        """Return where some frames are, relative to the dataset."""
        return Path(self.data_path.format(chunk_index=folder, file_index=file))

    def video_file(self, key: str, folder: int, file: int) -> Path:
        """Return where some pictures of a camera are, relative to the dataset."""
        return Path(self.video_path.format(video_key=key, chunk_index=folder, file_index=file))


def write_info(dataset: Path, info: Info) -> None:
    """Write meta/info.json."""
    video_path = info.video_path if info.cameras else None
    write_json(
        dataset / INFO,
        {
            "codebase_version": VERSION,
            "fps": info.rate_hz,
            "features": {key: feature.as_json() for key, feature in info.features.items()},
            "total_episodes": info.episodes,
            "total_frames": info.frames,
            "total_tasks": info.tasks,
            "chunks_size": FILES_PER_FOLDER,
            "data_files_size_in_mb": 100,
            "video_files_size_in_mb": 200,
            "data_path": info.data_path,
            "video_path": video_path,
            "robot_type": info.robot or None,
            "splits": {"train": f"0:{info.episodes}"},
        },
    )


def read_info(dataset: Path) -> Info:
    """Read meta/info.json.

    Raises:
        ConfigError: It is missing, broken, or of another version.
    """
    path = dataset / INFO
    if not path.is_file():
        raise ConfigError(f"{dataset}: is not a LeRobotDataset: it has no {INFO}")
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        version = entries["codebase_version"]
        if version != VERSION:
            raise ConfigError(
                f"{path}: codebase_version = {version}, wanted {VERSION}; LeRobot converts a "
                "dataset of v2.1 (convert_dataset_v21_to_v30)"
            )
        return Info(
            rate_hz=_rate(entries["fps"]),
            features={key: _feature(entry) for key, entry in entries["features"].items()},
            episodes=entries["total_episodes"],
            frames=entries["total_frames"],
            tasks=entries["total_tasks"],
            robot=entries.get("robot_type") or "",
            data_path=entries["data_path"],
            video_path=entries.get("video_path") or _VIDEO_PATH,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise ConfigError(f"{path}: cannot be read as LeRobot's info.json: {e!r}") from e


def _rate(fps: Any) -> int:
    if not fps > 0 or int(fps) != fps:
        raise ValueError(f"fps = {fps}")
    return int(fps)


def _feature(entry: dict[str, Any]) -> Feature:
    names = entry.get("names")
    if isinstance(names, dict):  # Datasets that were converted name them in groups.
        names = [name for group in names.values() for name in group]
    return Feature(
        dtype=entry["dtype"],
        shape=tuple(entry["shape"]),
        names=None if names is None else tuple(str(name) for name in names),
        info=entry.get("info"),
    )


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file that is either old or whole."""
    write_whole(path, json.dumps(content, indent=4, ensure_ascii=False) + "\n")
