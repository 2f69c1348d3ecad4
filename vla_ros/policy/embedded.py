# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that runs inside inference_node, whatever runs the model in its file."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import ConfigError, ObservationError
from vla_ros.policy.answer import AnswerReader, Array
from vla_ros.policy.images import ImageSpec
from vla_ros.policy.model_file import (
    ModelDescription,
    Normalisation,
    check_description,
    check_tensors,
)
from vla_ros.policy.spec import PolicyProfile
from vla_ros.policy.transforms import PolicyAdapter
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import ImageArray, Observation, PolicyOutput

_WARM_UPS = 3

Feed = dict[str, NDArray[np.generic]]


class EmbeddedModel(Protocol):
    """A model that was loaded from a file. Not thread-safe."""

    @property
    def description(self) -> ModelDescription:
        """What the file says about itself."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth a line in the log: where it runs, and why not elsewhere."""

    def shapes(self) -> Mapping[str, tuple[object, ...]]:
        """Return the shape of each input and output by name; what is no number may be any size.

        Raises:
            ConfigError: The file does not take the inputs that it says it does.
        """

    def run(self, names: Sequence[str], feed: Feed) -> Sequence[Array]:
        """Return outputs.

        Args:
            names: Outputs wanted.
            feed: Inputs by name, each with a batch of one.

        Raises:
            PolicyError: The model failed.
        """


class EmbeddedPolicy:
    """Implements PolicyBackend for a model in a file; see there for threads.

    Args:
        profile: The policy.
        robot: Its robot.
        model: What answers.
    """

    def __init__(self, profile: PolicyProfile, robot: RobotProfile, model: EmbeddedModel) -> None:
        """Hold the file against the profile.

        Raises:
            ConfigError: They do not fit.
        """
        path = model_path(profile)
        self._profile = profile
        self._model = model
        self._description = model.description
        check_description(path, self._description, profile)
        shapes = model.shapes()
        check_tensors(path, self._description, shapes)
        self._reader = AnswerReader(profile, shapes.keys())
        self._vocabulary = self._description.vocabulary
        self._adapter = PolicyAdapter(profile, robot)

    @property
    def profile(self) -> PolicyProfile:
        """The contract it keeps."""
        return self._profile

    @property
    def normalisation(self) -> Normalisation:
        """The statistics that the model applies inside."""
        return self._description.normalisation

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth a line in the log."""
        notes = list(self._model.notes)
        cores = len(os.sched_getaffinity(0))
        if self._profile.threads >= cores:
            notes.append(
                f"threads = {self._profile.threads} takes every core ({cores}) of this machine; "
                "the gate needs one for itself: lower 'threads' in the policy profile"
            )
        if self._profile.grounding is not None and not self._reader.tells_grounding:
            notes.append(
                "the model has no output 'grounded': it is never asked whether it can find what "
                "an instruction names ('grounding' of the policy profile does nothing)"
            )
        return tuple(notes)

    def check_instruction(self, text: str) -> str:
        """Return the words that it takes an instruction for.

        Raises:
            UnknownWordError: The message names the word and the known ones.
            InstructionError: No word, or too many.
        """
        return " ".join(self._vocabulary.read(text))

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        """Return the next rows.

        Raises:
            InstructionError: An unknown word.
            ObservationError: The observation lacks an image, or it has another size.
            PolicyError: The model failed, or a probability that it answers is none.
        """
        feed: Feed = {
            image.key: _image(observation, image)[np.newaxis] for image in self._profile.images
        }
        feed["state"] = self._adapter.state(observation).astype(np.float32)[np.newaxis]
        feed["tokens"] = self._vocabulary.encode(instruction)[np.newaxis]
        return self._reader.read(self._model.run(self._reader.names, feed))

    def warm_up(self) -> None:
        """Answer a few times for black images.

        Raises:
            PolicyError: The model failed.
        """
        feed = make_feed(self._description)
        for _ in range(_WARM_UPS):
            self._model.run(self._reader.names, feed)

    def close(self) -> None:
        """Nothing to free: the model goes with the policy."""


def model_path(profile: PolicyProfile) -> Path:
    """Return the policy's model file.

    Raises:
        ConfigError: The profile names none, or it does not exist.
    """
    if profile.model is None:
        raise ConfigError(
            f"config/policies/{profile.name}.yaml: backend '{profile.backend}' needs 'model', "
            "a file"
        )
    if not profile.model.is_file():
        raise ConfigError(
            f"{profile.model}: the model file does not exist; train one with `vla_ros train`, or "
            "correct 'model' in the policy profile"
        )
    return profile.model


def make_feed(described: ModelDescription) -> Feed:
    """Return inputs that mean nothing, of the right sizes: black images and the first word."""
    feed: Feed = {
        image.key: np.zeros((1, image.height, image.width, 3), np.uint8)
        for image in described.images
    }
    feed["state"] = np.zeros((1, len(described.state)), np.float32)
    feed["tokens"] = np.ones((1, described.text_length), np.int64)
    return feed


def _image(observation: Observation, wanted: ImageSpec) -> ImageArray:
    for frame in observation.frames:
        if frame.camera == wanted.camera:
            break
    else:
        cameras = ", ".join(frame.camera for frame in observation.frames) or "none"
        raise ObservationError(
            f"the observation has no image of camera '{wanted.camera}'; it has: {cameras}"
        )
    size = (wanted.height, wanted.width, 3)
    if frame.image.shape != size:
        raise ObservationError(
            f"image of camera '{wanted.camera}' has shape {frame.image.shape}, wanted {size}; "
            "is perception_node running with the same policy profile?"
        )
    return frame.image
