# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Demonstrations on disk, as a LeRobotDataset, and in memory.

LeRobot trains on the pictures, the state and the action. Our own training reads the labels beside
them: what the expert would do for each of several instructions.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import ConfigError
from vla_ros.learn.kept import FOLDER, KeptPictures, keep_pictures
from vla_ros.learn.labels import POINTS, Label
from vla_ros.learn.lerobot.layout import ACTION, IMAGES, STATE, Feature, camera_feature
from vla_ros.learn.lerobot.reader import LeRobotReader
from vla_ros.learn.lerobot.writer import Schema
from vla_ros.policy.rows import Anchor, EefDelta
from vla_ros.policy.spec import PolicyProfile, RotationForm
from vla_ros.sim.tasks import FAMILIES
from vla_ros.types import FloatArray, ImageArray

_PIECE = 2000  # Frames; a few more, up to the end of an episode.
_LABELS = "labels."
_SENTENCES, _FAMILIES = _LABELS + "instructions", _LABELS + "families"
ACTION_NAMES = ("tool_x", "tool_y", "tool_z", "tool_yaw", "gripper")
_FAMILY_NAMES = ("", *FAMILIES)
_LABEL_TYPES = {
    "grounded": "uint8",
    "rows": "float32",
    "gripper": "uint8",
    "progress": "float32",
    "done": "uint8",
    "pixels": "float32",
    "offsets_m": "float32",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """Frames of demonstrations. N frames, C cameras, K instructions per frame.

    The first instruction of a frame is the one being carried out, the last one cannot be carried
    out in its scene; those between are what-ifs. What another dataset does not tell is NaN, or
    out of sight.

    Attributes:
        pictures: Of N frames from C cameras.
        state: As the policy profile lists it. Shape (N, S).
        sentences: Shape (N, K), text.
        families: Task family of each; empty for what cannot be carried out. Shape (N, K), text.
        grounded: 1 if it can be carried out, else 0. Shape (N, K).
        rows: Shape (N, K, T, A).
        gripper: Shape (N, K, T).
        steps: How many of the rows, from the first, are labels. Shape (N, K).
        progress: Shape (N, K).
        done: 1 or 0. Shape (N, K).
        pixels: Shape (N, K, C, 3, 2).
        offsets_m: Shape (N, K, 3, 3).
        episode: Number of the episode within the dataset. Shape (N,).
    """

    pictures: KeptPictures
    state: NDArray[np.float32]
    sentences: NDArray[np.str_]
    families: NDArray[np.str_]
    grounded: NDArray[np.float32]
    rows: NDArray[np.float32]
    gripper: NDArray[np.float32]
    steps: NDArray[np.int64]
    progress: NDArray[np.float32]
    done: NDArray[np.float32]
    pixels: NDArray[np.float32]
    offsets_m: NDArray[np.float32]
    episode: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.state)

    def images(self, frame: int) -> tuple[ImageArray, ...]:
        """Return the RGB pictures of a frame, one per camera, each of shape (H, W, 3)."""
        return self.pictures.images(frame)


def make_schema(profile: PolicyProfile, robot: str, rate_hz: int, instructions: int) -> Schema:
    """Return what demonstrations for a policy consist of on disk.

    Args:
        profile: The policy.
        robot: Name of the robot profile.
        rate_hz: Frames per second.
        instructions: Per frame; K of `Frames`.
    """
    cameras = {IMAGES + i.key: camera_feature(i.height, i.width) for i in profile.images}
    action = {"frame": "base", "units": ["m", "m", "m", "rad", "0 closed, 1 open"]}
    shapes = _label_shapes(profile, instructions)
    return Schema(
        rate_hz=rate_hz,
        robot=robot,
        features={
            **cameras,
            STATE: Feature(dtype="float32", shape=(len(profile.state),), names=profile.state),
            ACTION: Feature(
                dtype="float32", shape=(len(ACTION_NAMES),), names=ACTION_NAMES, info=action
            ),
            _SENTENCES: Feature(dtype="int64", shape=(instructions,)),
            _FAMILIES: Feature(
                dtype="int64", shape=(instructions,), info={"values": list(_FAMILY_NAMES)}
            ),
            **{
                # Flat: what has more than one axis takes LeRobot long to unpack.
                _LABELS + name: Feature(
                    dtype=_LABEL_TYPES[name],
                    shape=(math.prod(shape),),
                    info={"shape": list(shape)},
                )
                for name, shape in shapes.items()
            },
        },
        sentences=(_SENTENCES,),
    )


