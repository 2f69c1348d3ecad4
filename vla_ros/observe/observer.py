# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Collects the streams one policy needs of one robot, and says when an observation is due."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from vla_ros.errors import ConfigError, ObservationError
from vla_ros.observe.assemble import Stream, assemble, check_age
from vla_ros.observe.buffer import ArmSample, Arrival, SampleBuffer, Stamped, StreamReport
from vla_ros.observe.fitting import View, make_fitting
from vla_ros.observe.frozen import FrozenDetector
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import (
    CameraFrame,
    DepthFrame,
    JointSample,
    Observation,
    Pinhole,
    PointCloud,
)
from vla_ros.view.camera import Lens, info_topic_of

_FASTEST_HZ = 120.0  # Of a camera.
_FASTEST_STATES_HZ = 1000.0
_LEAST_STATES_S = 0.5  # Enough for a speed, also of slow joint states.
_SLACK_S = 0.1  # Stamps may be a little in the future.
_RATE_SHARE = 0.75
_SPEED_SPAN_NS = 100_000_000
_CLOUD = "point cloud"  # Among the cameras of which is noted what was published.


_Sample = TypeVar("_Sample", bound=Stamped)


class Observer:
    """Everything perceived and not yet published. Not for two threads at once.

    Attributes:
        cameras: The cameras that the policy sees.
        depths: The depth images of those of them that it wants depth of.
        cloud: The point clouds, if the policy wants them.
        detectors: Tell of each camera whether its pictures repeat themselves.
        arm: The joint states.

    Args:
        robot: The robot.
        views: What the policy sees, in its order.
        cloud: Name of the point cloud that it sees; None for none.

    Raises:
        ConfigError: The robot has no such camera or point cloud, or the camera no depth.
    """

    def __init__(
        self, robot: RobotProfile, views: Sequence[View], cloud: str | None = None
    ) -> None:
        thresholds = robot.thresholds
        self._gripper = robot.gripper
        self._views = {view.camera: view for view in views}
        self._max_skew_ns = round(thresholds.image_max_skew_s * 1e9)
        # The oldest camera tells the time of an observation: so far back is looked in the others.
        span_s = thresholds.image_max_age_s + thresholds.image_max_skew_s + _SLACK_S
        self._published_ns: dict[str, int] = {}
        self.cameras: dict[str, Stream[CameraFrame]] = {
            view.camera: Stream(
                buffer=SampleBuffer(
                    f"camera '{view.camera}'",
                    span_s=span_s + _history_s(view),
                    fastest_hz=_FASTEST_HZ,
                ),
                what="image",
                topic=robot.camera(view.camera).topic,
                max_age_ns=round(thresholds.image_max_age_s * 1e9),
                limit="thresholds.image_max_age_s",
            )
            for view in views
        }
        self._fittings = {
            view.camera: make_fitting(view, info_topic_of(robot.camera(view.camera).topic))
            for view in views
        }
        self._offsets_ns = {
            view.camera: round(robot.camera(view.camera).stamp_offset_s * 1e9) for view in views
        }
        self._sizes = {view.camera: robot.camera(view.camera).size for view in views}
        self._rates_hz = {view.camera: robot.camera(view.camera).rate_hz for view in views}
        self.depths: dict[str, Stream[DepthFrame]] = {
            view.camera: Stream(
                buffer=SampleBuffer(
                    f"depth of camera '{view.camera}'", span_s=span_s, fastest_hz=_FASTEST_HZ
                ),
                what="depth image",
                topic=_depth_topic(robot, view.camera),
                max_age_ns=round(thresholds.image_max_age_s * 1e9),
                limit="thresholds.image_max_age_s",
            )
            for view in views
            if view.depth
        }
        self.cloud: Stream[PointCloud] | None = None
        if cloud is not None:
            self.cloud = Stream(
                buffer=SampleBuffer(
                    f"point cloud '{cloud}'", span_s=span_s, fastest_hz=_FASTEST_HZ
                ),
                what="cloud",
                topic=robot.point_cloud(cloud).topic,
                max_age_ns=round(thresholds.image_max_age_s * 1e9),
                limit="thresholds.image_max_age_s",
            )
        self.detectors = {
            view.camera: FrozenDetector(thresholds.camera_frozen_s) for view in views
        }
        self._depth_detectors = {
            name: FrozenDetector(thresholds.camera_frozen_s) for name in self.depths
        }
        self.arm: Stream[ArmSample] = Stream(
            buffer=SampleBuffer(
                "joint state",
                span_s=max(span_s, _LEAST_STATES_S),
                fastest_hz=_FASTEST_STATES_HZ,
            ),
            what="state",
            topic=robot.state_topic,
            max_age_ns=round(thresholds.joint_state_lost_s * 1e9),
            limit="thresholds.joint_state_lost_s",
        )

    def add_frame(self, frame: CameraFrame) -> Arrival:
        """Take a camera frame as it was decoded; it is cut and resized here.

        Raises:
            ObservationError: It has another size than the robot profile says, or nobody knows yet
                how to make of it what the policy wants to see; see `Fitting`.
        """
        _check_size(frame, self._sizes[frame.camera])
        image = self._fittings[frame.camera].fit(frame.image)
        self.detectors[frame.camera].see(frame, self._speed_rad_s())
        fitted = CameraFrame(
            camera=frame.camera,
            stamp_ns=frame.stamp_ns + self._offsets_ns[frame.camera],
            arrival_ns=frame.arrival_ns,
            image=image,
            pinhole=self._pinhole(frame.camera),
        )
        arrival = self.cameras[frame.camera].buffer.add(fitted)
        if arrival is Arrival.RESTARTED:
            self._published_ns.clear()
        return arrival

    @property
    def measured_cameras(self) -> tuple[str, ...]:
        """Cameras whose CameraInfo is needed."""
        return tuple(name for name, fitting in self._fittings.items() if fitting.needs_lens)

    def add_lens(self, camera: str, lens: Lens | None) -> None:
        """Take what a camera's CameraInfo says of its lens; None if that is no use."""
        self._fittings[camera].add_lens(lens)

    def add_depth(self, frame: DepthFrame) -> Arrival:
        """Take a depth image as it was decoded; it is cut and resized as the camera's picture.

        It may have another size than that: many cameras measure depth more coarsely.

        Raises:
            ObservationError: Nobody knows yet how to make of it what the policy wants to see; see
                `Fitting`.
        """
        depth_m = self._fittings[frame.camera].fit_depth(frame.depth_m)
        self._depth_detectors[frame.camera].see(frame, self._speed_rad_s())
        fitted = DepthFrame(
            camera=frame.camera,
            stamp_ns=frame.stamp_ns + self._offsets_ns[frame.camera],
            arrival_ns=frame.arrival_ns,
            depth_m=depth_m,
            pinhole=self._pinhole(frame.camera),
        )
        return self.depths[frame.camera].buffer.add(fitted)

    def _pinhole(self, camera: str) -> Pinhole | None:
        lens = self._fittings[camera].pinhole
        return None if lens is None else Pinhole(focal=lens.focal, center=lens.center)

    def add_cloud(self, cloud: PointCloud) -> Arrival:
        """Take the point cloud that the policy wants, with as many points as it wants."""
        if self.cloud is None:
            raise ValueError("a point cloud came, and the policy wants none")
        return self.cloud.buffer.add(cloud)

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
        for name, depths in self.depths.items():
            deep = depths.buffer.newest
            if deep is None or deep.stamp_ns <= self._published_ns.get(_depth_of(name), 0):
                return False
        if self.cloud is not None:
            points = self.cloud.buffer.newest
            return points is not None and points.stamp_ns > self._published_ns.get(_CLOUD, 0)
        return True

    def observe(self, now_ns: int) -> Observation:
        """Return the newest observation, which then is no longer due.

        Raises:
            ObservationError: There is none to be trusted; see `assemble`.
        """
        observation = assemble(
            tuple(self.cameras.values()),
            tuple(self._is_frozen(camera) for camera in self.cameras),
            self.arm,
            max_skew_ns=self._max_skew_ns,
            now_ns=now_ns,
            depths=tuple(self.depths.values()),
            cloud=self.cloud,
            past={name: view.history for name, view in self._views.items() if view.history},
        )
        self._published_ns = {frame.camera: frame.stamp_ns for frame in observation.frames} | {
            _depth_of(deep.camera): deep.stamp_ns for deep in observation.depths
        }
        if observation.cloud is not None:
            self._published_ns[_CLOUD] = observation.cloud.stamp_ns
        return observation

    def reports(self, now_ns: int) -> tuple[tuple[StreamReport, str], ...]:
        """Return how each stream does, and what is wrong with it in words (empty: nothing)."""
        lines = [
            (
                stream.buffer.report(now_ns, frozen=self.detectors[name].frozen),
                _complaint(stream, now_ns)
                or _complaint_of_rate(stream, self._rates_hz[name], now_ns),
            )
            for name, stream in self.cameras.items()
        ]
        deep = [
            (
                stream.buffer.report(now_ns, frozen=self._depth_detectors[name].frozen),
                _complaint(stream, now_ns),
            )
            for name, stream in self.depths.items()
        ]
        if self.cloud is not None:
            deep.append((self.cloud.buffer.report(now_ns), _complaint(self.cloud, now_ns)))
        return (*lines, *deep, (self.arm.buffer.report(now_ns), _complaint(self.arm, now_ns)))

    def _is_frozen(self, camera: str) -> bool:
        """Tell whether its pictures or its depth images repeat themselves."""
        deep = self._depth_detectors.get(camera)
        return self.detectors[camera].frozen or (deep is not None and deep.frozen)

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


