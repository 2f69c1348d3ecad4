# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Anybody's LeRobotDataset as frames to learn from: one instruction each, and only some labels.

What a dataset of recorded motion does not tell (progress, the end, where things are) stays
unknown, and does not count in training.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import ConfigError
from vla_ros.learn.config import DatasetConfig
from vla_ros.learn.dataset import ACTION_NAMES, Frames, cut
from vla_ros.learn.labels import OUT_OF_SIGHT, POINTS
from vla_ros.learn.lerobot.layout import ACTION, IMAGES, STATE
from vla_ros.learn.lerobot.reader import LeRobotReader
from vla_ros.policy.language import split_words
from vla_ros.policy.spec import ActionSpace, DeltaStart, GripperForm, PolicyProfile, RotationForm
from vla_ros.policy.state import GRIPPER_KEY, PLACE_KEYS, TOOL_KEYS

_BEYOND = 0.05  # How far measured openings may be outside 0..1.

Numbers = NDArray[np.float64]


def read_foreign(
    config: DatasetConfig, profile: PolicyProfile, folder: Path, text_length: int
) -> list[Frames]:
    """Read a dataset that a policy can learn from, in pieces of some thousand frames.

    Its states and actions have to be what the profile's are: joints in radians or tool poses in
    metres and radians, actions absolute. The rows of a frame are its action and those after it; at
    the end of an episode the last one is held, and does not count.

    Args:
        config: Where it is, and how it writes the gripper.
        profile: Of the policy.
        folder: Where its pictures are kept; the dataset may lie on a disk that cannot be written.
        text_length: Longest sentence that the network takes [words].

    Raises:
        ConfigError: There is none, it is not for this policy, or holds what nobody can learn from.
    """
    reader = LeRobotReader(config.path.expanduser())
    problem = _misfit(reader, profile)
    if problem is not None:
        raise ConfigError(
            f"{config.path}: {problem}; make the policy profile that 'policy' names fit the "
            "dataset, or convert the dataset"
        )
    state = _ordered(reader, STATE, profile.state)
    action = _ordered(reader, ACTION, _action_names(profile))
    openings = _openings(config, action[:, -1])
    if GRIPPER_KEY in profile.state:
        column = profile.state.index(GRIPPER_KEY)
        measured = _openings(config, state[:, column])
        state[:, column] = profile.state_gripper.number_of(measured)
    for key in (STATE, ACTION):
        _check_numbers(config.path, reader, key)
    _check_sentences(config.path, reader, text_length)
    rows, steps = _chunks(reader, profile.action.horizon)
    frames, horizon = len(reader), profile.action.horizon
    tasks = np.array(reader.tasks)[reader.column("task_index")]
    unknown = np.full((frames, 1), np.nan, np.float32)
    columns: dict[str, NDArray[Any]] = {
        "state": state.astype(np.float32),
        "sentences": tasks,
        "families": np.full((frames, 1), "", "U1"),
        "grounded": np.ones((frames, 1), np.float32),
        "rows": _relative(action[:, :-1], rows, state, profile)[:, np.newaxis],
        "gripper": openings[rows].astype(np.float32)[:, np.newaxis],
        "steps": steps[:, np.newaxis],
        "progress": unknown,
        "done": unknown,
        "pixels": np.full((frames, 1, len(profile.images), POINTS, 2), OUT_OF_SIGHT, np.float32),
        "offsets_m": np.full((frames, 1, POINTS, 3), np.nan, np.float32),
    }
    if columns["gripper"].shape != (frames, 1, horizon):
        raise ValueError(f"chunks of shape {columns['gripper'].shape}")
    return cut(reader, profile, columns, folder)


def _misfit(reader: LeRobotReader, profile: PolicyProfile) -> str | None:
    """Return why a policy cannot learn from a dataset."""
    info, rate_hz = reader.info, 1.0 / profile.action.step_s
    for image in profile.images:
        feature = reader.feature(IMAGES + image.key)
        if feature is None or not feature.is_camera:
            known = ", ".join(info.cameras) or "none"
            return f"has no camera {IMAGES + image.key} (cameras: {known})"
        if feature.shape[-1] != 3:
            return f"camera {IMAGES + image.key} is no colour camera: shape {list(feature.shape)}"
    if abs(info.rate_hz - rate_hz) > 1e-6:
        return f"has {info.rate_hz} frames per second, the policy's step_s makes {rate_hz:g}"
    for key, names in ((STATE, profile.state), (ACTION, profile.action.rows)):
        feature = reader.feature(key)
        if feature is None or feature.shape != (len(names),):
            got = "is missing" if feature is None else f"has shape {list(feature.shape)}"
            return f"{key} {got}, the policy has {len(names)} numbers: {', '.join(names)}"
    if not all(task.strip() for task in reader.tasks):
        return "has frames without an instruction"
    if profile.done is not None:
        return "does not tell when a task is done, but the policy has 'done'"
    return _unmovable(profile)


