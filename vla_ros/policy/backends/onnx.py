# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs an embedded policy from one ONNX file with onnxruntime, on one thread."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from vla_ros.errors import ConfigError, ObservationError, PolicyError
from vla_ros.policy.answer import AnswerReader
from vla_ros.policy.model_file import (
    METADATA_KEY,
    Normalisation,
    check_description,
    check_tensors,
    read_description,
)
from vla_ros.policy.spec import ImageSpec, PolicyProfile
from vla_ros.policy.transforms import PolicyAdapter
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import ImageArray, Observation, PolicyOutput

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_WARM_UPS = 3

Feed = dict[str, NDArray[np.generic]]


class OnnxBackend:
    """A policy in an ONNX file. Thread rules: see `PolicyBackend`."""

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        """Load the file and hold it against the profile.

        Raises:
            ConfigError: The file is missing, unreadable, or does not fit the profile.
        """
        if profile.model is None:
            raise ConfigError(
                f"config/policies/{profile.name}.yaml: backend 'onnx' needs 'model', a file"
            )
        self._profile = profile
        self._session = _open(profile.model, profile.device)
        metadata = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        self._description = read_description(profile.model, metadata)
        check_description(profile.model, self._description, profile)
        check_tensors(profile.model, self._description, _shapes(self._session))
        self._reader = AnswerReader(profile, [each.name for each in self._session.get_outputs()])
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
        return self._run(feed)

    def warm_up(self) -> None:
        """Answer a few times for black images.

        Raises:
            PolicyError: The model failed.
        """
        feed: Feed = {
            image.key: np.zeros((1, image.height, image.width, 3), np.uint8)
            for image in self._profile.images
        }
        feed["state"] = np.zeros((1, len(self._profile.state)), np.float32)
        feed["tokens"] = np.ones((1, self._vocabulary.length), np.int64)
        for _ in range(_WARM_UPS):
            self._run(feed)

    def close(self) -> None:
        """Nothing to free: the session goes with the backend."""

    def _run(self, feed: Feed) -> PolicyOutput:
        try:
            said = self._session.run(self._reader.names, feed)
        except Exception as e:  # onnxruntime raises many unrelated types.
            raise PolicyError(f"policy '{self._profile.name}' failed: {e}") from e
        return self._reader.read(said)


def make_backend(profile: PolicyProfile, robot: RobotProfile) -> OnnxBackend:
    """Load the policy; see `registry.make_backend`."""
    return OnnxBackend(profile, robot)


def _open(path: Path, device: str) -> onnxruntime.InferenceSession:
    if not path.is_file():
        raise ConfigError(
            f"{path}: the model file does not exist; train one with `vla_ros train`, or correct "
            "'model' in the policy profile"
        )
    provider = _PROVIDERS[device]
    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise ConfigError(
            f"{path}: device '{device}' needs onnxruntime's {provider}, which is not installed; "
            f"it has {', '.join(available)}. Install onnxruntime-gpu, or set device: cpu"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=[provider])
    except Exception as e:  # onnxruntime raises many unrelated types.
        raise ConfigError(
            f"{path}: is not an ONNX file that can be read ({path.stat().st_size} bytes): "
            f"{str(e).splitlines()[0]} Fetch it again (git lfs pull?) or train a new one with "
            "`vla_ros train`"
        ) from e


def _shapes(session: onnxruntime.InferenceSession) -> dict[str, tuple[object, ...]]:
    return {
        each.name: tuple(each.shape) for each in (*session.get_inputs(), *session.get_outputs())
    }


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
