# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The shipped model file is held to the same contract as any other."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from onnxruntime import SessionOptions

from vla_ros.errors import ConfigError, InstructionError, ObservationError
from vla_ros.policy.backends import onnx as onnx_backend
from vla_ros.policy.backends.onnx import OnnxBackend
from vla_ros.policy.images import PointCloudSpec
from vla_ros.policy.model_file import METADATA_KEY
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import CameraFrame, JointSample, Observation

onnx = pytest.importorskip("onnx", reason="editing model files needs onnx (pip install .[learn])")
PROFILE = load_policy_profile("tabletop")
SAY = "put the red cube in the blue bowl"


@pytest.fixture(scope="module")
def robot() -> RobotProfile:
    return load_robot_profile("sim_arm")


@pytest.fixture(scope="module")
def backend(robot: RobotProfile) -> OnnxBackend:
    return OnnxBackend(PROFILE, robot)


def observation(
    robot: RobotProfile, *, side: int = 128, cameras: str = "front wrist"
) -> Observation:
    frames = tuple(
        CameraFrame(
            camera=camera, stamp_ns=1, arrival_ns=1, image=np.full((side, side, 3), 90, np.uint8)
        )
        for camera in cameras.split()
    )
    joints = JointSample(
        names=robot.joint_names, stamp_ns=1, arrival_ns=1, position=np.array(robot.home)
    )
    return Observation(
        stamp_ns=1, frames=frames, frozen=(False,) * len(frames), joints=joints, gripper=1.0
    )


def with_model(path: Path) -> PolicyProfile:
    return PROFILE.model_copy(update={"model": path})


def test_an_answer_has_the_profiles_size_and_ranges(
    backend: OnnxBackend, robot: RobotProfile
) -> None:
    backend.warm_up()
    output = backend.infer(observation(robot), SAY)
    assert output.rows.shape == (16, 4)
    assert np.isfinite(output.rows).all()
    assert ((output.gripper >= 0.0) & (output.gripper <= 1.0)).all()
    assert 0.0 <= output.progress <= 1.0
    assert 0.0 <= output.done_probability <= 1.0


def test_the_answer_says_where_each_camera_looks(
    backend: OnnxBackend, robot: RobotProfile
) -> None:
    output = backend.infer(observation(robot), SAY)
    assert [gaze.camera for gaze in output.gaze] == ["front", "wrist"]
    assert all(0.0 <= x <= 1.0 for gaze in output.gaze for x in gaze.object_uv + gaze.goal_uv)


def without_outputs(path: Path, *names: str) -> PolicyProfile:
    assert PROFILE.model is not None
    model = onnx.load(PROFILE.model)
    for output in [o for o in model.graph.output if o.name in names]:
        model.graph.output.remove(output)
    onnx.save(model, path)
    return with_model(path)


def test_a_file_without_the_outputs_that_it_need_not_have_still_answers(
    tmp_path: Path, robot: RobotProfile
) -> None:
    extra = ("grounded", "confidence", "attention_front", "attention_wrist")
    output = OnnxBackend(without_outputs(tmp_path / "plain.onnx", *extra), robot).infer(
        observation(robot), SAY
    )
    assert np.isnan([output.grounded_probability, output.confidence]).all()
    assert output.gaze == ()


def with_share(path: Path, name: str, value: float) -> PolicyProfile:
    """The shipped policy with a number that it answers whatever it sees."""
    assert PROFILE.model is not None
    model = onnx.load(PROFILE.model)
    graph = model.graph
    for output in [o for o in graph.output if o.name == name]:
        graph.output.remove(output)
    for node in graph.node:
        node.output[:] = [f"{name}_before" if o == name else o for o in node.output]
    tensor = onnx.numpy_helper.from_array(np.array([value], np.float32))
    graph.node.append(onnx.helper.make_node("Constant", [], [name], value=tensor))
    graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]))
    onnx.save(model, path)
    return with_model(path)


def test_grounding_and_confidence_are_read_where_a_file_has_them(
    tmp_path: Path, robot: RobotProfile
) -> None:
    see = observation(robot)
    sure = OnnxBackend(with_share(tmp_path / "sure.onnx", "confidence", 0.25), robot)
    assert sure.infer(see, SAY).confidence == 0.25
    lost = OnnxBackend(with_share(tmp_path / "lost.onnx", "grounded", 0.125), robot)
    assert lost.infer(see, SAY).grounded_probability == 0.125


def test_the_same_question_gets_the_same_answer(backend: OnnxBackend, robot: RobotProfile) -> None:
    first, second = (backend.infer(observation(robot), SAY) for _ in range(2))
    assert np.array_equal(first.rows, second.rows)


def test_an_unknown_word_is_named(backend: OnnxBackend, robot: RobotProfile) -> None:
    backend.check_instruction(SAY)
    for ask in (
        backend.check_instruction,
        lambda text: backend.infer(observation(robot), text),
    ):
        with pytest.raises(InstructionError, match=r"does not know the word 'banana'.*It knows"):
            ask("put the banana in the blue bowl")


def test_a_missing_image_is_named(backend: OnnxBackend, robot: RobotProfile) -> None:
    with pytest.raises(ObservationError, match="no image of camera 'wrist'; it has: front"):
        backend.infer(observation(robot, cameras="front"), SAY)


def test_an_image_of_another_size_is_named(backend: OnnxBackend, robot: RobotProfile) -> None:
    with pytest.raises(ObservationError, match=r"'front' has shape \(64, 64, 3\), wanted \(128"):
        backend.infer(observation(robot, side=64), SAY)