def _unmovable(profile: PolicyProfile) -> str | None:
    """Return why absolute actions cannot be made the rows of a policy."""
    space, state = profile.action.space, profile.state
    if profile.action.gripper != GripperForm():
        return "the network answers the gripper as 0 closed, 1 open; leave out action.gripper"
    if profile.action.deltas is not DeltaStart.MEASURED or profile.action.scale is not None:
        return "rows are made relative to what was measured; leave out action.deltas and .scale"
    if space is ActionSpace.JOINT_DELTA and len(_joints(state)) != profile.action_width:
        return (
            f"the policy's rows are relative to {profile.action_width} joints, its state has not"
        )
    if space is ActionSpace.EEF_DELTA:
        if profile.action.rotation is not RotationForm.YAW:
            return (
                "the policy's rows are relative to a rotation, of which its state has only a yaw"
            )
        if not set(PLACE_KEYS) <= set(state):
            return "the policy's rows are relative to the tool, which its state has not"
    return None


def _joints(state: tuple[str, ...]) -> list[int]:
    known = (*TOOL_KEYS, GRIPPER_KEY)
    return [column for column, name in enumerate(state) if name not in known]


def _action_names(profile: PolicyProfile) -> tuple[str, ...]:
    """Return what the numbers of an absolute action are called, as far as we name them."""
    yaw = profile.action.rotation is RotationForm.YAW
    return ACTION_NAMES if yaw else profile.action.rows


def _ordered(reader: LeRobotReader, key: str, wanted: tuple[str, ...]) -> Numbers:
    """Return a column in the order of our names, if the dataset uses them; else as it is."""
    values = reader.column(key).astype(np.float64)
    names = reader.info.features[key].names
    if names is None or sorted(names) != sorted(wanted):
        return values
    return values[:, [names.index(name) for name in wanted]]


def _openings(config: DatasetConfig, values: Numbers) -> Numbers:
    """Return what a gripper was told or measured as opening 0..1."""
    gripper = config.gripper
    openings = gripper.opening_of(values)
    inside = (openings >= -_BEYOND) & (openings <= 1.0 + _BEYOND) & np.isfinite(values)
    if not inside.all():
        raise ConfigError(
            f"{config.path}: the gripper goes from {values.min():g} to {values.max():g}, wanted "
            f"{gripper.closed:g} (closed) to {gripper.open:g} (open); set dataset.gripper"
        )
    return np.clip(openings, 0.0, 1.0)


def _check_numbers(path: Path, reader: LeRobotReader, key: str) -> None:
    """Refuse what is no number, or too large for one."""
    values = reader.column(key)
    known = np.abs(values) <= np.finfo(np.float32).max  # False for NaN.
    if known.all():
        return
    frame, column = np.argwhere(~known)[0].tolist()
    name = dict(enumerate(reader.info.features[key].names or ())).get(column, column)
    raise ConfigError(
        f"{path}: {key} {name} is {values[frame, column]:g} in {_place(reader, frame)}, the first "
        f"of {np.count_nonzero(~known)} that nobody can learn from; correct these frames, or "
        "leave their episodes out"
    )


def _check_sentences(path: Path, reader: LeRobotReader, text_length: int) -> None:
    """Refuse sentences that the policy would refuse when somebody says them."""
    words = np.array([len(split_words(task)) for task in reader.tasks])
    said = words[reader.column("task_index").reshape(-1)]
    if said.max() <= text_length:
        return
    frame = int(said.argmax())
    raise ConfigError(
        f"{path}: the sentence of {_place(reader, frame)} has {said[frame]} words, wanted at most "
        f"network.text_length = {text_length}; set that to {said[frame]}, or shorten the sentence"
    )


def _place(reader: LeRobotReader, frame: int) -> str:
    """Return in words where a frame is, both counted from 0."""
    number, first = next(
        (number, episode.first)
        for number, episode in enumerate(reader.episodes)
        if frame < episode.first + episode.length
    )
    return f"frame {frame - first} of episode {number}"


def _chunks(reader: LeRobotReader, horizon: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the frames whose actions make the rows of each frame, and how many are its own."""
    ends = np.repeat(
        [episode.first + episode.length for episode in reader.episodes],
        [episode.length for episode in reader.episodes],
    )
    frames = np.arange(len(reader))
    rows = np.minimum(frames[:, np.newaxis] + np.arange(horizon), ends[:, np.newaxis] - 1)
    return rows, np.minimum(ends - frames, horizon)


def _relative(
    action: Numbers, rows: NDArray[np.int64], state: Numbers, profile: PolicyProfile
) -> NDArray[np.float32]:
    """Return absolute actions as the rows of each frame. Shape (N, T, A)."""
    targets = action[rows]
    space = profile.action.space
    if space is ActionSpace.JOINT_DELTA:
        targets = targets - state[:, np.newaxis, _joints(profile.state)]
    elif space is ActionSpace.EEF_DELTA:
        x, y, z, sine, cosine = (state[:, profile.state.index(key)] for key in PLACE_KEYS)
        start = np.stack((x, y, z, np.arctan2(sine, cosine)), axis=1)
        targets = targets - start[:, np.newaxis]
        targets[..., 3] = np.remainder(targets[..., 3] + np.pi, 2.0 * np.pi) - np.pi
    return targets.astype(np.float32)
