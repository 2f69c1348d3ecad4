# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a LeRobotDataset v3.0, whoever wrote it."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vla_ros.errors import ConfigError
from vla_ros.learn.lerobot.layout import EPISODES, TASKS, VIDEO, Feature, Info, read_info
from vla_ros.learn.lerobot.tables import from_column, read_table, read_tables
from vla_ros.learn.lerobot.video import read_video
from vla_ros.types import ImageArray

_OFF = 0.25  # Of the time between frames: how far from its time a picture may be.

Keep = Callable[[ImageArray], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Where one episode is.

    Attributes:
        first: Its first frame, counted through the dataset.
        length: Number of its frames.
        videos: Path of the video and time of the first frame in it [s], by camera.
    """

    first: int
    length: int
    videos: dict[str, tuple[Path, float]]


class LeRobotReader:
    """A dataset that is on this disk.

    Attributes:
        info: What its info.json says.
        tasks: The sentences, by their number.
        episodes: In the order of their frames.
    """

    def __init__(self, dataset: Path) -> None:
        """Read everything but pictures.

        Raises:
            ConfigError: It is not there, not whole, or of another version.
        """
        self._dataset = dataset
        self.info = read_info(dataset)
        self.tasks = _read_tasks(dataset)
        self._rows = read_tables(sorted((dataset / EPISODES).glob("*/*.parquet")))
        self.episodes = tuple(sorted(_episodes(dataset, self.info, self._rows), key=_first))
        self._files = self._data_files()
        columns = [key for key, f in self.info.features.items() if not f.is_camera]
        self._table = read_tables(self._files, columns)
        self._order = self._frame_order()

    def __len__(self) -> int:
        """Return the number of frames."""
        return self.info.frames

    def feature(self, key: str) -> Feature | None:
        """Return what a column or camera holds; None if there is none of this name."""
        return self.info.features.get(key)

    def column(self, key: str) -> NDArray[np.generic]:
        """Return the values of a column in all frames, each of the shape of its feature.

        Raises:
            ConfigError: It is not what info.json says.
        """
        try:
            values = from_column(self._table[key], self.info.features[key])
        except (KeyError, ConfigError) as e:
            raise ConfigError(f"{self._dataset}: column {key}: {e}") from e
        return values[self._order]

    def pictures(self, key: str, keep: Keep) -> list[NDArray[np.uint8]]:
        """Return what to keep of every picture of a camera, in the order of the frames.

        Args:
            key: Of the camera.
            keep: Makes an RGB picture (H, W, 3) what is kept; called from several threads.

        Raises:
            ConfigError: A picture is missing.
        """
        found: dict[int, NDArray[np.uint8]] = {}
        if self.info.features[key].dtype == VIDEO:
            files: defaultdict[Path, list[Episode]] = defaultdict(list)
            for episode in self.episodes:
                files[episode.videos[key][0]].append(episode)

            def read(path: Path) -> dict[int, NDArray[np.uint8]]:
                wanted = self._wanted(key, files[path])
                return {f: keep(picture) for f, picture in _at_times(path, wanted, self._off_s)}

            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for part in pool.map(read, files):
                    found |= part
        else:
            rows = np.argsort(self._order)  # Frame of each row of the files.
            for row, picture in enumerate(_embedded(self._files, key)):
                found[int(rows[row])] = keep(picture)
        if len(found) != len(self):
            raise ConfigError(
                f"{self._dataset}: camera {key} has {len(found)} pictures, wanted {len(self)}"
            )
        return [found[frame] for frame in range(len(self))]

    def sources(self, key: str) -> list[Path]:
        """Return the files that hold the pictures of a camera."""
        if self.info.features[key].dtype != VIDEO:
            return self._files
        return sorted({episode.videos[key][0] for episode in self.episodes})

    @property
    def _off_s(self) -> float:
        return _OFF / self.info.rate_hz

    def _wanted(self, key: str, episodes: list[Episode]) -> list[tuple[float, int]]:
        """Return time [s] in the video and number of each frame of some episodes, by time."""
        return sorted(
            (episode.videos[key][1] + frame / self.info.rate_hz, episode.first + frame)
            for episode in episodes
            for frame in range(episode.length)
        )

    def _data_files(self) -> list[Path]:
        numbers = {
            (int(folder), int(file))
            for folder, file in zip(
                self._rows["data/chunk_index"].to_pylist(),
                self._rows["data/file_index"].to_pylist(),
                strict=True,
            )
        }
        return [self._dataset / self.info.data_file(*pair) for pair in sorted(numbers)]

    def _frame_order(self) -> NDArray[np.int64]:
        """Return the row of each frame; both must be the frames that meta/ tells of."""
        index = from_column(self._table["index"], self.info.features["index"]).reshape(-1)
        order = np.argsort(index, kind="stable")
        lengths = sum(episode.length for episode in self.episodes)
        whole = np.array_equal(index[order], np.arange(self.info.frames))
        if not whole or lengths != self.info.frames or len(self.episodes) != self.info.episodes:
            raise ConfigError(
                f"{self._dataset}: info.json tells of {self.info.frames} frames in "
                f"{self.info.episodes} episodes, there are {len(index)} in {len(self.episodes)}; "
                "the dataset was not finished, or a part of it is missing"
            )
        return order


def _first(episode: Episode) -> int:
    return episode.first


def _read_tasks(dataset: Path) -> tuple[str, ...]:
    table = read_table(dataset / TASKS)
    # What pandas wrote has the sentence as index, under one of these names.
    text = next((n for n in ("task", "__index_level_0__") if n in table.column_names), None)
    if text is None or "task_index" not in table.column_names:
        raise ConfigError(f"{dataset / TASKS}: wanted the columns task and task_index")
    sentences = dict(zip(table["task_index"].to_pylist(), table[text].to_pylist(), strict=True))
    try:
        return tuple(str(sentences[number]) for number in range(len(sentences)))
    except KeyError as e:
        raise ConfigError(f"{dataset / TASKS}: there is no task {e}") from e


def _episodes(dataset: Path, info: Info, rows: pa.Table) -> Iterator[Episode]:
    cameras = [key for key in info.cameras if info.features[key].dtype == VIDEO]
    places = [f"videos/{key}/{n}" for key in cameras for n in _PLACE]
    names = ["dataset_from_index", "length", *places]
    missing = [name for name in names if name not in rows.column_names]
    if missing:
        raise ConfigError(f"{dataset / EPISODES}: column {missing[0]} is missing")
    for row in rows.select(names).to_pylist():
        videos = {}
        for key in cameras:
            folder, file, start_s = (row[f"videos/{key}/{n}"] for n in _PLACE)
            videos[key] = (dataset / info.video_file(key, folder, file), float(start_s))
        yield Episode(first=row["dataset_from_index"], length=row["length"], videos=videos)


_PLACE = ("chunk_index", "file_index", "from_timestamp")


def _at_times(
    path: Path, wanted: list[tuple[float, int]], off_s: float
) -> Iterator[tuple[int, ImageArray]]:
    """Yield the pictures of a video that belong to some times, with their frames."""
    left = iter(wanted)
    now = next(left, None)
    for time_s, picture in read_video(path):
        while now is not None and now[0] < time_s - off_s:
            now = next(left, None)  # Has no picture; the caller counts.
        if now is None:
            return
        while now is not None and now[0] <= time_s + off_s:
            yield now[1], picture
            now = next(left, None)


def _embedded(files: list[Path], key: str) -> Iterator[ImageArray]:
    """Yield the pictures that are kept among the numbers, in the order of the rows."""
    for path in files:
        for entry in read_table(path, [key])[key].to_pylist():
            image = cv2.imdecode(np.frombuffer(entry["bytes"] or b"", np.uint8), cv2.IMREAD_COLOR)
            if image is None:
                raise ConfigError(f"{path}: column {key} holds what is no picture")
            yield np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