def test_a_missing_model_file_is_named(tmp_path: Path, robot: RobotProfile) -> None:
    with pytest.raises(ConfigError, match=r"gone.onnx: the model file does not exist; train one"):
        OnnxBackend(with_model(tmp_path / "gone.onnx"), robot)


def test_an_unreadable_model_file_is_named(tmp_path: Path, robot: RobotProfile) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1")
    with pytest.raises(ConfigError, match=r"broken.onnx: is not an ONNX file.*\(42 bytes\)"):
        OnnxBackend(with_model(path), robot)


def test_a_model_without_metadata_is_refused(tmp_path: Path, robot: RobotProfile) -> None:
    assert PROFILE.model is not None
    model = onnx.load(PROFILE.model)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "bare.onnx")
    with pytest.raises(ConfigError, match=f"carries no '{METADATA_KEY}' metadata"):
        OnnxBackend(with_model(tmp_path / "bare.onnx"), robot)


def test_metadata_that_cannot_be_read_is_refused(tmp_path: Path, robot: RobotProfile) -> None:
    assert PROFILE.model is not None
    model = onnx.load(PROFILE.model)
    onnx.helper.set_model_props(model, {METADATA_KEY: "{}"})
    onnx.save(model, tmp_path / "odd.onnx")
    with pytest.raises(ConfigError, match=r"odd.onnx: its 'vla_ros' metadata cannot be read"):
        OnnxBackend(with_model(tmp_path / "odd.onnx"), robot)


def test_a_profile_that_does_not_fit_the_file_is_told_in_full(robot: RobotProfile) -> None:
    action = PROFILE.action.model_copy(update={"horizon": 8, "step_s": 0.05})
    wrong = PROFILE.model_copy(update={"action": action})
    with pytest.raises(ConfigError, match=r"(?s)step_s = 0.05: .* 0.1\n.*horizon = 8: .* has 16"):
        OnnxBackend(wrong, robot)


def test_a_profile_with_a_point_cloud_is_refused(robot: RobotProfile) -> None:
    wanted = PointCloudSpec(source="front", points=1024)
    wrong = PROFILE.model_copy(update={"point_cloud": wanted})
    with pytest.raises(ConfigError, match=r"point_cloud: a model in a file takes pictures alone"):
        OnnxBackend(wrong, robot)


def test_a_device_that_is_not_there_is_named(robot: RobotProfile) -> None:
    text = r"'cuda' cannot be used: CUDAExecutionProvider is not part of .* set device: cpu"
    with pytest.raises(ConfigError, match=text):
        OnnxBackend(PROFILE.model_copy(update={"device": "cuda"}), robot)


class Session:
    """An onnxruntime for GPUs where some providers do not start: it falls back by itself."""

    broken: tuple[str, ...] = ()
    raising: tuple[str, ...] = ()
    threads = 0
    spinning = ""

    def __init__(self, path: str, options: SessionOptions, providers: list[str]) -> None:
        if providers[0] in self.raising:
            raise RuntimeError(f"{providers[0]}: no driver\nmore lines")
        self._taken = [name for name in providers if name not in self.broken]
        Session.threads = options.intra_op_num_threads
        Session.spinning = options.get_session_config_entry("session.intra_op.allow_spinning")

    def get_providers(self) -> list[str]:
        return self._taken


@pytest.mark.parametrize(
    ("broken", "raising", "note"),
    [
        ("", "", r"runs on TensorrtExecutionProvider, threads=3$"),
        ("Tensorrt", "", r"on CUDAExecutionProvider, .*\(TensorrtExecutionProvider did not start"),
        ("Tensorrt CUDA", "", r"on CPUExecution.*Tensorrt.* did not.*; CUDAExecution.* did not"),
        ("", "Tensorrt", r"on CUDA.*TensorrtExecutionProvider did not start: .*: no driver\)$"),
    ],
)
def test_the_first_provider_that_works_is_taken_and_the_others_are_explained(
    monkeypatch: pytest.MonkeyPatch, broken: str, raising: str, note: str
) -> None:
    names = {name: f"{name}ExecutionProvider" for name in ("Tensorrt", "CUDA", "CPU")}
    monkeypatch.setattr(onnx_backend.onnxruntime, "InferenceSession", Session)
    monkeypatch.setattr(
        onnx_backend.onnxruntime, "get_available_providers", lambda: [*names.values()]
    )
    monkeypatch.setattr(Session, "broken", tuple(names[each] for each in broken.split()))
    monkeypatch.setattr(Session, "raising", tuple(names[each] for each in raising.split()))
    _, said = onnx_backend._open(Path("any.onnx"), "auto", 3)
    assert re.search(note, said)
    assert Session.threads == 3
    assert Session.spinning == "0"


def test_a_profile_says_where_and_on_how_many_threads_the_model_runs(robot: RobotProfile) -> None:
    cores = len(os.sched_getaffinity(0))
    note, *more = OnnxBackend(
        PROFILE.model_copy(update={"device": "auto", "threads": cores}), robot
    ).notes
    assert note.startswith(f"the model runs on CPUExecutionProvider, threads={cores} (Tensorrt")
    assert f"threads = {cores} takes every core ({cores}) of this machine" in more[0]
    assert OnnxBackend(PROFILE, robot).notes[0] == (
        "the model runs on CPUExecutionProvider, threads=1"
    )


def test_a_rule_for_grounding_without_the_output_is_told(
    tmp_path: Path, robot: RobotProfile
) -> None:
    plain = without_outputs(tmp_path / "plain.onnx", "grounded")
    assert "no output 'grounded'" in OnnxBackend(plain, robot).notes[-1]
    quiet = OnnxBackend(plain.model_copy(update={"grounding": None}), robot)
    assert "grounded" not in " ".join(quiet.notes)
