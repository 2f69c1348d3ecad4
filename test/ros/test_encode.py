# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg")

from vla_ros.gate.feed import Knot
from vla_ros.gate.stop import MotionState
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.decode import decode_chunk, decode_observation
from vla_ros.ros.encode import (
    encode_chunk,
    encode_gripper,
    encode_observation,
    encode_positions,
    encode_trajectory,
)
from vla_ros.ros.stamps import decode_time
from vla_ros.types import (
    ActionChunk,
    CameraFrame,
    Gaze,
    Joining,
    JointCommand,
    JointSample,
    Observation,
)

pytestmark = pytest.mark.ros

NOW_NS = 7_000_000_000


@pytest.fixture(scope="module")
def robot():
    return load_robot_profile("sim_arm")


def make_observation(names, velocity=None):
    pixels = np.random.default_rng(2).integers(0, 256, (2, 5, 7, 3), dtype=np.uint8)
    frames = tuple(
        CameraFrame(camera=camera, stamp_ns=6_900_000_000 + i, arrival_ns=NOW_NS, image=image)
        for i, (camera, image) in enumerate(zip(("front", "wrist"), pixels, strict=True))
    )
    joints = JointSample(
        names=tuple(names),
        stamp_ns=6_950_000_000,
        arrival_ns=NOW_NS,
        position=np.arange(float(len(names))),
        velocity=velocity,
    )
    return Observation(
        stamp_ns=6_900_000_000, frames=frames, frozen=(False, True), joints=joints, gripper=0.25
    )


def test_an_observation_survives_the_way_there_and_back(robot):
    sent = make_observation(robot.joint_names, velocity=np.full(6, 0.5))
    message = encode_observation(sent, robot, NOW_NS)
    got = decode_observation(message, NOW_NS)
    assert got.stamp_ns == sent.stamp_ns
    assert got.frozen == sent.frozen
    assert got.gripper == sent.gripper
    for a, b in zip(got.frames, sent.frames, strict=True):
        assert (a.camera, a.stamp_ns) == (b.camera, b.stamp_ns)
        assert (a.image == b.image).all()
    assert got.joints.names == sent.joints.names
    assert (got.joints.position == sent.joints.position).all()
    assert (got.joints.velocity == sent.joints.velocity).all()
    assert message.images[1].header.frame_id == "wrist_camera_optical_frame"
    assert message.header.frame_id == "base_link"
    assert message.image_age_ms[0] == pytest.approx(100.0)
    assert message.joint_state_age_ms == pytest.approx(50.0)


def test_missing_velocities_stay_missing(robot):
    message = encode_observation(make_observation(robot.joint_names), robot, NOW_NS)
    assert decode_observation(message, NOW_NS).joints.velocity is None


def make_chunk(rows):
    return ActionChunk(
        goal_id="0123456789abcdef0123456789abcdef",
        session=2**64 - 1,
        epoch=3,
        sequence=2**40,
        last=not rows,
        observed_ns=1_234_567_891,
        first_ns=1_300_000_000,
        step_ns=100_000_000,
        joint_names=("a", "b"),
        position_rad=np.arange(2.0 * rows).reshape(rows, 2),
        gripper=np.ones(rows),
        progress=0.5,
        grounded_probability=0.75,
        gaze=(
            Gaze(camera="front", object_uv=(0.25, 0.5), goal_uv=(1.0, 0.0)),
            Gaze(camera="wrist", object_uv=(0.0, 0.125), goal_uv=(0.5, 0.75)),
        ),
        camera_frozen=True,
        joining=Joining.OFFSET_ALIGNMENT,
        hop_ms=(("infer", 2.5), ("ik", 0.75)),
    )


@pytest.mark.parametrize("rows", [0, 1, 16])
def test_a_chunk_survives_the_way_there_and_back(rows):
    sent = make_chunk(rows)
    got = decode_chunk(encode_chunk(sent, NOW_NS))
    for name in ("goal_id", "session", "epoch", "sequence", "last", "observed_ns", "first_ns"):
        assert getattr(got, name) == getattr(sent, name)
    assert got.step_ns == sent.step_ns
    assert got.joint_names == sent.joint_names
    assert got.position_rad.shape == (rows, 2)
    assert (got.position_rad == sent.position_rad).all()
    assert (got.gripper == sent.gripper).all()
    assert math.isnan(got.confidence)
    assert got.progress == 0.5
    assert (got.grounded_probability, got.gaze) == (0.75, sent.gaze)
    assert got.camera_frozen
    assert got.joining is Joining.OFFSET_ALIGNMENT
    assert got.hop_ms == sent.hop_ms


@pytest.fixture
def command():
    two = np.array([1.0, 2.0])
    return JointCommand(
        stamp_ns=NOW_NS + 10_000_000,
        names=("a", "b"),
        position=two,
        velocity=two / 10,
        acceleration=two / 100,
        gripper=1.0,
    )


def test_a_forward_position_command_is_the_positions_in_order(command):
    assert list(encode_positions(command).data) == [1.0, 2.0]


def test_a_trajectory_begins_at_its_stamp_and_keeps_the_times_of_its_knots():
    here = MotionState(position=(1.0, 2.0), velocity=(0.1, 0.2), acceleration=(0.3, 0.4))
    rest = MotionState(position=(1.1, 2.1), velocity=(0.0, 0.0), acceleration=(0.0, 0.0))
    message = encode_trajectory(("a", "b"), (Knot(NOW_NS, here), Knot(NOW_NS + 250_000_001, rest)))
    assert message.joint_names == ["a", "b"]
    assert decode_time(message.header.stamp) == NOW_NS
    assert [decode_time(p.time_from_start) for p in message.points] == [0, 250_000_001]
    first, last = message.points
    assert list(first.positions) == [1.0, 2.0]
    assert list(first.velocities) == [0.1, 0.2]
    assert list(first.accelerations) == [0.3, 0.4]
    assert list(last.velocities) == [0.0, 0.0]


@pytest.mark.parametrize(("opening", "position_m"), [(0.0, 0.0), (1.0, 0.042), (0.5, 0.021)])
def test_a_gripper_opening_is_told_in_the_unit_of_the_joint(robot, opening, position_m):
    assert encode_gripper(opening, robot.gripper).data[0] == pytest.approx(position_m)


def test_a_gripper_that_closes_with_a_larger_number_is_mapped(robot):
    gripper = robot.gripper.model_copy(update={"closed": 0.8, "open": 0.0, "unit": "rad"})
    assert encode_gripper(0.0, gripper).data[0] == pytest.approx(0.8)
    assert encode_gripper(1.0, gripper).data[0] == pytest.approx(0.0)
    assert gripper.opening_of(0.2) == pytest.approx(0.75)


def test_a_finger_that_follows_is_told_the_same_position(robot):
    changed = {"kind": "joint_trajectory", "followers": ("finger_joint_mirror",)}
    message = encode_gripper(0.5, robot.gripper.model_copy(update=changed))
    assert list(message.joint_names) == ["finger_joint", "finger_joint_mirror"]
    assert list(message.points[0].positions) == [0.021, 0.021]


def test_a_gripper_on_a_trajectory_controller_gets_a_trajectory(robot):
    gripper = robot.gripper.model_copy(update={"kind": "joint_trajectory"})
    message = encode_gripper(1.0, gripper)
    assert message.joint_names == ["finger_joint"]
    assert list(message.points[0].positions) == [0.042]
    assert decode_time(message.points[0].time_from_start) == 250_000_000
