# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs an embedded policy from one ONNX file with onnxruntime, on a GPU where it may and can."""

from collections.abc import Sequence
from pathlib import Path

import onnxruntime

from vla_ros.errors import ConfigError, PolicyError
from vla_ros.policy.answer import Array
from vla_ros.policy.embedded import EmbeddedPolicy, Feed, model_path
from vla_ros.policy.model_file import METADATA_KEY, ModelDescription, read_description
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile

_TENSORRT, _CUDA, _CPU = (f"{name}ExecutionProvider" for name in ("Tensorrt", "CUDA", "CPU"))
PROVIDERS = {"auto": (_TENSORRT, _CUDA, _CPU), "cuda": (_CUDA,), "cpu": (_CPU,)}


class OnnxBackend(EmbeddedPolicy):
    """A policy in an ONNX file. Thread rules: see `PolicyBackend`."""

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        """Load the file and hold it against the profile.

        Raises:
            ConfigError: The file is missing, unreadable, or does not fit the profile, or its
                device is not there.
        """
        super().__init__(profile, robot, OnnxModel(profile))


def make_backend(profile: PolicyProfile, robot: RobotProfile) -> OnnxBackend:
    """Load the policy; see `registry.make_backend`."""
    return OnnxBackend(profile, robot)


class OnnxModel:
    """Implements `EmbeddedModel`."""

    def __init__(self, profile: PolicyProfile) -> None:
        """Load the file.

        Raises:
            ConfigError: It is missing or unreadable, or its device is not there.
        """
        path = model_path(profile)
        self._name = profile.name
        self._session, note = _open(path, profile.device, profile.threads)
        self._notes = (note,)
        metadata = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        self._description = read_description(path, metadata)

    @property
    def description(self) -> ModelDescription:
        """What the file says about itself."""
        return self._description

    @property
    def notes(self) -> tuple[str, ...]:
        """Where it runs, and why not elsewhere."""
        return self._notes

    def shapes(self) -> dict[str, tuple[object, ...]]:
        """Return the shapes that the file declares."""
        session = self._session
        return {
            each.name: tuple(each.shape)
            for each in (*session.get_inputs(), *session.get_outputs())
        }

    def run(self, names: Sequence[str], feed: Feed) -> Sequence[Array]:
        """Return outputs.

        Raises:
            PolicyError: The model failed.
        """
        try:
            said: Sequence[Array] = self._session.run(names, feed)
        except Exception as e:  # onnxruntime raises many unrelated types.
            raise PolicyError(f"policy '{self._name}' failed: {e}") from e
        return said


def _open(path: Path, device: str, threads: int) -> tuple[onnxruntime.InferenceSession, str]:
    """Return a session on the first provider that works, and a line on which and why."""
    available = onnxruntime.get_available_providers()
    wanted = PROVIDERS[device]
    reasons = []
    for k, provider in enumerate(wanted):
        if provider not in available:
            reasons.append(f"{provider} is not part of this onnxruntime")
            continue
        # What a provider cannot do the next ones do.
        session = _start(path, [p for p in wanted[k:] if p in available], threads)
        if isinstance(session, str):
            reasons.append(f"{provider} did not start: {session}")
            continue
        taken = session.get_providers()[0]
        if taken == provider:
            why = f" ({'; '.join(reasons)})" if reasons else ""
            return session, f"the model runs on {taken}, threads={threads}{why}"
        reasons.append(f"{provider} did not start; onnxruntime says why in lines of its own")
    raise ConfigError(
        f"{path}: device '{device}' cannot be used: {'; '.join(reasons)}. "
        f"This onnxruntime has {', '.join(available)}. Install onnxruntime-gpu in place of "
        "onnxruntime, with the CUDA and cuDNN that it wants, or set device: cpu"
    )


def _start(
    path: Path, providers: Sequence[str], threads: int
) -> onnxruntime.InferenceSession | str:
    """Return a session, or why the first of some providers cannot have one.

    Raises:
        ConfigError: Not even a CPU can run the file.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait for work must not burn the core of the gate.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=list(providers))
    except Exception as e:  # onnxruntime raises many unrelated types.
        first_line = str(e).splitlines()[0]
        if providers[0] != _CPU:
            return first_line
        raise ConfigError(
            f"{path}: is not an ONNX file that can be read ({path.stat().st_size} bytes): "
            f"{first_line} Fetch it again (git lfs pull?) or train a new one with "
            "`vla_ros train`"
        ) from e
