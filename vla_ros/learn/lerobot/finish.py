# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes one LeRobotDataset of parts: numbers everything through and writes data/ and meta/."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vla_ros.errors import ConfigError
from vla_ros.learn.lerobot.layout import (
    ACTION,
    EPISODES,
    OWN_FEATURES,
    STATE,
    STATS,
    TASKS,
    Feature,
    Info,
    camera_feature,
    write_info,
    write_json,
)
from vla_ros.learn.lerobot.stats import Stats, combine, vector_stats
from vla_ros.learn.lerobot.tables import from_column, read_table, to_column, write_table
from vla_ros.learn.lerobot.video import describe_video
from vla_ros.learn.lerobot.writer import (
    EPISODE,
    PICTURE_STATS,
    TASK,
    Schema,
    file_index,
    part_path,
    recorded_episodes,
)

_EPISODES_FILE = EPISODES / "chunk-000/file-000.parquet"
Columns = dict[str, NDArray[np.generic]]


@dataclass(slots=True, kw_only=True)
class _Whole:
    """What is known of the dataset after some parts.

    Attributes:
        numbers: Number of each sentence, by first appearance.
        rows: One per episode, as in meta/episodes.
        columns: Values of the columns that have statistics, for each part.
        pictures: Statistics of each camera in each episode.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    columns: list[Columns] = field(default_factory=list)
    pictures: list[list[Stats]] = field(default_factory=list)

    @property
    def frames(self) -> int:
        return int(self.rows[-1]["dataset_to_index"]) if self.rows else 0

    def number(self, sentence: str) -> int:
        return self.numbers.setdefault(sentence, len(self.numbers))


def finish(dataset: Path, schema: Schema, parts: int) -> Info:
    """Make the first parts that were recorded one dataset; with more, it can be done again.

    Args:
        dataset: Its folder.
        schema: What the parts were recorded with.
        parts: How many.

    Raises:
        ConfigError: A part is missing, or there is no frame at all.
    """
    missing = [part for part in range(parts) if recorded_episodes(dataset, part) is None]
    if missing:
        raise ConfigError(f"{dataset}: part {missing[0]} of {parts} is missing; record it again")
    tables = {part: read_table(part_path(dataset, part)) for part in range(parts)}
    filled = {part: table for part, table in tables.items() if table.num_rows}
    if not filled:
        raise ConfigError(f"{dataset}: no frame was recorded")
    features = _features(dataset, schema, next(iter(filled)))
    info = Info(rate_hz=schema.rate_hz, robot=schema.robot, features=features)
    whole = _Whole()
    shutil.rmtree(dataset / "data", ignore_errors=True)  # LeRobot reads every file there is.
    for part, table in filled.items():
        _append(whole, dataset, schema, info, part, table)
    _write_meta(dataset, schema, whole)
    info = Info(
        rate_hz=schema.rate_hz,
        robot=schema.robot,
        features=info.features,
        episodes=len(whole.rows),
        frames=whole.frames,
        tasks=len(whole.numbers),
    )
    write_info(dataset, info)
    return info


def _append(
    whole: _Whole, dataset: Path, schema: Schema, info: Info, part: int, table: pa.Table
) -> None:
    """Take in a part and write its frames, numbered after those before it."""
    tasks = table[TASK].to_pylist()
    columns = _own_columns(whole, table, tasks, schema.rate_hz)
    for key in schema.columns:
        if key in schema.sentences:
            numbers = [[whole.number(s) for s in row] for row in table[key].to_pylist()]
            columns[key] = np.array(numbers, np.int64)
        else:
            columns[key] = from_column(table[key], schema.features[key])
    lengths = np.bincount(table[EPISODE].to_numpy()).tolist()
    arrays = {key: to_column(values, info.features[key]) for key, values in columns.items()}
    write_table(dataset / info.data_file(*file_index(part)), pa.table(arrays), lengths)
    pictures = json.loads(table.schema.metadata[PICTURE_STATS])
    start = 0
    for episode, length in enumerate(lengths):
        its = slice(start, start + length)
        row = _episode_row(whole, schema, tasks[its], part, start)
        stats = {key: vector_stats(columns[key][its]) for key in _with_stats(schema)}
        cameras = [_as_arrays(figures) for figures in pictures[episode]]
        stats |= dict(zip(schema.cameras, cameras, strict=True))
        whole.rows.append(row | _flat(stats))
        whole.pictures.append(cameras)
        start += length
    whole.columns.append({key: columns[key] for key in _with_stats(schema)})


def _own_columns(whole: _Whole, table: pa.Table, tasks: Sequence[str], rate_hz: int) -> Columns:
    """Return the columns that every dataset has."""
    episode = table[EPISODE].to_numpy()
    first = np.searchsorted(episode, episode)  # Row of the part where each episode starts.
    frame = np.arange(len(episode)) - first
    columns = {
        "timestamp": (frame / rate_hz).astype(np.float32),
        "frame_index": frame,
        "episode_index": episode + len(whole.rows),
        "index": np.arange(len(episode)) + whole.frames,
        "task_index": np.array([whole.number(task) for task in tasks], np.int64),
    }
    return {key: values[:, np.newaxis] for key, values in columns.items()}


def _episode_row(
    whole: _Whole, schema: Schema, tasks: Sequence[str], part: int, start: int
) -> dict[str, Any]:
    """Return what meta/episodes says of an episode that starts at a row of a part."""
    folder, file = file_index(part)
    row: dict[str, Any] = {
        "episode_index": len(whole.rows),
        "tasks": list(dict.fromkeys(tasks)),
        "length": len(tasks),
        "data/chunk_index": folder,
        "data/file_index": file,
        "dataset_from_index": whole.frames,
        "dataset_to_index": whole.frames + len(tasks),
    }
    for key in schema.cameras:
        row |= {
            f"videos/{key}/chunk_index": folder,
            f"videos/{key}/file_index": file,
            f"videos/{key}/from_timestamp": start / schema.rate_hz,
            f"videos/{key}/to_timestamp": (start + len(tasks)) / schema.rate_hz,
        }
    return row | {"meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0}


def _write_meta(dataset: Path, schema: Schema, whole: _Whole) -> None:
    sentences = {"task_index": list(range(len(whole.numbers))), "task": list(whole.numbers)}
    # LeRobot reads the tasks with pandas, which has to be told that the sentence is the index.
    metadata = {b"pandas": json.dumps(_PANDAS).encode()}
    write_table(dataset / TASKS, pa.table(sentences).replace_schema_metadata(metadata))
    write_table(dataset / _EPISODES_FILE, pa.Table.from_pylist(whole.rows))
    stats = {
        key: vector_stats(np.concatenate([columns[key] for columns in whole.columns]))
        for key in _with_stats(schema)
    }
    stats |= {
        key: combine([episode[camera] for episode in whole.pictures])
        for camera, key in enumerate(schema.cameras)
    }
    content = {
        key: {name: figure.tolist() for name, figure in figures.items()}
        for key, figures in stats.items()
    }
    write_json(dataset / STATS, content)


_PANDAS = {
    "index_columns": ["task"],
    "column_indexes": [],
    "columns": [
        {
            "name": "task_index",
            "field_name": "task_index",
            "pandas_type": "int64",
            "numpy_type": "int64",
            "metadata": None,
        },
        {
            "name": "task",
            "field_name": "task",
            "pandas_type": "unicode",
            "numpy_type": "object",
            "metadata": None,
        },
    ],
    "pandas_version": "2.0.0",
}


def _features(dataset: Path, schema: Schema, part: int) -> dict[str, Feature]:
    """Return the features, with what the videos of a part turned out to be."""
    blank = Info(rate_hz=schema.rate_hz, features={})
    features = dict(schema.features)
    for key in schema.cameras:
        height, width, _ = features[key].shape
        description = describe_video(dataset / blank.video_file(key, *file_index(part)))
        features[key] = camera_feature(height, width, description)
    return features | OWN_FEATURES


def _with_stats(schema: Schema) -> tuple[str, ...]:
    """Return the columns that have statistics: what policies see and do, and the numbering."""
    return (*(key for key in (STATE, ACTION) if key in schema.features), *OWN_FEATURES)


def _as_arrays(figures: dict[str, Any]) -> Stats:
    return {name: np.array(figure) for name, figure in figures.items()}


def _flat(stats: dict[str, Stats]) -> dict[str, Any]:
    return {
        f"stats/{key}/{name}": figure.tolist()
        for key, figures in stats.items()
        for name, figure in figures.items()
    }
