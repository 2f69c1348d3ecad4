# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from vla_ros.learn.dataset import Frames, read_shards
from vla_ros.learn.demonstrations import DemonstrationOptions, collect, driven_by
from vla_ros.policy.spec import load_policy_profile
from vla_ros.sim.tasks import parse_instruction


def collected(folder: Path, **options: object) -> Frames:
    wanted = DemonstrationOptions(
        episodes=2,
        seed=41,
        folder=folder,
        families=("lift", "close"),
        every_s=0.5,
        processes=1,
        policy="tabletop",
        **options,
    )
    report = collect(wanted)
    (frames,) = read_shards([folder])
    assert report.frames == len(frames)
    assert report.solved == report.episodes == 2
    return frames


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    return collected(tmp_path_factory.mktemp("first"))


def test_a_frame_holds_pictures_and_labels_for_every_instruction(frames: Frames) -> None:
    front, wrist = frames.images(len(frames) - 1)
    assert front.shape == wrist.shape == (128, 128, 3)
    assert front.std() > 5.0
    assert frames.rows.shape == (len(frames), 4, 16, 4)
    assert frames.pixels.shape == (len(frames), 4, 2, 3, 2)
    assert set(frames.episode) == {0, 1}


def test_only_the_last_instruction_cannot_be_carried_out(frames: Frames) -> None:
    assert (frames.grounded == (1, 1, 1, 0)).all()
    assert (frames.families[:, 3] == "").all()
    assert not frames.rows[:, 3].any()


def test_the_others_say_what_their_labels_mean(frames: Frames) -> None:
    for place in np.ndindex(len(frames), 3):
        assert parse_instruction(str(frames.sentences[place])).family == frames.families[place]


def test_an_episode_ends_with_its_task_done(frames: Frames) -> None:
    for episode in (0, 1):
        done = frames.done[frames.episode == episode, 0]
        assert not done[0]
        assert done[-1]


def test_the_object_is_where_its_label_says(frames: Frames) -> None:
    u, v = frames.pixels[0, 0, 0, 0]
    front, _ = frames.images(0)
    spot = front[int(v * 128) - 1 : int(v * 128) + 2, int(u * 128) - 1 : int(u * 128) + 2]
    table = np.median(front, axis=(0, 1))
    assert np.abs(spot.mean((0, 1)) - table).max() > 20.0


def test_the_same_options_give_the_same_frames(frames: Frames, tmp_path: Path) -> None:
    again = collected(tmp_path)
    for field in fields(Frames):
        assert np.array_equal(getattr(again, field.name), getattr(frames, field.name))


def test_what_is_there_is_not_collected_again(tmp_path: Path) -> None:
    collected(tmp_path)
    wanted = DemonstrationOptions(episodes=2, seed=41, folder=tmp_path, processes=1)
    assert collect(wanted).episodes == 0


def test_a_policy_acts_where_it_doubts_while_it_is_corrected(tmp_path: Path) -> None:
    profile = load_policy_profile("tabletop")
    assert profile.grounding is not None
    driven = driven_by(tmp_path / "young.onnx", profile)
    assert driven.grounding is None
    assert driven.model == tmp_path / "young.onnx"
