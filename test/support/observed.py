# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an observer is given in tests."""

import numpy as np

from vla_ros.policy.images import ImageSpec
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import CameraFrame, DepthFrame, FloatArray, JointSample

MS = 1_000_000


def view(camera: str) -> ImageSpec:
    return ImageSpec(key=camera, camera=camera, width=32, height=32, letterbox=True)


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


def changed(robot: RobotProfile, **changes: object) -> RobotProfile:
    """Return the robot with another front camera."""
    front, wrist = robot.cameras
    return robot.model_copy(update={"cameras": (front.model_copy(update=changes), wrist)})


def deep(stamp_ms: int, metres: float = 1.5) -> DepthFrame:
    return DepthFrame(
        camera="front",
        stamp_ns=stamp_ms * MS,
        arrival_ns=(stamp_ms + 4) * MS,
        depth_m=np.full((48, 64), metres, np.float32),
    )
