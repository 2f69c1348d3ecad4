# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What was seen of a robot and its graph. Plain values, so that every check runs without ROS."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vla_ros.policy.admission import GateFacts
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A node that publishes on a topic, or listens to it.

    Attributes:
        node: Its full name; None while the middleware does not know it.
        kind: Type of the messages, for example sensor_msgs/msg/Image.
        objection: Why its quality of service does not fit the other side's; empty if it does.
    """

    node: str | None
    kind: str
    objection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What came on a topic while somebody listened.

    Attributes:
        topic: Its full name.
        kind: Type that is wanted.
        listened_s: For how long [s].
        publishers: Everybody who publishes there.
        elsewhere: Where messages of that type are published, if nobody publishes there.
        count: Messages that came.
        rate_hz: Messages per second; 0 before the second one.
        longest_gap_s: Longest time between two of them, the silence at the end counts [s].
        lag_s: Median of arrival less header.stamp [s]; NaN where nothing with a stamp came.
        stamps: How many different stamps they carried.
    """

    topic: str
    kind: str
    listened_s: float
    publishers: tuple[Endpoint, ...] = ()
    elsewhere: tuple[str, ...] = ()
    count: int = 0
    rate_hz: float = 0.0
    longest_gap_s: float = math.inf
    lag_s: float = math.nan
    stamps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraInfoSeen:
    """The newest CameraInfo beside a camera's images.

    Attributes:
        topic: Where it came.
        width: [pixels].
        height: [pixels].
        calibrated: It has a focal length.
        fault: Why what the lens distorts cannot be undone with it; empty if it can.
    """

    topic: str
    width: int
    height: int
    calibrated: bool
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSeen:
    """One camera.

    Attributes:
        name: In the robot profile.
        stream: Its images.
        width: Of the newest image [pixels]; 0 before the first, as `height`.
        height: [pixels].
        encoding: Of the newest image; for a compressed one its format.
        frame: Its frame_id.
        size_bytes: Of the newest message's pixels.
        objection: Why the newest image cannot be decoded; empty if it can.
        pictures: How many different pictures came.
        frozen: The pictures were already equal when the arm moved the last time.
        info: The CameraInfo; None if none came.
    """

    name: str
    stream: Stream
    width: int = 0
    height: int = 0
    encoding: str = ""
    frame: str = ""
    size_bytes: int = 0
    objection: str = ""
    pictures: int = 0
    frozen: bool = False
    info: CameraInfoSeen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSeen:
    """What a policy sees beside pictures: the depth of a camera, or a point cloud.

    Attributes:
        name: `depth.CAMERA` or `points.SENSOR`, as in the robot profile.
        stream: Its messages.
        objection: Why the newest one is no use for the policy; empty if it is.
    """

    name: str
    stream: Stream
    objection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointsSeen:
    """The joint states.

    Attributes:
        stream: The messages.
        layouts: Every different list of names that came, in the order of their coming.
        position: The newest position of each joint that came, by name, in the driver's unit.
        velocities: Most numbers in the velocity field of a message.
        speed_rad_s: Fastest speed of an arm joint, from its positions [rad/s].
    """

    stream: Stream
    layouts: tuple[tuple[str, ...], ...] = ()
    position: Mapping[str, float] = field(default_factory=dict)
    velocities: int = 0
    speed_rad_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSeen:
    """The topic or the action of a controller.

    Attributes:
        name: `arm` or `gripper`.
        topic: Its full name.
        kind: Type of message or action that the profile says.
        publishers: Everybody who commands: publishers, or clients of the action.
        listeners: Everybody who obeys: subscribers, or servers of the action; recorders are
            left out.
        settings: Parameters of the controller that matter here, as far as it says them.
    """

    name: str
    topic: str
    kind: str
    publishers: tuple[Endpoint, ...]
    listeners: tuple[Endpoint, ...]
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_action(self) -> bool:
        """Commands are goals of an action, not messages."""
        return "/action/" in self.kind

    @property
    def is_trajectory(self) -> bool:
        """Commands are trajectories."""
        return self.kind.endswith("JointTrajectory")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSeen:
    """An input of the gate: the emergency stop, a dead-man switch and their like.

    Attributes:
        name: Its key in the robot profile.
        stream: What came.
        limit_s: Silence that stops the arm [s].
        value: What a std_msgs/Bool said last; None for other types and before the first.
    """

    name: str
    stream: Stream
    limit_s: float
    value: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSeen:
    """One of our nodes.

    Attributes:
        name: Full name.
        count: How many nodes of that name there are.
        state: Of its lifecycle, for example `active`; empty if it does not answer.
        parameters: Those that were asked for and have a value.
    """

    name: str
    count: int = 0
    state: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """Name without the namespace."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSeen:
    """The live graph.

    Attributes:
        namespace: Of our nodes.
        nodes: Our nodes.
        cameras: Those of the policy.
        sensors: Depth and points that it sees.
        joints: The joint states; None where no robot profile could be read.
        commands: The topics of the controllers.
        sources: The inputs of the gate that the profile names.
        chunks: Who publishes chunks.
        observation: What perception_node publishes.
        gate: What executor_node said last; None if it was not heard.
        gate_sha256: Of the constants that it works with.
        clock: Who publishes /clock.
    """

    namespace: str
    nodes: tuple[NodeSeen, ...] = ()
    cameras: tuple[CameraSeen, ...] = ()
    sensors: tuple[SensorSeen, ...] = ()
    joints: JointsSeen | None = None
    commands: tuple[CommandSeen, ...] = ()
    sources: tuple[SourceSeen, ...] = ()
    chunks: tuple[Endpoint, ...] = ()
    observation: Stream | None = None
    gate: GateFacts | None = None
    gate_sha256: str = ""
    clock: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSeen:
    """The machine and the shell that the examination runs in.

    Attributes:
        environment: Variables of ROS that are set, before anything of ours sets one.
        rmw: Name of the middleware.
        fastdds_file: The Fast DDS profile that the shell names; None if it names none.
        fastdds_readable: That file is there.
        audit_folder: Where executor_node writes its audit log; None if it writes none.
        audit_mb: What its files may take together [MB].
        free_mb: Free space there [MB]; NaN if it is not known.
    """

    environment: Mapping[str, str]
    rmw: str
    fastdds_file: str | None
    fastdds_readable: bool
    audit_folder: Path | None
    audit_mb: float
    free_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotSeen:
    """A robot profile, and what can be made of it.

    Attributes:
        name: As it was asked for.
        profile: None if it cannot be read.
        objection: Why not; empty if it can.
        arm_objection: Why the arm cannot be built from the URDF; empty if it can.
        collision_objection: Why the collision model cannot be built; empty if it can.
        gate_sha256: Of the gate's constants for this profile; empty if they cannot be made.
    """

    name: str
    profile: RobotProfile | None = None
    objection: str = ""
    arm_objection: str = ""
    collision_objection: str = ""
    gate_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySeen:
    """A policy profile.

    Attributes:
        name: As it was asked for.
        profile: None if it cannot be read.
        objection: Why not; empty if it can.
    """

    name: str
    profile: PolicyProfile | None = None
    objection: str = ""
