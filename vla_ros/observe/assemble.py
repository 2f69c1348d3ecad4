# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hop 3: one time-aligned observation, or an error that names what is missing; never zeros."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from vla_ros.errors import ObservationError
from vla_ros.observe.buffer import ArmSample, SampleBuffer, Stamped
from vla_ros.types import CameraFrame, DepthFrame, Observation, PointCloud

_FUTURE_NS = 50_000_000  # Clocks of two computers may differ by this much.

_Sample = TypeVar("_Sample", bound=Stamped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Generic[_Sample]):
    """A buffer, and what messages have to say about where its samples come from.

    Attributes:
        buffer: The newest samples.
        what: What a sample is: `image` or `state`.
        topic: Where they come from.
        max_age_ns: Largest age of the newest sample.
        limit: Name of the profile's key that sets `max_age_ns`.
    """

    buffer: SampleBuffer[_Sample]
    what: str
    topic: str
    max_age_ns: int
    limit: str


class History(Protocol):
    """Earlier pictures of one camera."""

    @property
    def frames(self) -> int:
        """How many, beside the newest."""

    @property
    def spacing_s(self) -> float:
        """Time between them [s]."""


def assemble(
    cameras: Sequence[Stream[CameraFrame]],
    frozen: Sequence[bool],
    arm: Stream[ArmSample],
    *,
    max_skew_ns: int,
    now_ns: int,
    depths: Sequence[Stream[DepthFrame]] = (),
    cloud: Stream[PointCloud] | None = None,
    past: Mapping[str, History] = MappingProxyType({}),
) -> Observation:
    """Return the newest observation whose parts belong together.

    The reference instant is the oldest of the cameras' newest images; every camera gives the
    frame closest to it, and the arm the state closest to it.

    Args:
        cameras: The cameras of the policy, in its order; frames resized for it.
        frozen: For each camera, whether it repeats itself.
        arm: States of arm and gripper.
        max_skew_ns: Largest distance of any part from the reference instant.
        now_ns: Node clock [ns].
        depths: Depth images of the policy, in its order; resized for it.
        cloud: Point clouds, with as many points as the policy wants; None if it wants none.
        past: What history is wanted, by camera.

    Raises:
        ObservationError: A stream is missing, too old, from the future, out of step, or too
            short for its history; the message names it, its age, the limit, and a command to
            look at it.
    """
    newest_ns = [check_age(camera, now_ns).stamp_ns for camera in cameras]
    check_age(arm, now_ns)
    stamp_ns = min(newest_ns)
    for depth in depths:
        check_age(depth, now_ns)
    if cloud is not None:
        check_age(cloud, now_ns)
    sample = _nearest(arm, stamp_ns, max_skew_ns)
    frames = tuple(_nearest(camera, stamp_ns, max_skew_ns) for camera in cameras)
    return Observation(
        stamp_ns=stamp_ns,
        frames=frames,
        frozen=tuple(frozen),
        joints=sample.joints,
        gripper=sample.gripper,
        history=tuple(
            earlier
            for camera, frame in zip(cameras, frames, strict=True)
            if frame.camera in past
            for earlier in _earlier(camera, frame, past[frame.camera])
        ),
        depths=tuple(_nearest(depth, stamp_ns, max_skew_ns) for depth in depths),
        cloud=None if cloud is None else _nearest(cloud, stamp_ns, max_skew_ns),
    )


def check_age(stream: Stream[_Sample], now_ns: int) -> _Sample:
    """Return the newest sample of a stream.

    Raises:
        ObservationError: There is none, or it is too old or from the future.
    """
    name, newest = stream.buffer.name, stream.buffer.newest
    if newest is None:
        raise ObservationError(
            f"{name}: no {stream.what} has arrived yet. Check: ros2 topic hz {stream.topic}"
        )
    age_ns = now_ns - newest.stamp_ns
    if -_FUTURE_NS <= age_ns <= stream.max_age_ns:
        return newest
    if age_ns < 0:
        raise ObservationError(
            f"{name}: newest {stream.what} is stamped {_ms(-age_ns)} in the future, limit "
            f"{_ms(_FUTURE_NS)}. Synchronise the clocks. Check: ros2 topic delay {stream.topic}"
        )
    silent = now_ns - newest.arrival_ns > stream.max_age_ns
    advice = f"hz {stream.topic}" if silent else f"delay {stream.topic} (old stamps keep arriving)"
    raise ObservationError(
        f"{name}: newest {stream.what} is {_ms(age_ns)} old, limit {_ms(stream.max_age_ns)} "
        f"({stream.limit} in the robot profile). Check: ros2 topic {advice}"
    )


def _nearest(stream: Stream[_Sample], stamp_ns: int, max_skew_ns: int) -> _Sample:
    sample = stream.buffer.nearest(stamp_ns)
    skew_ns = None if sample is None else sample.stamp_ns - stamp_ns
    if sample is None or skew_ns is None or not abs(skew_ns) <= max_skew_ns:
        distance = "missing" if skew_ns is None else f"{_ms(skew_ns)} away"
        raise ObservationError(
            f"{stream.buffer.name}: the {stream.what} closest to the reference instant is "
            f"{distance}, limit {_ms(max_skew_ns)} (thresholds.image_max_skew_s in the robot "
            f"profile). Check: ros2 topic delay {stream.topic}"
        )
    return sample


def _earlier(
    stream: Stream[CameraFrame], newest: CameraFrame, wanted: History
) -> Iterator[CameraFrame]:
    """Yield the frames that were taken so much before the newest one; never one of them twice."""
    spacing_ns = round(wanted.spacing_s * 1e9)
    for k in range(1, wanted.frames + 1):
        due_ns = newest.stamp_ns - k * spacing_ns
        frame = stream.buffer.nearest(due_ns)
        if frame is None or not abs(frame.stamp_ns - due_ns) < spacing_ns / 2:
            raise ObservationError(
                f"{stream.buffer.name}: has no {stream.what} from {_ms(k * spacing_ns)} before "
                f"the newest (history of the policy profile: {wanted.frames} frames, "
                f"{wanted.spacing_s:g} s apart). It has been heard for too short a time, or is "
                f"too slow. Check: ros2 topic hz {stream.topic}"
            )
        yield frame


def _ms(time_ns: int) -> str:
    return f"{time_ns * 1e-6:.0f} ms"
