# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="datasets need pyarrow (pip install .[learn])")


from vla_ros.errors import ConfigError, SimulationError
from vla_ros.learn.dataset import Frames, read_demonstrations
from vla_ros.learn.demonstrations import DemonstrationOptions, collect, driven_by
from vla_ros.learn.lerobot.reader import LeRobotReader
from vla_ros.policy.spec import load_policy_profile
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.sample import Wishes, pair_split, sample_task_scene, table_of
from vla_ros.sim.shift import WIDE
from vla_ros.sim.tasks import FAMILIES, parse_instruction

PROFILE = load_policy_profile("tabletop")


WANTED = DemonstrationOptions(
    episodes=3,
    seed=41,
    folder=Path(),
    families=("lift", "close", "put"),
    every_s=0.5,
    processes=1,
    part=1,
    policy="tabletop",
)


def collected(folder: Path, processes: int = 1) -> Frames:
    seen: list[tuple[int, int]] = []
    options = replace(WANTED, folder=folder, processes=processes)
    report = collect(options, watch=lambda done, of: seen.append((done, of)))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == ((0, 3), (3, 3))
    (frames,) = read_demonstrations([folder], PROFILE)
    assert report.frames == len(frames)
    assert report.solved == report.episodes == WANTED.episodes
    return frames


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    collected(folder)
    return folder


@pytest.fixture(scope="module")
def frames(first: Path) -> Frames:
    (frames,) = read_demonstrations([first], PROFILE)
    return frames


def test_a_frame_holds_pictures_and_labels_for_every_instruction(frames: Frames) -> None:
    front, wrist = frames.images(len(frames) - 1)
    assert front.shape == wrist.shape == (128, 128, 3)
    assert front.std() > 5.0
    assert frames.rows.shape == (len(frames), 4, 16, 4)
    assert frames.pixels.shape == (len(frames), 4, 2, 3, 2)
    assert set(frames.episode) == {0, 1, 2}


def test_only_the_last_instruction_cannot_be_carried_out(frames: Frames) -> None:
    assert (frames.grounded == (1, 1, 1, 0)).all()
    assert (frames.families[:, 3] == "").all()
    assert not frames.rows[:, 3].any()


def test_the_others_say_what_their_labels_mean(frames: Frames) -> None:
    for place in np.ndindex(len(frames), 3):
        assert parse_instruction(str(frames.sentences[place])).family == frames.families[place]


def test_pairs_of_colors_that_are_held_out_are_never_said(frames: Frames) -> None:
    tasks = [parse_instruction(str(said)) for said in frames.sentences[:, :3].ravel()]
    for said in frames.sentences[:, 3]:
        with suppress(SimulationError):
            tasks.append(parse_instruction(str(said)))
    assert {pair_split(task) for task in tasks} == {Split.TRAIN}


def test_an_episode_ends_with_its_task_done(frames: Frames) -> None:
    for episode in range(3):
        done = frames.done[frames.episode == episode, 0]
        assert not done[0]
        assert done[-1]


def test_an_episode_may_be_told_what_its_scene_was_not_laid_out_for(tmp_path: Path) -> None:
    options = replace(WANTED, folder=tmp_path, families=("put",), episodes=2, others=1.0)
    assert collect(options).solved == 2
    (frames,) = read_demonstrations([tmp_path], PROFILE)
    for episode in range(2):
        wishes = Wishes(families=("put",), randomisation=WIDE, pairs=Split.TRAIN)
        scene = sample_task_scene(WANTED.seed + episode, wishes)
        table, put = table_of(scene), FAMILIES["put"]
        told = parse_instruction(str(frames.sentences[frames.episode == episode][0, 0]))
        assert put.focus(table, told) != put.focus(table, scene.task)


def test_the_object_is_where_its_label_says(frames: Frames) -> None:
    u, v = frames.pixels[0, 0, 0, 0]
    front, _ = frames.images(0)
    spot = front[int(v * 128) - 1 : int(v * 128) + 2, int(u * 128) - 1 : int(u * 128) + 2]
    table = np.median(front, axis=(0, 1))
    assert np.abs(spot.mean((0, 1)) - table).max() > 20.0


def test_the_same_options_give_the_same_files(first: Path, tmp_path: Path) -> None:
    """However many processes collect."""
    collected(tmp_path, processes=2)
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    for file in files:
        assert (tmp_path / file).read_bytes() == (first / file).read_bytes(), file


def test_only_what_is_missing_is_collected(first: Path, tmp_path: Path) -> None:
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    seen: list[tuple[int, int]] = []
    options = replace(WANTED, folder=tmp_path, processes=2)
    assert collect(options, watch=lambda *those: seen.append(those)).episodes == 0
    assert not seen
    (tmp_path / "parts" / "part-000001.parquet").unlink()
    assert collect(options, watch=lambda *those: seen.append(those)).episodes == 1
    assert seen == [(0, 1), (1, 1)]
    data = "data/chunk-000/file-001.parquet"
    assert (tmp_path / data).read_bytes() == (first / data).read_bytes()


def test_fewer_episodes_make_a_smaller_dataset(first: Path, tmp_path: Path) -> None:
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    assert collect(replace(WANTED, folder=tmp_path, episodes=1)).episodes == 0
    (frames,) = read_demonstrations([tmp_path], PROFILE)
    assert set(frames.episode) == {0}


def test_other_options_are_not_mixed_in(first: Path) -> None:
    with pytest.raises(ConfigError, match=r"made with seed = 41, wanted 42; use another"):
        collect(replace(WANTED, folder=first, seed=42))


def test_frames_come_at_the_times_of_rows(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"every_s = 0.25: .* step_s = 0.1 s"):
        collect(replace(WANTED, folder=tmp_path, every_s=0.25))


def test_the_action_leads_to_the_next_frame(first: Path, frames: Frames) -> None:
    action = LeRobotReader(first).column("action")
    here = frames.state[:, :3]
    there = here + frames.rows[:, 0, 4, :3]
    assert np.allclose(action[:, :3], there, atol=1e-6)
    quiet = (frames.done[:, 0] == 1) & (frames.episode == frames.episode[-1])
    assert np.abs(action[quiet][:, :3] - here[quiet]).max() < 0.03


def test_a_policy_acts_where_it_doubts_while_it_is_corrected(tmp_path: Path) -> None:
    profile = load_policy_profile("tabletop")
    assert profile.grounding is not None
    driven = driven_by(tmp_path / "young.onnx", profile)
    assert driven.grounding is None
    assert driven.model == tmp_path / "young.onnx"


def test_a_policy_is_corrected_from_its_own_file_wherever_its_profile_looks(
    tmp_path: Path,
) -> None:
    checkpoint = {"backend": "torch", "model": tmp_path / "checkpoint.pt"}
    server = {"backend": "mine", "model": None, "address": "http://localhost:8000"}
    for update in (checkpoint, server):
        driven = driven_by(tmp_path / "young.onnx", PROFILE.model_copy(update=update))
        assert (driven.backend, driven.model) == ("onnx", tmp_path / "young.onnx")
        assert driven.address is None