def _history_s(view: View) -> float:
    """Return how long before a picture the oldest one may be that comes with it [s]."""
    wanted = view.history
    return 0.0 if wanted is None else (wanted.frames + 0.5) * wanted.spacing_s


def _depth_of(camera: str) -> str:
    return f"depth of {camera}"


def _depth_topic(robot: RobotProfile, camera: str) -> str:
    topic = robot.camera(camera).depth_topic
    if topic is None:
        raise ConfigError(
            f"the policy wants the depth of camera '{camera}', and robot '{robot.name}' has none: "
            f"add depth_topic to it under 'cameras' in config/robots/{robot.name}.yaml"
        )
    return topic


def _check_size(frame: CameraFrame, size: tuple[int, int] | None) -> None:
    height, width = frame.image.shape[:2]
    if size is not None and (width, height) != size:
        raise ObservationError(
            f"camera '{frame.camera}': its picture has {width}x{height} pixels, wanted "
            f"{size[0]}x{size[1]} (size in the robot profile). Check the camera driver"
        )


def _complaint_of_rate(stream: Stream[CameraFrame], wanted_hz: float | None, now_ns: int) -> str:
    report = stream.buffer.report(now_ns)
    if wanted_hz is None or report.rate_hz == 0.0 or report.rate_hz >= _RATE_SHARE * wanted_hz:
        return ""
    return (
        f"{report.name}: pictures come at {report.rate_hz:.1f} Hz, wanted {wanted_hz:g} Hz, at "
        f"least {_RATE_SHARE * wanted_hz:g} Hz (rate_hz in the robot profile). Check: ros2 topic "
        f"hz {stream.topic}"
    )


def _complaint(stream: Stream[_Sample], now_ns: int) -> str:
    try:
        check_age(stream, now_ns)
    except ObservationError as e:
        return str(e)
    return ""
