# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small network, saved in each of the three ways, is held to the contract of the ONNX file."""

import json
import pickle
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the backend torch needs torch")

from torch_programs import (
    DESCRIBED,
    HORIZON,
    SHAPE,
    SIDE,
    WORDS,
    make_profile,
    save_any,
)

from vla_ros.errors import ConfigError, InstructionError, PolicyError
from vla_ros.model.deployed import OUTPUT_NAMES, DeployedNetwork
from vla_ros.model.network import VlaNetwork
from vla_ros.policy import registry
from vla_ros.policy.backends.torch import SHAPE_KEY, TorchBackend
from vla_ros.policy.model_file import METADATA_KEY
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import CameraFrame, JointSample, Observation

SAY = "put the red cube"


@pytest.fixture(scope="module")
def robot() -> RobotProfile:
    return load_robot_profile("sim_arm")


@pytest.fixture(scope="module")
def network() -> VlaNetwork:
    torch.manual_seed(0)
    return VlaNetwork(SHAPE).eval()


def save_checkpoint(network: VlaNetwork, path: Path) -> Path:
    weights = network.state_dict()
    saved = {"shape": asdict(SHAPE), "words": list(WORDS), "mean": weights, "step": 3}
    torch.save(saved, path.with_suffix(".pt"))
    return path.with_suffix(".pt")


def save_weights(network: VlaNetwork, path: Path) -> Path:
    safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
    metadata = {
        METADATA_KEY: DESCRIBED.model_dump_json(),
        SHAPE_KEY: json.dumps(asdict(SHAPE)),
    }
    weights = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    safetensors.save_file(weights, path.with_suffix(".safetensors"), metadata=metadata)
    return path.with_suffix(".safetensors")


def save_program(network: VlaNetwork, path: Path) -> Path:
    return save_any(DeployedNetwork(network).eval(), path.with_suffix(".pt2"))


Save = Callable[[VlaNetwork, Path], Path]
SAVERS = [save_checkpoint, save_weights, save_program]


def observation(robot: RobotProfile) -> Observation:
    draw = np.random.default_rng(0)
    frames = tuple(
        CameraFrame(
            camera=camera,
            stamp_ns=1,
            arrival_ns=1,
            image=draw.integers(0, 256, (SIDE, SIDE, 3), np.uint8),
        )
        for camera in ("front", "wrist")
    )
    joints = JointSample(
        names=robot.joint_names, stamp_ns=1, arrival_ns=1, position=np.array(robot.home)
    )
    return Observation(
        stamp_ns=1, frames=frames, frozen=(False, False), joints=joints, gripper=1.0
    )


@pytest.mark.parametrize("save", SAVERS)
def test_it_answers_what_the_network_answers(
    save: Save, network: VlaNetwork, robot: RobotProfile, tmp_path: Path
) -> None:
    path = save(network, tmp_path / "mine")
    backend = registry.make_backend(make_profile(path), robot)
    assert isinstance(backend, TorchBackend)
    backend.warm_up()
    seen = observation(robot)
    output = backend.infer(seen, SAY)

    pictures = [torch.from_numpy(frame.image.copy())[None] for frame in seen.frames]
    state = torch.from_numpy(backend._adapter.state(seen).astype(np.float32))[None]
    tokens = torch.tensor([[2, 4, 3, 1, 0]])
    with torch.no_grad():
        said = DeployedNetwork(network)(*pictures, state, tokens)
    wanted = dict(zip(OUTPUT_NAMES, said, strict=False))
    np.testing.assert_allclose(output.rows, wanted["rows"][0].numpy(), atol=1e-5)
    assert output.done_probability == pytest.approx(float(wanted["done"][0]), abs=1e-5)
    assert ("grounded" in wanted) == np.isfinite(output.grounded_probability)
    assert [gaze.camera for gaze in output.gaze] == ["front", "wrist"]
    assert backend.notes[0] == "the model runs on torch cpu, threads=1"
    assert backend.normalisation == DESCRIBED.normalisation
    assert backend.check_instruction("Put the red cuve") == SAY
    with pytest.raises(InstructionError, match="does not know the word 'banana'"):
        backend.infer(seen, "put the banana")


@pytest.mark.parametrize("save", SAVERS)
def test_a_profile_that_does_not_fit_is_told_what_the_file_has(
    save: Save, network: VlaNetwork, robot: RobotProfile, tmp_path: Path
) -> None:
    path = save(network, tmp_path / "mine")
    tabletop = load_policy_profile("tabletop")
    with pytest.raises(ConfigError, match=r"(?s)does not fit its model .*images = .* has \[\[fr"):
        TorchBackend(make_profile(path, images=tabletop.images), robot)
    with pytest.raises(ConfigError, match=r"action\.horizon = 16: the model file has 4"):
        TorchBackend(make_profile(path, action=tabletop.action), robot)


