# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Collects the streams one policy needs of one robot, and says when an observation is due."""

import math
from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np

from vla_ros.errors import ObservationError
from vla_ros.observe.assemble import Stream, assemble, check_age
from vla_ros.observe.buffer import ArmSample, Arrival, SampleBuffer, Stamped, StreamReport
from vla_ros.observe.frozen import FrozenDetector
from vla_ros.observe.image import fit_image
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import CameraFrame, JointSample, Observation

_FRAMES = 8
_STATES = 256  # Half a second at 500 Hz: further back than the oldest usable image.
_SPEED_SPAN_NS = 100_000_000


_Sample = TypeVar("_Sample", bound=Stamped)


class View(Protocol):
    """How a policy wants to see one camera; an image of a policy profile is one."""

    @property
    def camera(self) -> str:
        """Name of the camera in the robot profile."""

    @property
    def width(self) -> int:
        """Wanted [pixels]."""

    @property
    def height(self) -> int:
        """Wanted [pixels]."""

    @property
    def letterbox(self) -> bool:
        """Keep the aspect ratio and pad with black; otherwise stretch."""


class Observer:
    """Everything perceived and not yet published. Not for two threads at once.

    Attributes:
        cameras: The cameras that the policy sees.
        detectors: Tell of each whether it repeats itself.
        arm: The joint states.

    Args:
        robot: The robot.
        views: What the policy sees, in its order.

    Raises:
        ConfigError: The robot has no such camera.
    """

    def __init__(self, robot: RobotProfile, views: Sequence[View]) -> None:
        thresholds = robot.thresholds
        self._gripper = robot.gripper
        self._views = {view.camera: view for view in views}
        self._max_skew_ns = round(thresholds.image_max_skew_s * 1e9)
        self._published_ns: dict[str, int] = {}
        self.cameras: dict[str, Stream[CameraFrame]] = {
            view.camera: Stream(
                buffer=SampleBuffer(f"camera '{view.camera}'", _FRAMES),
                what="image",
                topic=robot.camera(view.camera).topic,
                max_age_ns=round(thresholds.image_max_age_s * 1e9),
                limit="thresholds.image_max_age_s",
            )
            for view in views
        }
        self.detectors = {
            view.camera: FrozenDetector(thresholds.camera_frozen_s) for view in views
        }
        self.arm: Stream[ArmSample] = Stream(
            buffer=SampleBuffer("joint state", _STATES),
            what="state",
            topic=robot.state_topic,
            max_age_ns=round(thresholds.joint_state_lost_s * 1e9),
            limit="thresholds.joint_state_lost_s",
        )

    def add_frame(self, frame: CameraFrame) -> Arrival:
        """Take a camera frame as it was decoded; it is resized here."""
        view = self._views[frame.camera]
        self.detectors[frame.camera].see(frame, self._speed_rad_s())
        image = fit_image(frame.image, view.width, view.height, letterbox=view.letterbox)
        fitted = CameraFrame(
            camera=frame.camera,
            stamp_ns=frame.stamp_ns,
            arrival_ns=frame.arrival_ns,
            image=image,
        )
        arrival = self.cameras[frame.camera].buffer.add(fitted)
        if arrival is Arrival.RESTARTED:
            self._published_ns.clear()
        return arrival

    def add_state(self, arm: JointSample, gripper: float) -> Arrival:
        """Take a state of the arm joints, and the position of the gripper's joint in its unit."""
        opening = self._gripper.opening_of(gripper)
        return self.arm.buffer.add(ArmSample(joints=arm, gripper=opening))

    @property
    def due(self) -> bool:
        """True if every camera has a newer frame than the one last published."""
        for name, stream in self.cameras.items():
            newest = stream.buffer.newest
            if newest is None or newest.stamp_ns <= self._published_ns.get(name, 0):
                return False
        return True

    def observe(self, now_ns: int) -> Observation:
        """Return the newest observation, which then is no longer due.

        Raises:
            ObservationError: There is none to be trusted; see `assemble`.
        """
        observation = assemble(
            tuple(self.cameras.values()),
            tuple(detector.frozen for detector in self.detectors.values()),
            self.arm,
            max_skew_ns=self._max_skew_ns,
            now_ns=now_ns,
        )
        self._published_ns = {frame.camera: frame.stamp_ns for frame in observation.frames}
        return observation

    def reports(self, now_ns: int) -> tuple[tuple[StreamReport, str], ...]:
        """Return how each stream does, and what is wrong with it in words (empty: nothing)."""
        lines = [
            (
                stream.buffer.report(now_ns, frozen=self.detectors[name].frozen),
                _complaint(stream, now_ns),
            )
            for name, stream in self.cameras.items()
        ]
        return (*lines, (self.arm.buffer.report(now_ns), _complaint(self.arm, now_ns)))

    def _speed_rad_s(self) -> float:
        """Return the speed of the fastest joint now; NaN before the first two states."""
        newest = self.arm.buffer.newest
        if newest is None:
            return math.nan
        if newest.joints.velocity is not None:
            return float(np.abs(newest.joints.velocity).max())
        earlier = self.arm.buffer.nearest(newest.stamp_ns - _SPEED_SPAN_NS)
        if earlier is None or earlier is newest:
            return math.nan
        moved = np.abs(newest.joints.position - earlier.joints.position).max()
        return float(moved) * 1e9 / (newest.stamp_ns - earlier.stamp_ns)


def _complaint(stream: Stream[_Sample], now_ns: int) -> str:
    try:
        check_age(stream, now_ns)
    except ObservationError as e:
        return str(e)
    return ""
