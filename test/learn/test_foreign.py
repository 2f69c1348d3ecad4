# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Datasets that others recorded: what can be learned from them, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="datasets need pyarrow (pip install .[learn])")
pq = pytest.importorskip("pyarrow.parquet")

from lerobot_dataset import (
    ACTION,
    LENGTHS,
    STATE,
    TASKS,
    action_of,
    shade,
    state_of,
    write_lerobot,
)

from vla_ros.errors import ConfigError
from vla_ros.learn.config import DatasetConfig, LearnConfig
from vla_ros.learn.dataset import Frames
from vla_ros.learn.foreign import read_foreign
from vla_ros.policy.spec import (
    ActionSpace,
    DeltaStart,
    GripperForm,
    PolicyProfile,
    load_policy_profile,
)

TABLETOP = load_policy_profile("tabletop").model_copy(update={"done": None})
JOINTS = ("j1", "j2", "j3", "j4", "j5", "gripper")


def with_action(profile: PolicyProfile, **update: object) -> PolicyProfile:
    return profile.model_copy(update={"action": profile.action.model_copy(update=update)})


def read(
    dataset: Path, profile: PolicyProfile = TABLETOP, text_length: int = 32, **config: Any
) -> Frames:
    source = DatasetConfig(path=dataset, **config)
    (frames,) = read_foreign(source, profile, dataset / "kept", text_length)
    return frames


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    write_lerobot(tmp_path)
    return tmp_path


def test_a_frame_has_its_sentence_and_its_pictures_in_the_size_of_the_policy(
    dataset: Path,
) -> None:
    frames = read(dataset)
    assert len(frames) == sum(LENGTHS)
    assert frames.sentences[[0, 20, 74], 0].tolist() == [TASKS[0], TASKS[1], TASKS[0]]
    assert frames.episode[[19, 20, 49, 50]].tolist() == [0, 1, 1, 2]
    front, wrist = frames.images(33)
    assert front.shape == wrist.shape == (128, 128, 3)
    assert np.abs(front[64, 64].astype(int) - shade(33)[0, 0]).max() <= 3


def test_rows_are_the_actions_from_here_on_relative_to_the_tool(dataset: Path) -> None:
    frames = read(dataset)
    here, there = state_of(3), action_of(3 + 5)
    wanted = [there[n] - here[n] for n in range(3)] + [0.01 * (3 + 5 + 1) - 0.01 * 3]
    assert frames.rows[3, 0, 5] == pytest.approx(wanted, abs=1e-6)
    assert frames.gripper[3, 0, :4].tolist() == [0.0, 1.0, 0.0, 1.0]


def test_rows_beyond_the_end_of_an_episode_hold_and_do_not_count(dataset: Path) -> None:
    frames = read(dataset)
    assert frames.steps[[0, 4, 5, 18, 19, 20], 0].tolist() == [16, 16, 15, 2, 1, 16]
    held = action_of(19)[0] - state_of(18)[0]
    assert frames.rows[18, 0, 1:, 0] == pytest.approx([held] * 15, abs=1e-6)


def test_what_the_dataset_does_not_tell_is_unknown(dataset: Path) -> None:
    frames = read(dataset)
    for unknown in (frames.progress, frames.done, frames.offsets_m):
        assert np.isnan(unknown).all()
    assert (frames.pixels == -1.0).all()
    assert (frames.grounded == 1.0).all()


def test_absolute_poses_stay_as_they_are(dataset: Path) -> None:
    frames = read(dataset, with_action(TABLETOP, space=ActionSpace.EEF_POSE))
    assert frames.rows[3, 0, 5] == pytest.approx(action_of(8)[:4], abs=1e-6)


def test_a_turn_is_never_more_than_half_around(dataset: Path, edit: Any) -> None:
    edit("action", lambda frame: [*action_of(frame)[:3], 3.1, 1.0])
    edit("observation.state", lambda frame: [0.3, 0.1, 0.2, np.sin(-3.1), np.cos(-3.1), 0.0])
    assert read(dataset).rows[0, 0, 0, 3] == pytest.approx(6.2 - 2 * np.pi, abs=1e-5)


@pytest.mark.parametrize(
    ("space", "wanted"),
    [(ActionSpace.JOINT_POSITION, 4.5), (ActionSpace.JOINT_DELTA, 4.5 - 2.0)],
)
def test_joints_become_rows_of_the_space(
    dataset: Path, edit: Any, space: ActionSpace, wanted: float
) -> None:
    edit("observation.state", lambda frame: [1.0 * frame] * 5 + [0.5], JOINTS)
    edit("action", lambda frame: [frame + 0.5] * 5 + [0.5], JOINTS)
    joints = with_action(TABLETOP, space=space, rotation=None, rows=JOINTS)
    frames = read(dataset, joints.model_copy(update={"state": JOINTS}))
    assert frames.rows.shape == (75, 1, 16, 5)
    assert frames.rows[2, 0, 2] == pytest.approx([wanted] * 5)


def test_names_that_we_know_may_be_in_another_order(dataset: Path, edit: Any) -> None:
    straight = read(dataset)
    edit("action", lambda frame: action_of(frame)[::-1], ACTION[::-1])
    edit("observation.state", lambda frame: state_of(frame)[::-1], STATE[::-1])
    assert np.array_equal(read(dataset).rows, straight.rows)