class Evil:
    """Writes a file as soon as it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.write_text, (self._path, "pwned")


def test_a_pickle_is_refused_and_not_run(
    network: VlaNetwork, robot: RobotProfile, tmp_path: Path
) -> None:
    path, trace = tmp_path / "mine.pt", tmp_path / "trace"
    for content in ({"shape": Evil(trace)}, Evil(trace)):
        torch.save(content, path)
        with pytest.raises(ConfigError, match=r"mine.pt: is a pickle .* \.safetensors"):
            TorchBackend(make_profile(path), robot)
        path.write_bytes(pickle.dumps(content))
        with pytest.raises(ConfigError, match=r"mine.pt: is a pickle"):
            TorchBackend(make_profile(path), robot)
    torch.save(network, path)
    with pytest.raises(ConfigError, match=r"mine.pt: is a pickle"):
        TorchBackend(make_profile(path), robot)
    assert not trace.exists()


def test_weights_without_their_sizes_are_refused(
    network: VlaNetwork, robot: RobotProfile, tmp_path: Path
) -> None:
    path = tmp_path / "mine.pt"
    torch.save(network.state_dict(), path)
    with pytest.raises(ConfigError, match="is no checkpoint of `vla_ros train`: KeyError"):
        TorchBackend(make_profile(path), robot)


def test_weights_of_another_network_are_refused(
    network: VlaNetwork, robot: RobotProfile, tmp_path: Path
) -> None:
    safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
    path = save_weights(network, tmp_path / "mine")
    metadata = {METADATA_KEY: DESCRIBED.model_dump_json(), SHAPE_KEY: json.dumps(asdict(SHAPE))}
    for kept in ({METADATA_KEY: metadata[METADATA_KEY]}, metadata):
        safetensors.save_file({"w": torch.zeros(1)}, path, metadata=kept)
        with pytest.raises(ConfigError, match="its weights are not those of the network"):
            TorchBackend(make_profile(path), robot)
    safetensors.save_file({"w": torch.zeros(1)}, path)
    with pytest.raises(ConfigError, match=f"carries no '{METADATA_KEY}' metadata"):
        TorchBackend(make_profile(path), robot)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mine.pt", "is a pickle of more|is not a checkpoint that can be read"),
        ("mine.safetensors", "is not a safetensors file|needs the package safetensors"),
        ("mine.pt2", "is not an exported program"),
        ("mine.onnx", "backend 'torch' reads .pt, .safetensors, .pt2"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    name: str, text: str, robot: RobotProfile, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"version https://git-lfs.github.com/spec/v1")
    with pytest.raises(ConfigError, match=f"{name}: ({text})"):
        TorchBackend(make_profile(tmp_path / name), robot)


def test_a_file_that_is_not_there_is_named(robot: RobotProfile, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.pt: the model file does not exist"):
        TorchBackend(make_profile(tmp_path / "gone.pt"), robot)


class Wrong(torch.nn.Module):
    """Answers one number."""

    def forward(self, front, wrist, state, tokens):
        return (state.sum(-1),)


class ByName(torch.nn.Module):
    """Answers what has to be there, by name."""

    def forward(self, front, wrist, state, tokens):
        one = state.sum(-1).sigmoid()
        rows = one[:, None, None].expand(-1, HORIZON, 4).clone()
        return {"gripper": rows[..., 0], "rows": rows, "done": one, "progress": one + 0.0}


def test_a_program_that_names_its_outputs_may_have_only_those_that_are_needed(
    robot: RobotProfile, tmp_path: Path
) -> None:
    backend = TorchBackend(make_profile(save_any(ByName(), tmp_path / "mine.pt2")), robot)
    output = backend.infer(observation(robot), SAY)
    assert output.rows.shape == (HORIZON, 4)
    assert np.isnan(output.grounded_probability)
    assert output.gaze == ()


def test_a_program_that_answers_something_else_is_refused(
    robot: RobotProfile, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="it answers 1, wanted a dict by name, or in this ord"):
        TorchBackend(make_profile(save_any(Wrong(), tmp_path / "mine.pt2")), robot)


def test_a_network_that_fails_is_a_policy_error(
    network: VlaNetwork, robot: RobotProfile, tmp_path: Path
) -> None:
    backend = TorchBackend(make_profile(save_checkpoint(network, tmp_path / "mine")), robot)
    backend._adapter._state._keys = ("gripper", "tool_x")  # Neither one, nor as many as it wants.
    with pytest.raises(PolicyError, match="policy 'tabletop' failed"):
        backend.infer(observation(robot), SAY)


def test_a_device_that_is_not_there_is_named_or_told(
    network: VlaNetwork, robot: RobotProfile, tmp_path: Path
) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    path = save_checkpoint(network, tmp_path / "mine")
    with pytest.raises(ConfigError, match="device 'cuda' cannot be used: "):
        TorchBackend(make_profile(path, device="cuda"), robot)
    note = TorchBackend(make_profile(path, device="auto"), robot).notes[0]
    assert note.startswith("the model runs on torch cpu, threads=1 (no cuda: ")
