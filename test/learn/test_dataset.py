# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="datasets need pyarrow (pip install .[learn])")

from made_up_frames import make_frames, write_frames

from vla_ros.errors import ConfigError
from vla_ros.learn.dataset import Frames, next_target, read_demonstrations
from vla_ros.learn.labels import no_label
from vla_ros.learn.lerobot.reader import LeRobotReader
from vla_ros.policy.rows import Anchor
from vla_ros.policy.spec import load_policy_profile

PROFILE = load_policy_profile("tabletop")
PICTURES = ("pictures", "ends")


def plain(frames: Frames) -> Frames:
    """Frames whose pictures are easy on a video: one colour each."""
    grey = make_frames(len(frames), side=128, plain=True)
    return replace(frames, pictures=grey.pictures)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    frames = make_frames(side=128)
    write_frames(tmp_path, frames)
    (read,) = read_demonstrations([tmp_path], PROFILE)
    for field in fields(Frames):
        if field.name not in PICTURES:
            got, wanted = getattr(read, field.name), getattr(frames, field.name)
            assert np.array_equal(got, wanted), field.name
            assert got.dtype.kind == wanted.dtype.kind


def test_pictures_come_back_nearly_as_they_were(tmp_path: Path) -> None:
    frames = plain(make_frames())
    write_frames(tmp_path, frames)
    (read,) = read_demonstrations([tmp_path], PROFILE)
    for n in range(len(frames)):
        for got, wanted in zip(read.images(n), frames.images(n), strict=True):
            assert np.abs(got.astype(int) - wanted).max() <= 4


def test_parts_make_one_dataset(tmp_path: Path) -> None:
    frames = make_frames(side=128)
    write_frames(tmp_path, frames)
    write_frames(tmp_path, frames, part=1)
    (read,) = read_demonstrations([tmp_path], PROFILE)
    assert read.episode.tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3]
    assert np.array_equal(read.rows, np.concatenate([frames.rows] * 2))
    assert np.array_equal(read.images(7)[1], read.images(1)[1])


def test_several_folders_are_read_one_after_the_other(tmp_path: Path) -> None:
    write_frames(tmp_path / "a", make_frames(side=128))
    write_frames(tmp_path / "b", make_frames(4, side=128))
    pieces = read_demonstrations([tmp_path / "a", tmp_path / "b"], PROFILE)
    assert [len(piece) for piece in pieces] == [6, 4]


def test_pieces_end_between_episodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vla_ros.learn.dataset._PIECE", 3)
    frames = make_frames(side=128)
    write_frames(tmp_path, frames)
    first, second = read_demonstrations([tmp_path], PROFILE)
    assert (len(first), len(second)) == (4, 2)
    assert np.array_equal(second.state, frames.state[4:])
    assert np.abs(second.images(1)[0].astype(int) - frames.images(5)[0]).mean() < 30


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is not a LeRobotDataset: it has no meta/info.json"):
        read_demonstrations([tmp_path], PROFILE)


def test_demonstrations_for_another_policy_are_refused(tmp_path: Path) -> None:
    write_frames(tmp_path, make_frames(side=128))
    other = PROFILE.model_copy(update={"state": (*PROFILE.state[:-1], "joint_1")})
    with pytest.raises(
        ConfigError, match=r"observation.state is float32 \[6\] .*gripper.*joint_1"
    ):
        read_demonstrations([tmp_path], other)


def test_lerobot_sees_what_the_arm_does_and_its_sentence(tmp_path: Path) -> None:
    frames = make_frames(side=128)
    write_frames(tmp_path, frames)
    reader = LeRobotReader(tmp_path)
    names = ("tool_x", "tool_y", "tool_z", "tool_yaw", "gripper")
    assert reader.info.features["action"].names == names
    assert np.array_equal(reader.column("action")[:, :3], frames.state[:, :3])
    said = [reader.tasks[n] for n in reader.column("task_index")[:, 0]]
    assert said == frames.sentences[:, 0].tolist()


def test_the_action_is_where_the_tool_shall_be_at_the_next_frame() -> None:
    label = no_label(PROFILE.action, ("front", "wrist"))
    label.rows[:] = np.arange(16)[:, np.newaxis] * (0.01, -0.01, 0.0, 0.1)
    label.gripper[2:] = 1.0
    down = np.diag((1.0, -1.0, -1.0))
    anchor = Anchor(joints=np.zeros(7), position_m=np.array((0.4, 0.1, 0.2)), rotation=down)
    assert next_target(label, anchor, 2) == pytest.approx((0.41, 0.09, 0.2, 0.1, 0.0))
    assert next_target(label, anchor, 3) == pytest.approx((0.42, 0.08, 0.2, 0.2, 1.0))
