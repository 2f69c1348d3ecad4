# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from vla_ros.errors import ConfigError
from vla_ros.learn.dataset import Frames, read_shards, write_shard


def test_what_is_written_is_read(tmp_path: Path, frames: Frames) -> None:
    write_shard(tmp_path / "shard_2.npz", frames)
    write_shard(tmp_path / "shard_1.npz", frames)
    shards = read_shards([tmp_path])
    assert len(shards) == 2
    assert len(shards[0]) == len(frames)
    for field in fields(Frames):
        assert np.array_equal(getattr(shards[0], field.name), getattr(frames, field.name))


def test_a_shard_that_was_not_finished_is_not_read(tmp_path: Path, frames: Frames) -> None:
    write_shard(tmp_path / "shard_1.npz", frames)
    (tmp_path / "shard_2.part.npz").write_bytes(b"half")
    assert len(read_shards([tmp_path])) == 1


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no demonstrations"):
        read_shards([tmp_path])


def test_a_broken_shard_is_named(tmp_path: Path) -> None:
    (tmp_path / "shard_1.npz").write_bytes(b"not a zip")
    with pytest.raises(ConfigError, match=r"shard_1.npz: is not a shard"):
        read_shards([tmp_path])
