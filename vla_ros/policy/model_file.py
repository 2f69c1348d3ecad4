# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a model file says about itself, so that profile and file cannot drift apart."""

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from vla_ros.errors import ConfigError
from vla_ros.policy.answer import QUERIES, SHARES, attention_of
from vla_ros.policy.language import Vocabulary
from vla_ros.policy.spec import DeltaFrame, DeltaStart, PolicyProfile
from vla_ros.strict_yaml import StrictModel

METADATA_KEY = "vla_ros"
_PIECE = 1 << 20


class ImageSize(StrictModel):
    """One image input of the model.

    Attributes:
        key: As in the profile; also the name of the model's input.
        width: [pixels].
        height: [pixels].
    """

    key: str
    width: int
    height: int


class Normalisation(StrictModel):
    """The statistics that the model applies inside, for the record.

    Attributes:
        state_mean: Subtracted from each state number.
        state_scale: Divides each state number.
        action_scale: Multiplies each number of a row.
    """

    state_mean: tuple[float, ...]
    state_scale: tuple[float, ...]
    action_scale: tuple[float, ...]


class ModelDescription(StrictModel):
    """The metadata of an embedded policy's model file.

    Attributes:
        words: Vocabulary; word 0 is padding.
        text_length: Longest instruction [words].
        images: Image inputs, uint8 RGB.
        state: Names of the state numbers, in order.
        space: Action space of the rows.
        rotation: Rotation form of the rows.
        deltas: What rows of a delta space are relative to.
        delta_frame: Whose axes deltas of the tool are written in.
        rows: Names of the numbers in a row, the gripper last.
        step_s: Time between rows [s].
        horizon: Rows per answer.
        normalisation: Statistics inside the model.
        parameters: Number of weights.
        trained: How it was made, in words.
    """

    words: tuple[str, ...]
    text_length: Annotated[int, Field(ge=1)]
    images: tuple[ImageSize, ...]
    state: tuple[str, ...]
    space: str
    rotation: str | None
    deltas: str = DeltaStart.MEASURED.value
    delta_frame: str = DeltaFrame.BASE.value
    rows: tuple[str, ...]
    step_s: float
    horizon: int
    normalisation: Normalisation
    parameters: int
    trained: str

    @property
    def vocabulary(self) -> Vocabulary:
        """The words it understands."""
        return Vocabulary(words=self.words, length=self.text_length)


