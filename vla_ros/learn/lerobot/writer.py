# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes a LeRobotDataset in parts, which parallel processes record, each some whole episodes.

A part has its own video files. What depends on the parts before it (the numbers of frames,
episodes and sentences) is filled in when all are there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vla_ros.learn.lerobot.layout import FILES_PER_FOLDER, Feature, Info
from vla_ros.learn.lerobot.stats import PictureStats, Stats
from vla_ros.learn.lerobot.tables import read_metadata, to_column, write_table
from vla_ros.learn.lerobot.video import VideoWriter
from vla_ros.types import ImageArray

PARTS = Path("parts")
TASK, EPISODE = "task", "episode_index"
PICTURE_STATS, RECORDED = b"picture_stats", b"recorded_episodes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a dataset is made of.

    Attributes:
        rate_hz: Frames per second.
        robot: Type of the robot.
        features: Of every camera and every column, but those that all datasets have.
        sentences: Keys of the features that are sentences; LeRobot knows these by number.
    """

    rate_hz: int
    robot: str
    features: dict[str, Feature]
    sentences: tuple[str, ...] = ()

    @property
    def cameras(self) -> tuple[str, ...]:
        """Keys of the cameras."""
        return tuple(key for key, feature in self.features.items() if feature.is_camera)

    @property
    def columns(self) -> tuple[str, ...]:
        """Keys of everything else."""
        return tuple(key for key, feature in self.features.items() if not feature.is_camera)


def file_index(part: int) -> tuple[int, int]:
    """Return the numbers of the folder and of the file that a part is kept in."""
    return divmod(part, FILES_PER_FOLDER)


def part_path(dataset: Path, part: int) -> Path:
    """Return where the numbers and sentences of a part are kept."""
    return dataset / PARTS / f"part-{part:06d}.parquet"


def recorded_episodes(dataset: Path, part: int) -> int | None:
    """Return how many episodes were recorded in a part; None if it is not there."""
    path = part_path(dataset, part)
    if not path.is_file():
        return None
    metadata = read_metadata(path)
    return int(metadata[RECORDED]) if RECORDED in metadata else None


class PartWriter:
    """Records one part, which is there once it is closed."""

    def __init__(self, dataset: Path, part: int, schema: Schema) -> None:
        self._path, self._schema = part_path(dataset, part), schema
        info = Info(rate_hz=schema.rate_hz, features=schema.features)
        self._videos = [
            VideoWriter(
                dataset / info.video_file(key, *file_index(part)),
                schema.features[key].shape,
                schema.rate_hz,
            )
            for key in schema.cameras
        ]
        self._values: dict[str, list[NDArray[np.generic] | Sequence[str]]] = {
            key: [] for key in schema.columns
        }
        self._tasks: list[str] = []
        self._episodes: list[int] = []
        self._episode_stats: list[list[Stats]] = []
        self._stats = self._fresh_stats()
        self._recorded = 0

    @property
    def frames(self) -> int:
        """Number of frames so far."""
        return len(self._tasks)

    def add(
        self,
        pictures: Sequence[ImageArray],
        values: Mapping[str, NDArray[np.generic] | Sequence[str]],
        task: str,
    ) -> None:
        """Record a frame of the present episode.

        Args:
            pictures: RGB, one per camera, each as its feature says.
            values: Of every column, each as its feature says.
            task: What the arm is doing.
        """
        for video, stats, picture in zip(self._videos, self._stats, pictures, strict=True):
            video.add(picture)
            stats.add(picture)
        for key, column in self._values.items():
            column.append(values[key])
        self._tasks.append(task)
        self._episodes.append(len(self._episode_stats))

    def end_episode(self) -> None:
        """Start the next episode; one without any frame is not in the dataset."""
        self._recorded += 1
        if not self._episodes or self._episodes[-1] != len(self._episode_stats):
            return
        self._episode_stats.append([stats.result() for stats in self._stats])
        self._stats = self._fresh_stats()

    def close(self) -> None:
        """Finish the files of this part, whose last episode has ended."""
        for video in self._videos:
            video.close()
        columns = {key: self._column(key) for key in self._values}
        columns[TASK] = pa.array(self._tasks, pa.string())
        columns[EPISODE] = pa.array(self._episodes, pa.int64())
        stats = [
            [{name: figure.tolist() for name, figure in camera.items()} for camera in episode]
            for episode in self._episode_stats
        ]
        metadata = {
            PICTURE_STATS: json.dumps(stats).encode(),
            RECORDED: str(self._recorded).encode(),
        }
        write_table(self._path, pa.table(columns).replace_schema_metadata(metadata))

    def _fresh_stats(self) -> list[PictureStats]:
        return [PictureStats() for _ in self._schema.cameras]

    def _column(self, key: str) -> pa.Array:
        if not self._tasks:
            return pa.nulls(0)
        if key in self._schema.sentences:
            return pa.array([list(s) for s in self._values[key]], pa.list_(pa.string()))
        return to_column(np.array(self._values[key]), self._schema.features[key])
