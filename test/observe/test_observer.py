# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.errors import ConfigError, ObservationError
from vla_ros.observe.observer import Observer
from vla_ros.policy.spec import ImageSpec
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import CameraFrame, FloatArray, JointSample

MS = 1_000_000


def view(camera: str) -> ImageSpec:
    return ImageSpec(key=camera, camera=camera, width=32, height=32, letterbox=True)


@pytest.fixture(scope="module")
def robot() -> RobotProfile:
    """Return the simulated arm."""
    return load_robot_profile("sim_arm")


@pytest.fixture
def observer(robot: RobotProfile) -> Observer:
    """Return an observer of both cameras that has seen nothing."""
    return Observer(robot, (view("front"), view("wrist")))


def frame(camera: str, stamp_ms: int, seed: int | None = None) -> CameraFrame:
    rng = np.random.default_rng(stamp_ms if seed is None else seed)
    image = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    return CameraFrame(
        camera=camera, stamp_ns=stamp_ms * MS, arrival_ns=(stamp_ms + 4) * MS, image=image
    )


def state(
    robot: RobotProfile, stamp_ms: int, joint1: float = 0.0, velocity: FloatArray | None = None
) -> tuple[JointSample, float]:
    """Return a state of the arm, and the finger half open."""
    arm = JointSample(
        names=robot.joint_names,
        stamp_ns=stamp_ms * MS,
        arrival_ns=(stamp_ms + 1) * MS,
        position=np.array([joint1, 0.0, 0.0, 0.0, 0.0, 0.0]),
        velocity=velocity,
    )
    return arm, 0.021


def test_an_observation_is_due_when_every_camera_has_a_new_image(
    observer: Observer, robot: RobotProfile
) -> None:
    observer.add_state(*state(robot, 1000))
    observer.add_frame(frame("front", 1000))
    assert not observer.due
    observer.add_frame(frame("wrist", 1001))
    assert observer.due
    observation = observer.observe(1010 * MS)
    assert not observer.due
    assert [f.camera for f in observation.frames] == ["front", "wrist"]
    assert observation.frames[0].image.shape == (32, 32, 3)
    observer.add_frame(frame("front", 1033))
    assert not observer.due
    observer.add_frame(frame("wrist", 1034))
    assert observer.due


def test_the_gripper_is_told_as_opening_and_is_no_arm_joint(
    observer: Observer, robot: RobotProfile
) -> None:
    observer.add_state(*state(robot, 1000, velocity=np.full(6, 0.25)))
    for camera in ("front", "wrist"):
        observer.add_frame(frame(camera, 1000))
    observation = observer.observe(1010 * MS)
    assert observation.gripper == pytest.approx(0.5)
    assert observation.joints.names == robot.joint_names
    assert observation.joints.velocity is not None
    assert observation.joints.velocity.shape == (6,)


def test_an_observation_that_failed_stays_due(observer: Observer, robot: RobotProfile) -> None:
    for camera in ("front", "wrist"):
        observer.add_frame(frame(camera, 1000))
    with pytest.raises(ObservationError, match="no state has arrived yet"):
        observer.observe(1010 * MS)
    observer.add_state(*state(robot, 1000))
    assert observer.due


@pytest.mark.parametrize("with_velocity", [True, False])
def test_a_camera_that_repeats_itself_while_the_arm_moves_is_flagged(
    observer: Observer, robot: RobotProfile, with_velocity: bool
) -> None:
    velocity = np.full(6, 0.2) if with_velocity else None
    for stamp in range(1000, 1700, 50):
        observer.add_state(*state(robot, stamp, joint1=0.2 * stamp / 1000, velocity=velocity))
        observer.add_frame(frame("front", stamp, seed=0))
        observer.add_frame(frame("wrist", stamp))
    observation = observer.observe(1660 * MS)
    assert observation.frozen == (True, False)
    assert [report.frozen for report, _ in observer.reports(1660 * MS)] == [True, False, False]


def test_a_clock_set_back_begins_anew(observer: Observer, robot: RobotProfile) -> None:
    for stamp in (9000, 2000):
        observer.add_state(*state(robot, stamp))
        for camera in ("front", "wrist"):
            observer.add_frame(frame(camera, stamp))
        assert observer.due
        assert observer.observe((stamp + 10) * MS).stamp_ns == stamp * MS


def test_reports_name_what_is_wrong_with_each_stream(
    observer: Observer, robot: RobotProfile
) -> None:
    observer.add_frame(frame("front", 1000))
    observer.add_state(*state(robot, 1000))
    complaints = {report.name: text for report, text in observer.reports(1100 * MS)}
    assert complaints["camera 'front'"] == ""
    assert "no image has arrived yet" in complaints["camera 'wrist'"]
    assert complaints["joint state"] == ""


def test_a_camera_that_the_robot_lacks_is_named(robot: RobotProfile) -> None:
    with pytest.raises(ConfigError, match=r"robot 'sim_arm' has no camera 'left'\. It has: front"):
        Observer(robot, (view("left"),))