def sha256_of(model: Path | None) -> str:
    """Return the SHA-256 of a model file; empty if there is none, or a folder."""
    if model is None or not model.is_file():
        return ""
    digest = hashlib.sha256()
    with model.open("rb") as file:
        for piece in iter(partial(file.read, _PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()


def read_description(path: Path, metadata: str | None) -> ModelDescription:
    """Read the metadata of a model file.

    Raises:
        ConfigError: There is none, or it cannot be read.
    """
    if metadata is None:
        raise ConfigError(
            f"{path}: the model file carries no '{METADATA_KEY}' metadata, so nobody knows what "
            "its inputs mean; make it with `vla_ros train`"
        )
    try:
        return ModelDescription.model_validate_json(metadata)
    except ValidationError as e:
        raise ConfigError(f"{path}: its '{METADATA_KEY}' metadata cannot be read: {e}") from e


def check_description(path: Path, described: ModelDescription, profile: PolicyProfile) -> None:
    """Hold what a model file says against what a profile says.

    Raises:
        ConfigError: With one line for each thing that differs.
    """
    action = profile.action
    pairs = (
        ("images", _sizes(profile), tuple((i.key, i.width, i.height) for i in described.images)),
        ("state", profile.state, described.state),
        ("action.space", action.space.value, described.space),
        ("action.rotation", action.rotation and action.rotation.value, described.rotation),
        ("action.deltas", action.deltas.value, described.deltas),
        ("action.delta_frame", action.delta_frame.value, described.delta_frame),
        ("action.rows", action.rows, described.rows),
        ("action.step_s", action.step_s, described.step_s),
        ("action.horizon", action.horizon, described.horizon),
    )
    found = [
        f"{key} = {_text(wanted)}: the model file has {_text(got)}"
        for key, wanted, got in pairs
        if wanted != got
    ]
    found += inputs_not_taken(profile) + _check_statistics(described)
    if found:
        lines = "\n  ".join(found)
        raise ConfigError(
            f"config/policies/{profile.name}.yaml does not fit its model {path}:\n  {lines}\n"
            "Correct the profile, or train and export a model that fits it."
        )


def inputs_not_taken(profile: PolicyProfile) -> list[str]:
    """Return what a policy profile wants to see that no model in a file is given, in words."""
    found = [
        f"images.{image.key}.{key}: a model in a file takes the newest picture alone; leave it "
        "out, or bring a backend of your own"
        for image in profile.images
        for key in ("history", "depth")
        if getattr(image, key)
    ]
    if profile.point_cloud is not None:
        found.append(
            "point_cloud: a model in a file takes pictures alone; leave it out, or bring a "
            "backend of your own"
        )
    return found


def check_tensors(
    path: Path, described: ModelDescription, shapes: Mapping[str, tuple[object, ...]]
) -> None:
    """Hold the inputs and outputs of a model file against what it says about itself.

    Outputs that a file need not have are looked at when they are there; see `answer.py`.

    Args:
        path: The file.
        described: What it says.
        shapes: Of each input and output by name; what is no number may be of any size.

    Raises:
        ConfigError: With one line for each that differs.
    """
    width = len(described.rows) - 1
    wanted: dict[str, tuple[int | None, ...]] = {
        **{image.key: (None, image.height, image.width, 3) for image in described.images},
        "state": (None, len(described.state)),
        "tokens": (None, described.text_length),
        "rows": (None, described.horizon, width),
        "gripper": (None, described.horizon),
        "progress": (None,),
        "done": (None,),
        **{name: (None,) for name in SHARES if name in shapes},
    }
    found = [
        f"{name} has the shape {_text(shapes[name])}, wanted {_text(shape)}"
        if name in shapes
        else f"{name} is missing; it has: {', '.join(shapes)}"
        for name, shape in wanted.items()
        if not _fits(shapes.get(name), shape)
    ]
    found += [
        f"{name} has the shape {_text(shapes[name])}, wanted [any, places, side, side]: at least "
        f"{len(QUERIES)} places ({', '.join(QUERIES)}) in a square map"
        for name in (attention_of(image.key) for image in described.images)
        if name in shapes and not _is_attention(shapes[name])
    ]
    if found:
        lines = "\n  ".join(found)
        raise ConfigError(
            f"{path}: its inputs and outputs are not what its own metadata says:\n  {lines}\n"
            "Export it again with `vla_ros train`"
        )


def _fits(got: tuple[object, ...] | None, wanted: tuple[int | None, ...]) -> bool:
    if got is None or len(got) != len(wanted):
        return False
    pairs = zip(got, wanted, strict=True)
    return all(n is None or g == n or not isinstance(g, int) for g, n in pairs)


def _is_attention(shape: tuple[object, ...]) -> bool:
    if len(shape) != 4:
        return False
    _, places, height, width = shape
    return height == width and (not isinstance(places, int) or places >= len(QUERIES))


def _check_statistics(described: ModelDescription) -> list[str]:
    statistics = described.normalisation
    found = []
    for key, numbers, wanted in (
        ("state_mean", statistics.state_mean, len(described.state)),
        ("state_scale", statistics.state_scale, len(described.state)),
        ("action_scale", statistics.action_scale, len(described.rows) - 1),
    ):
        if len(numbers) != wanted:
            found.append(f"normalisation.{key} has {len(numbers)} numbers, wanted {wanted}")
        elif key != "state_mean" and not all(number > 0.0 for number in numbers):
            found.append(f"normalisation.{key} = {_text(numbers)}: wanted sizes above 0")
    return found


def _sizes(profile: PolicyProfile) -> tuple[tuple[str, int, int], ...]:
    return tuple((image.key, image.width, image.height) for image in profile.images)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    return "any" if value is None else str(value)