def frame_values(
    state: FloatArray,
    action: FloatArray,
    sentences: Sequence[str],
    families: Sequence[str],
    labels: Sequence[Label],
) -> dict[str, NDArray[np.generic] | Sequence[str]]:
    """Return everything but the pictures of one frame, as `make_schema` has it.

    Args:
        state: As the policy profile lists it. Shape (S,).
        action: Where the tool shall be at the next frame: x, y, z [m] and yaw [rad] in the base
            frame, and the gripper's opening. Shape (5,).
        sentences: Instructions, the one being carried out first.
        families: Task family of each; empty for what cannot be carried out.
        labels: Of each.
    """
    return {
        STATE: state,
        ACTION: action,
        _SENTENCES: sentences,
        _FAMILIES: np.array([_FAMILY_NAMES.index(family) for family in families]),
        **{
            _LABELS + name: np.array([getattr(label, name) for label in labels]).reshape(-1)
            for name in _LABEL_TYPES
        },
    }


def next_target(label: Label, anchor: Anchor, steps: int) -> FloatArray:
    """Return where the expert wants the tool some steps ahead, and the gripper's opening.

    Args:
        label: What the expert would do.
        anchor: Where the arm is.
        steps: Of the policy.
    """
    row = label.rows[steps - 1 : steps]
    (target,) = EefDelta(RotationForm.YAW).forward(row, anchor)
    return np.append(target, label.gripper[steps - 1])


def _label_shapes(profile: PolicyProfile, instructions: int) -> dict[str, tuple[int, ...]]:
    """Return the shape that each label of a frame has in `Frames`."""
    horizon, cameras = profile.action.horizon, len(profile.images)
    shapes: dict[str, tuple[int, ...]] = {
        "grounded": (),
        "rows": (horizon, profile.action_width),
        "gripper": (horizon,),
        "progress": (),
        "done": (),
        "pixels": (cameras, POINTS, 2),
        "offsets_m": (POINTS, 3),
    }
    return {name: (instructions, *shape) for name, shape in shapes.items()}


def read_demonstrations(datasets: Iterable[Path], profile: PolicyProfile) -> list[Frames]:
    """Read demonstrations that were collected for a policy, in pieces of some thousand frames.

    Raises:
        ConfigError: A folder holds none, or those of another policy.
    """
    return [piece for dataset in datasets for piece in _read(dataset, profile)]


def _read(dataset: Path, profile: PolicyProfile) -> list[Frames]:
    reader = LeRobotReader(dataset)
    sentences = reader.feature(_SENTENCES)
    if sentences is None:
        raise ConfigError(f"{dataset}: has no labels of what the expert would do ({_SENTENCES})")
    instructions = sentences.shape[0]
    _check_features(dataset, reader, profile, instructions)
    known = reader.info.features[_FAMILIES].info or {}
    families = np.array(known["values"])[reader.column(_FAMILIES)]
    columns: dict[str, NDArray[Any]] = {
        name: reader.column(_LABELS + name).astype(np.float32).reshape(len(reader), *shape)
        for name, shape in _label_shapes(profile, instructions).items()
    }
    columns |= {
        "state": reader.column(STATE),
        "steps": np.full((len(reader), instructions), profile.action.horizon),
        "sentences": np.array(reader.tasks)[reader.column(_SENTENCES)],
        "families": families,
    }
    return cut(reader, profile, columns, dataset / FOLDER)


def cut(
    reader: LeRobotReader,
    profile: PolicyProfile,
    columns: dict[str, NDArray[Any]],
    folder: Path,
) -> list[Frames]:
    """Return a dataset as pieces of whole episodes.

    Args:
        reader: Of the dataset.
        profile: Its pictures are kept as this policy sees them.
        columns: Every field of `Frames` that is not about pictures and episodes, of all frames.
        folder: Where pictures are kept.
    """
    columns = columns | {"episode": reader.column("episode_index").reshape(-1)}
    pictures = keep_pictures(reader, profile.images, folder)
    return [
        Frames(
            pictures=pictures.cut(first, last),
            **{name: values[first:last] for name, values in columns.items()},
        )
        for first, last in itertools.pairwise(_bounds(reader))
    ]


def _bounds(reader: LeRobotReader) -> list[int]:
    """Return where pieces begin and end, between episodes."""
    bounds = [0]
    for episode in reader.episodes:
        end = episode.first + episode.length
        if end - bounds[-1] >= _PIECE or end == len(reader):
            bounds.append(end)
    return bounds


def _check_features(
    dataset: Path, reader: LeRobotReader, profile: PolicyProfile, instructions: int
) -> None:
    """Refuse a dataset that was collected for another policy profile."""
    info = reader.info
    for key, wanted in make_schema(
        profile, info.robot, info.rate_hz, instructions
    ).features.items():
        got = reader.feature(key)
        if got is None or (got.dtype, got.shape, got.names) != (
            wanted.dtype,
            wanted.shape,
            wanted.names,
        ):
            raise ConfigError(
                f"{dataset}: {key} is {_words(got)}, policy '{profile.name}' wants "
                f"{_words(wanted)}; collect for this policy in another folder"
            )


def _words(feature: Feature | None) -> str:
    if feature is None:
        return "missing"
    names = "" if feature.names is None else f" ({', '.join(feature.names)})"
    return f"{feature.dtype} {list(feature.shape)}{names}"
