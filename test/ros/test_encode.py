# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg")

from vla_ros.errors import ObservationError
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
    DepthFrame,
    Gaze,
    Joining,
    JointCommand,
    JointSample,
    Observation,
    Pinhole,
    PointCloud,
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
    hops = (("camera", 3.5), ("decode", 0.25))
    sent = replace(make_observation(robot.joint_names, velocity=np.full(6, 0.5)), hop_ms=hops)
    message = encode_observation(sent, robot, NOW_NS)
    got = decode_observation(message, NOW_NS)
    assert got.stamp_ns == sent.stamp_ns
    assert got.frozen == sent.frozen
    assert got.gripper == sent.gripper
    assert got.hop_ms == hops
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


def test_history_and_depth_survive_behind_the_newest_frames(robot):
    plain = make_observation(robot.joint_names)
    newest = plain.frames[1]
    earlier = tuple(
        replace(newest, stamp_ns=newest.stamp_ns - k * 10**8, image=newest.image + np.uint8(k))
        for k in (1, 2)
    )
    depth_m = np.array([[np.nan, 0.5], [1.25, 8.0]], dtype=np.float32)
    depth = DepthFrame(camera="front", stamp_ns=5, arrival_ns=NOW_NS, depth_m=depth_m)
    sent = replace(plain, history=earlier, depths=(depth,))
    message = encode_observation(sent, robot, NOW_NS)
    # Who knows nothing of either finds each camera's newest image first.
    assert list(message.cameras) == ["front", "wrist", "wrist", "wrist", "front"]
    assert [m.encoding for m in message.images] == ["rgb8"] * 4 + ["32FC1"]
    assert list(message.camera_frozen) == [False, True, True, True, False]
    assert message.image_age_ms[3] == pytest.approx(300.0)
    got = decode_observation(message, NOW_NS)
    assert [f.camera for f in got.frames] == ["front", "wrist"]
    assert got.frozen == sent.frozen
    assert [f.stamp_ns for f in got.history] == [f.stamp_ns for f in earlier]
    assert (got.history[1].image == earlier[1].image).all()
    np.testing.assert_array_equal(got.depths[0].depth_m, depth_m)
    assert got.depths[0].stamp_ns == 5


def test_pinholes_survive_where_there_are_any(robot):
    plain = make_observation(robot.joint_names)
    assert len(encode_observation(plain, robot, NOW_NS).intrinsics) == 0
    hole = Pinhole(focal=(60.5, 61.0), center=(47.5, 40.25))
    depth = DepthFrame(
        camera="wrist", stamp_ns=5, arrival_ns=NOW_NS, depth_m=np.ones((2, 2), np.float32)
    )
    wrist = replace(plain.frames[1], pinhole=hole)
    sent = replace(
        plain,
        frames=(plain.frames[0], wrist),
        history=(wrist,),
        depths=(replace(depth, pinhole=hole),),
    )
    message = encode_observation(sent, robot, NOW_NS)
    assert len(message.intrinsics) == 16
    got = decode_observation(message, NOW_NS)
    parts = (*got.frames, *got.history, *got.depths)
    assert [part.pinhole for part in parts] == [None, hole, hole, hole]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([1.0] * 7, "7 intrinsics for 2 images, wanted 4 for each or none"),
        ([math.nan] * 4 + [math.nan, 1.0, 1.0, 1.0], "intrinsics: focal .*nan, 1.0.*, wanted fin"),
        ([math.inf, 1.0, 1.0, 1.0] * 2, "intrinsics: focal .*inf"),
        ([-1.0, 1.0, 1.0, 1.0] * 2, "intrinsics: focal .*-1.0"),
        ([1.0, 1.0, math.nan, 1.0] * 2, "intrinsics: .*center .*nan"),
    ],
)
def test_pinholes_that_are_none_are_refused(robot, numbers, text):
    message = encode_observation(make_observation(robot.joint_names), robot, NOW_NS)
    message.intrinsics = numbers
    with pytest.raises(ObservationError, match=text):
        decode_observation(message, NOW_NS)


@pytest.mark.parametrize("colored", [True, False])
def test_a_point_cloud_survives(robot, colored):
    rng = np.random.default_rng(4)
    cloud = PointCloud(
        frame="front_depth",
        stamp_ns=7,
        arrival_ns=NOW_NS,
        points_m=rng.normal(size=(9, 3)).astype(np.float32),
        rgb=rng.integers(0, 256, (9, 3), dtype=np.uint8) if colored else None,
    )
    sent = replace(make_observation(robot.joint_names), cloud=cloud)
    got = decode_observation(encode_observation(sent, robot, NOW_NS), NOW_NS).cloud
    assert (got.frame, got.stamp_ns) == ("front_depth", 7)
    np.testing.assert_array_equal(got.points_m, cloud.points_m)
    assert not got.points_m.flags.writeable
    if colored:
        np.testing.assert_array_equal(got.rgb, cloud.rgb)
    else:
        assert got.rgb is None


def test_no_point_cloud_stays_none(robot):
    message = encode_observation(make_observation(robot.joint_names), robot, NOW_NS)
    assert decode_observation(message, NOW_NS).cloud is None


def test_a_part_of_a_picture_is_sent_as_a_picture(robot):
    plain = make_observation(robot.joint_names)
    part = replace(plain.frames[0], image=plain.frames[0].image[1:4, 2:6])
    message = encode_observation(replace(plain, frames=(part, plain.frames[1])), robot, NOW_NS)
    assert (message.images[0].width, message.images[0].height) == (4, 3)
    assert (decode_observation(message, NOW_NS).frames[0].image == part.image).all()


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
