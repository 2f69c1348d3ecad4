# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The values that cross a hop between a camera image and a joint command.

All are frozen; arrays are read-only and checked once, on construction. Units are SI
(radians, metres, seconds); time is an ``int`` of nanoseconds on the node clock.
"""

import math
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ImageArray = NDArray[np.uint8]
DepthArray = NDArray[np.float32]


def _frozen(array: NDArray[np.generic], name: str, shape: tuple[int | None, ...]) -> None:
    """Check a shape (None is any length) and forbid writing."""
    wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
    if array.ndim != len(shape) or any(
        n is not None and n != got for n, got in zip(shape, array.shape, strict=True)
    ):
        raise ValueError(f"{name} has shape {array.shape}, wanted {wanted}")
    array.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinhole:
    """A camera without distortion: where its image shows a direction.

    Attributes:
        focal: In x and y [pixels].
        center: Where the optical axis is; whole numbers are middles of pixels [pixels].
    """

    focal: tuple[float, float]
    center: tuple[float, float]

    def __post_init__(self) -> None:
        near = all(map(math.isfinite, self.center))
        if not (near and all(0.0 < length < math.inf for length in self.focal)):
            raise ValueError(f"focal {self.focal}, center {self.center}, wanted finite, focal > 0")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CameraFrame:
    """One decoded camera image.

    Attributes:
        camera: Name of the camera in the robot profile.
        stamp_ns: When the image was taken (header stamp), node clock.
        arrival_ns: When it reached us, node clock.
        image: RGB, uint8, shape (H, W, 3), read-only.
        pinhole: Of the image if it was undistorted; None otherwise.
    """

    camera: str
    stamp_ns: int
    arrival_ns: int
    image: ImageArray
    pinhole: Pinhole | None = None

    def __post_init__(self) -> None:
        if self.image.dtype != np.uint8:
            raise ValueError(f"image of '{self.camera}' is {self.image.dtype}, wanted uint8")
        _frozen(self.image, f"image of '{self.camera}'", (None, None, 3))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DepthFrame:
    """One decoded depth image.

    Attributes:
        camera: Name of the camera in the robot profile.
        stamp_ns: When it was taken (header stamp), node clock.
        arrival_ns: When it reached us, node clock.
        depth_m: Along the optical axis [m]; NaN where nothing was measured, never zero. float32,
            shape (H, W), read-only.
        pinhole: Of the image if it was undistorted; None otherwise.
    """

    camera: str
    stamp_ns: int
    arrival_ns: int
    depth_m: DepthArray
    pinhole: Pinhole | None = None

    def __post_init__(self) -> None:
        if self.depth_m.dtype != np.float32:
            raise ValueError(f"depth of '{self.camera}' is {self.depth_m.dtype}, wanted float32")
        _frozen(self.depth_m, f"depth of '{self.camera}'", (None, None))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointCloud:
    """Points that a depth sensor saw.

    Attributes:
        frame: Of the points: the sensor's frame.
        stamp_ns: When they were measured (header stamp), node clock.
        arrival_ns: When they reached us, node clock.
        points_m: x, y, z [m], all finite. float32, shape (N, 3), read-only.
        rgb: Their colours, uint8, shape (N, 3), read-only; None if nobody asked for them.
    """

    frame: str
    stamp_ns: int
    arrival_ns: int
    points_m: NDArray[np.float32]
    rgb: ImageArray | None = None

    def __post_init__(self) -> None:
        _frozen(self.points_m, "points_m", (None, 3))
        if self.points_m.dtype != np.float32 or not np.isfinite(self.points_m).all():
            raise ValueError(f"points_m is {self.points_m.dtype}, wanted float32, all finite")
        if self.rgb is not None:
            _frozen(self.rgb, "rgb", (len(self.points_m), 3))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointSample:
    """One measured joint state.

    Attributes:
        names: Joint names, in the order of the arrays.
        stamp_ns: When it was measured (header stamp), node clock.
        arrival_ns: When it reached us, node clock.
        position: [rad] or [m] for prismatic joints. Shape (J,), read-only.
        velocity: [rad/s] or [m/s]. Shape (J,), read-only; None if the driver sends none.
    """

    names: tuple[str, ...]
    stamp_ns: int
    arrival_ns: int
    position: FloatArray
    velocity: FloatArray | None = None

    def __post_init__(self) -> None:
        _frozen(self.position, "position", (len(self.names),))
        if self.velocity is not None:
            _frozen(self.velocity, "velocity", (len(self.names),))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observation:
    """Everything a policy sees at one instant, aligned by header stamps.

    Attributes:
        stamp_ns: The reference instant: the oldest of the newest images, node clock.
        frames: One frame per camera of the policy, resized for it, in the profile's order.
        frozen: For each frame, True if its camera repeats itself (see `observe/buffer.py`).
        joints: Arm joints in the robot profile's order, measured closest to `stamp_ns`.
        gripper: Measured opening: 0 is closed, 1 is open.
        history: Earlier frames of the cameras whose image asks for them, camera by camera, the
            newest first.
        depths: Depth images of the cameras whose image asks for them.
        cloud: The point cloud, if the policy profile asks for one.
        hop_ms: Time spent per hop so far, by hop name [ms]; see `timing/hops.py`.
    """

    stamp_ns: int
    frames: tuple[CameraFrame, ...]
    frozen: tuple[bool, ...]
    joints: JointSample
    gripper: float
    history: tuple[CameraFrame, ...] = ()
    depths: tuple[DepthFrame, ...] = ()
    cloud: PointCloud | None = None
    hop_ms: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if len(self.frozen) != len(self.frames):
            raise ValueError(f"{len(self.frozen)} frozen flags for {len(self.frames)} frames")
        if not math.isfinite(self.gripper):
            raise ValueError(f"gripper opening is {self.gripper}, wanted a finite number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaze:
    """Where in one camera's image a policy looks, as fractions of width and height.

    Both places count from the upper left corner, 0 to 1.

    Attributes:
        camera: Name of the camera in the robot profile.
        object_uv: Where it sees what is to be moved.
        goal_uv: Where it sees the place that it shall come to.
    """

    camera: str
    object_uv: tuple[float, float]
    goal_uv: tuple[float, float]

    def __post_init__(self) -> None:
        for label in ("object_uv", "goal_uv"):
            place = getattr(self, label)
            if len(place) != 2 or not all(0.0 <= x <= 1.0 for x in place):
                raise ValueError(
                    f"{label} in '{self.camera}' is {place}, wanted two fractions, 0 to 1"
                )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolicyOutput:
    """What a policy answers, in its own action space and already un-normalised.

    Attributes:
        rows: Actions without the gripper, in the policy profile's action space. Shape (T, D).
        gripper: Wanted per row, in the profile's form (`action.gripper`). Shape (T,).
        confidence: 0..1, NaN if the policy has none.
        progress: Fraction of the task done, 0..1, NaN if the policy has none.
        done_probability: Probability that the task is finished, NaN if the policy has none.
        grounded_probability: Probability that the instruction can be carried out in what the
            policy sees, 0..1, NaN if the policy has no such output.
        gaze: Where it looks, for each camera at most once; empty if the policy does not say.
    """

    rows: FloatArray
    gripper: FloatArray
    confidence: float = math.nan
    progress: float = math.nan
    done_probability: float = math.nan
    grounded_probability: float = math.nan
    gaze: tuple[Gaze, ...] = ()

    def __post_init__(self) -> None:
        _frozen(self.rows, "rows", (None, None))
        _frozen(self.gripper, "gripper", (len(self.rows),))
        grounded = self.grounded_probability
        if not (0.0 <= grounded <= 1.0 or math.isnan(grounded)):
            raise ValueError(f"grounded_probability is {grounded}, wanted 0 to 1, or NaN for none")
        cameras = [each.camera for each in self.gaze]
        if len(set(cameras)) != len(cameras):
            raise ValueError(f"gaze names a camera twice: {', '.join(cameras)}")


class Joining(Enum):
    """How a chunk takes over from the motion that runs when it arrives; see `chunk/join.py`.

    `hold_and_switch` holds on to the running plan and changes over in the shortest time;
    `cross_fade` fades from one path to the other; `temporal_ensembling` averages all chunks that
    have a row for the instant; `offset_alignment` begins the new path where the running one is and
    lets the difference fade out; `real_time_chunking` keeps the row that runs and trusts the new
    path more with every row after it.
    """

    HOLD_AND_SWITCH = "hold_and_switch"
    CROSS_FADE = "cross_fade"
    TEMPORAL_ENSEMBLING = "temporal_ensembling"
    OFFSET_ALIGNMENT = "offset_alignment"
    REAL_TIME_CHUNKING = "real_time_chunking"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActionChunk:
    """Joint targets the policy wants, evenly spaced in time.

    A chunk without rows and with `last` set ends its goal.

    Attributes:
        goal_id: The goal it belongs to (UUID as 32 hex digits).
        session: Random number of the inference process; a restart changes it.
        epoch: Arming epoch of the gate this chunk was made for.
        sequence: Counts up by one within a session.
        last: No chunk of this goal follows.
        observed_ns: Stamp of the observation this answers, node clock.
        first_ns: When row 0 is due, node clock.
        step_ns: Time between rows.
        joint_names: Arm joints, in column order.
        position_rad: Absolute targets [rad] ([m] for prismatic joints). Shape (T, J), read-only.
        gripper: Opening wanted per row: 0 closed, 1 open. Shape (T,), read-only.
        confidence: 0..1, NaN if the policy has none.
        progress: Fraction of the task done, 0..1, NaN if the policy has none.
        done_probability: NaN if the policy has none.
        grounded_probability: As in `PolicyOutput`.
        gaze: As in `PolicyOutput`.
        camera_frozen: True if a camera behind the observation repeated itself.
        speed_scale: Speed along the path that the goal asked for, 0 < s <= 1.
        cartesian: The policy thinks in tool poses, so that singularities of the arm matter.
        joining: How it takes over from the running plan; None for a way not known here.
        hop_ms: Time spent per hop so far, by hop name [ms]; see `timing/hops.py`.
    """

    goal_id: str
    session: int
    epoch: int
    sequence: int
    last: bool
    observed_ns: int
    first_ns: int
    step_ns: int
    joint_names: tuple[str, ...]
    position_rad: FloatArray
    gripper: FloatArray
    confidence: float = math.nan
    progress: float = math.nan
    done_probability: float = math.nan
    grounded_probability: float = math.nan
    gaze: tuple[Gaze, ...] = ()
    camera_frozen: bool = False
    speed_scale: float = 1.0
    cartesian: bool = False
    joining: Joining | None = Joining.CROSS_FADE
    hop_ms: tuple[tuple[str, float], ...] = field(default=())

    def __post_init__(self) -> None:
        """Make the arrays read-only; their content is the gate's to judge, so no check here."""
        self.position_rad.setflags(write=False)
        self.gripper.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointCommand:
    """One command for the arm, proved by the gate.

    Attributes:
        stamp_ns: When it applies, node clock.
        names: Arm joints, in command order.
        position: [rad] ([m] for prismatic joints). Shape (J,), read-only.
        velocity: [rad/s] ([m/s]). Shape (J,), read-only.
        acceleration: [rad/s^2] ([m/s^2]). Shape (J,), read-only.
        gripper: Opening wanted: 0 closed, 1 open; None leaves the gripper as it is.
    """

    stamp_ns: int
    names: tuple[str, ...]
    position: FloatArray
    velocity: FloatArray
    acceleration: FloatArray
    gripper: float | None

    def __post_init__(self) -> None:
        for label in ("position", "velocity", "acceleration"):
            _frozen(getattr(self, label), label, (len(self.names),))