def test_a_gripper_may_count_in_its_own_way(dataset: Path, edit: Any) -> None:
    edit("action", lambda frame: [*action_of(frame)[:4], 30.0 + 50.0 * (frame % 2)])
    edit("observation.state", lambda frame: [*state_of(frame)[:5], 55.0])
    theirs = GripperForm(closed=80.0, open=30.0)
    frames = read(dataset, gripper=theirs)
    assert frames.gripper[0, 0, :3].tolist() == [1.0, 0.0, 1.0]
    assert frames.state[:, 5] == pytest.approx([0.5] * 75)
    metres = TABLETOP.model_copy(update={"state_gripper": GripperForm(closed=0.0, open=0.08)})
    assert read(dataset, metres, gripper=theirs).state[:, 5] == pytest.approx([0.04] * 75)
    with pytest.raises(ConfigError, match=r"gripper goes from 30 to 80, wanted 0 \(closed\) to 1"):
        read(dataset)


@pytest.mark.parametrize("binary", [False, True])
def test_a_gripper_that_is_no_number_is_refused(dataset: Path, edit: Any, binary: bool) -> None:
    edit("action", lambda frame: [*action_of(frame)[:4], float("nan")])
    with pytest.raises(ConfigError, match=r"gripper goes from nan to nan"):
        read(dataset, gripper=GripperForm(binary=binary))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("key", "of"), [("action", action_of), ("observation.state", state_of)])
def test_a_number_that_is_none_is_found(
    dataset: Path, edit: Any, wrong: float, key: str, of: Any
) -> None:
    def spoiled(frame: int) -> list[float]:
        numbers = of(frame)
        if frame in (LENGTHS[0] + 7, LENGTHS[0] + 9):
            numbers[2] = wrong
        return numbers

    edit(key, spoiled)
    where = rf"{key} tool_z is {wrong:g} in frame 7 of episode 1, the first of 2"
    with pytest.raises(ConfigError, match=where):
        read(dataset)


def test_a_sentence_that_the_policy_would_refuse_is_found(dataset: Path) -> None:
    with pytest.raises(
        ConfigError,
        match=r"frame 0 of episode 0 has 4 words, .*text_length = 3; set that to 4",
    ):
        read(dataset, text_length=3)
    assert read(dataset, text_length=4).sentences[0, 0] == "put the sponge away"


MISFITS: list[tuple[dict[str, Any], PolicyProfile, str]] = [
    (
        {"cameras": ("top", "wrist")},
        TABLETOP,
        r"no camera observation.images.front \(cameras: .*top",
    ),
    ({"rate_hz": 30}, TABLETOP, r"has 30 frames per second, the policy's step_s makes 10"),
    (
        {},
        TABLETOP.model_copy(update={"state": STATE[:5]}),
        r"observation.state has shape \[6\], the policy has 5 numbers: tool_x",
    ),
    (
        {},
        with_action(TABLETOP, rows=("dx", "dy", "dz", "a", "b", "c", "gripper")),
        r"action has shape \[5\], the policy has 7 numbers",
    ),
    ({}, load_policy_profile("tabletop"), r"does not tell when a task is done"),
    (
        {},
        with_action(TABLETOP, gripper=GripperForm(closed=-1.0)),
        r"answers the gripper as 0 closed, 1 open; leave out action.gripper",
    ),
    (
        {},
        with_action(TABLETOP, deltas=DeltaStart.PREVIOUS),
        r"leave out action.deltas and .scale",
    ),
    (
        {},
        TABLETOP.model_copy(update={"state": JOINTS}),
        r"relative to the tool, which its state has not",
    ),
    (
        {},
        with_action(TABLETOP, space=ActionSpace.JOINT_DELTA, rotation=None),
        r"relative to 4 joints, its state has not",
    ),
]


@pytest.mark.parametrize(("written", "profile", "message"), MISFITS)
def test_what_does_not_fit_is_named(
    tmp_path: Path, written: dict[str, Any], profile: PolicyProfile, message: str
) -> None:
    write_lerobot(tmp_path, **written)
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, profile)


def test_frames_without_an_instruction_are_refused(
    dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lerobot_dataset.TASKS", ("", TASKS[1]))
    write_lerobot(dataset)
    with pytest.raises(ConfigError, match="has frames without an instruction"):
        read(dataset)


@pytest.fixture
def edit(dataset: Path) -> Any:
    """Replaces a column by what a function says of each frame."""

    def replaced(key: str, value: Any, names: tuple[str, ...] | None = None) -> None:
        for path in dataset.glob("data/*/*.parquet"):
            table = pq.read_table(path)
            column = pa.array([value(f) for f in table["index"].to_pylist()])
            pq.write_table(table.set_column(table.column_names.index(key), key, column), path)
        if names is not None:
            path = dataset / "meta/info.json"
            info = json.loads(path.read_text())
            info["features"][key] |= {"shape": [len(names)], "names": list(names)}
            path.write_text(json.dumps(info))

    return replaced


def test_a_policy_learns_from_it(dataset: Path, tiny: LearnConfig, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch")
    from vla_ros.learn.train import Trainer  # noqa: PLC0415

    source = {"demonstrations": None, "corrections": (), "dataset": DatasetConfig(path=dataset)}
    trainer = Trainer(tiny.model_copy(update=source), TABLETOP, tmp_path / "run", tmp_path)
    before = {name: weight.clone() for name, weight in trainer.network.state_dict().items()}
    losses = trainer.advance()
    assert all(torch.isfinite(loss) for loss in losses)
    assert losses.action > 0.0
    assert losses.progress == losses.done == losses.offsets == losses.attention == 0.0
    after = trainer.network.state_dict()
    assert any(not torch.equal(before[n], after[n]) for n in before if n.startswith("head"))
    assert "sponge" in trainer.vocabulary.words
    assert "tray" not in trainer.vocabulary.words
