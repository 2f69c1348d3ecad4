# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for the drivers of real arms, one for each kind of command, with their quirks.

What each listens to, and what it refuses, was read in the sources of the real ones:

- forward_position, forward_velocity: ForwardCommandController of ros2_controllers. Topic
  `~/commands` with the system's default QoS; a message of another length is ignored; no watchdog
  of its own, so the velocities stop by the hardware's (`driver_command_timeout_s`).
- joint_trajectory, follow_joint_trajectory: JointTrajectoryController of ros2_controllers, as
  ur_robot_driver (scaled_joint_trajectory_controller) and franka_ros2 (fr3_arm_controller) run
  it. Joints in any order; a stamp of zero begins at once; times have to increase, and the last
  point has to be at rest and in the future.
- joint_jog: servo_node of moveit_servo. A command older than incoming_command_timeout (0.1 s) by
  its stamp is none, and so is one with a number that is not finite.
- gripper_command, parallel_gripper_command: GripperActionController of ros2_controllers. A newer
  goal replaces the one before; fingers that stand still before they arrive are stalled, and the
  goal is aborted unless the controller allows stalling.

Joint states: JointStateBroadcaster of ros2_controllers, with the system's default QoS. Its joints
come in an order of its own, and those without a velocity interface have NaN for a velocity. Real
ones report 100 (SO-101) to 1000 times a second (franka_ros2); these do 100 times.
"""

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from executor_bench import PROFILE, Driver
from rclpy.qos import qos_profile_system_default
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.errors import ConfigError, SimulationError
from vla_ros.ros.interfaces import import_interface
from vla_ros.ros.one_goal import End, Ending, OneGoalServer
from vla_ros.ros.simulation import decode_jog, decode_trajectory
from vla_ros.ros.stamps import decode_time
from vla_ros.sim.driver import Driver as Follower

TOPICS = {
    "forward_position": "/forward_position_controller/commands",
    "forward_velocity": "/forward_velocity_controller/commands",
    "joint_trajectory": "/scaled_joint_trajectory_controller/joint_trajectory",
    "follow_joint_trajectory": "/fr3_arm_controller/follow_joint_trajectory",
    "joint_jog": "/servo_node/delta_joint_cmds",
}
GRIPPER_TOPICS = {
    "forward_position": "/gripper_controller/commands",
    "joint_trajectory": "/gripper_controller/joint_trajectory",
    "gripper_command": "/gripper_controller/gripper_cmd",
    "parallel_gripper_command": "/gripper_controller/gripper_cmd",
}
WATCHDOG_S = 0.1
_PERIOD_S = 0.01
_SERVO_TIMEOUT_NS = 100_000_000
_GRIPPER_PER_S = 4.0
_TOLERANCE = 0.01
_STALL_NS = 150_000_000


def missing(kind: str) -> str:
    """Return why a kind of command cannot be tried here; empty if it can."""
    names = {
        "joint_jog": ("control_msgs.msg", "JointJog"),
        "follow_joint_trajectory": ("control_msgs.action", "FollowJointTrajectory"),
        "gripper_command": ("control_msgs.action", "GripperCommand"),
        "parallel_gripper_command": ("control_msgs.action", "ParallelGripperCommand"),
    }
    try:
        if kind in names:
            import_interface(*names[kind], wanted_by=kind)
    except ConfigError as error:
        return str(error)
    return ""


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """What a driver does its own way.

    Attributes:
        order: Of the joints in the joint states, as indices into the arm's joints.
        extra: Joints of another thing in the same message.
        parts: The gripper has messages of its own.
        velocity: `given`, `empty`, `nan`, or `gripper nan` where only the gripper has none.
        late: Nothing of the driver is there before `begin`.
        allow_stalling: Fingers that hold something end the goal as succeeded.
        refuses: Every goal of the gripper is rejected.
        grip: The fingers come no nearer than this opening.
    """

    order: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    extra: tuple[str, ...] = ()
    parts: bool = False
    velocity: str = "given"
    late: bool = False
    allow_stalling: bool = False
    refuses: bool = False
    grip: float = 0.0


class StandIn(Driver):
    """A driver with one kind of controller for the arm and one for the gripper.

    Attributes:
        refused: Why commands were refused or ignored, in words.
        velocities: Every velocity that was commanded [rad/s], in the profile's order.
        goals: The gripper's goals, in the unit of its joint.
    """

    def __init__(
        self,
        kind: str,
        gripper: str = "forward_position",
        quirks: Quirks | None = None,
        *,
        has_clock: bool = False,
    ) -> None:
        self._kind, self._gripper_kind = kind, gripper
        self._quirks = quirks or Quirks()
        fastest = np.array([joint.hard.velocity_rad_s for joint in PROFILE.joints])
        self._arm = Follower(PROFILE.joint_names, fastest, WATCHDOG_S, PROFILE.gripper.opening_of)
        self._arm.place(np.array(PROFILE.home), 1.0)
        self._opening = 1.0
        self._moved_ns = 0
        self._ours: list[tuple[Any, Any]] = []  # What to take off the graph, and how.
        self.refused: list[str] = []
        self.velocities: list[list[float]] = []
        self.goals: list[float] = []
        super().__init__(has_clock=has_clock)

    def connect(self) -> None:
        """Begin, unless the driver is late."""
        if not self._quirks.late:
            self.begin()

    def begin(self) -> None:
        """Start all controllers, at the place where the arm is; nothing was commanded yet."""
        self._arm.place(np.array(self.position), self._opening)
        qos = qos_profile_system_default
        self._joints = self.create_publisher(JointState, PROFILE.state_topic, qos)
        self._ours.append((self.destroy_publisher, self._joints))
        self._last_ns = time.monotonic_ns()
        self._ours.append((self.destroy_timer, self.create_timer(_PERIOD_S, self._report)))
        self._offer_arm()
        self._offer_gripper()

    def end(self) -> None:
        """Stop all controllers at once, as a driver that crashes; brakes hold the arm."""
        for destroy, thing in self._ours:
            destroy(thing)
        self._ours.clear()

    def _offer_arm(self) -> None:
        topic = TOPICS[self._kind]
        if self._kind == "follow_joint_trajectory":
            action = import_interface("control_msgs.action", "FollowJointTrajectory", wanted_by="")
            server = OneGoalServer(
                self,
                action,
                topic,
                begin=lambda request: self._take_trajectory(request.trajectory),
                poll=lambda _: self._end_of_path(action.Result()),
            )
            self._ours.append((lambda one: one.close(), server))
            return
        listen: dict[str, tuple[Any, Any]] = {
            "forward_position": (Float64MultiArray, self._take_positions),
            "forward_velocity": (Float64MultiArray, self._take_velocities),
            "joint_trajectory": (JointTrajectory, self._take_trajectory),
        }
        if self._kind == "joint_jog":
            jog = import_interface("control_msgs.msg", "JointJog", wanted_by="")
            listen["joint_jog"] = (jog, self._take_jog)
        self._listen(*listen[self._kind], topic)

    def _offer_gripper(self) -> None:
        kind, topic = self._gripper_kind, GRIPPER_TOPICS[self._gripper_kind]
        if kind == "forward_position":
            self._listen(Float64MultiArray, lambda m: self._take_grip(m.data), topic)
        elif kind == "joint_trajectory":
            self._listen(JointTrajectory, lambda m: self._take_grip(m.points[-1].positions), topic)
        else:
            name = {"gripper_command": "GripperCommand"}.get(kind, "ParallelGripperCommand")
            action = import_interface("control_msgs.action", name, wanted_by="")
            server = OneGoalServer(
                self,
                action,
                topic,
                begin=self._take_goal,
                poll=lambda _: self._end_of_grip(action.Result()),
            )
            self._ours.append((lambda one: one.close(), server))

    def _listen(self, message: Any, callback: Any, topic: str) -> None:
        subscription = self.create_subscription(
            message, topic, callback, qos_profile_system_default
        )
        self._ours.append((self.destroy_subscription, subscription))

    # ---- commands ----

    def _take(self, command: Any) -> str:
        """Give a command to the arm; why it is refused, empty if it is not."""
        try:
            command(time.monotonic_ns())
        except SimulationError as error:
            self.refused.append(str(error))
            return str(error)
        return ""

    def _take_positions(self, message: Float64MultiArray) -> None:
        self.commands.append(list(message.data))
        self._take(lambda now_ns: self._arm.command_positions(message.data, now_ns))

    def _take_velocities(self, message: Float64MultiArray) -> None:
        self.velocities.append(list(message.data))
        self._take(lambda now_ns: self._arm.command_velocities(message.data, now_ns))

    def _take_jog(self, message: Any) -> None:
        age_ns = self.get_clock().now().nanoseconds - decode_time(message.header.stamp)
        if not age_ns < _SERVO_TIMEOUT_NS:
            self.refused.append(f"jog is {age_ns * 1e-6:.0f} ms old")
            return

        def jog(now_ns: int) -> None:
            velocities = decode_jog(message, PROFILE.joint_names)
            self.velocities.append(velocities)
            self._arm.command_velocities(velocities, now_ns)

        self._take(jog)

    def _take_trajectory(self, message: JointTrajectory) -> str:
        age_ns = self.get_clock().now().nanoseconds - decode_time(message.header.stamp)
        return self._take(
            lambda now_ns: self._arm.command_trajectory(
                message.joint_names, decode_trajectory(message, age_ns, now_ns), now_ns
            )
        )

    def _end_of_path(self, result: Any) -> End | None:
        driven = self._arm.is_driven(time.monotonic_ns())
        return None if driven else End(Ending.SUCCEEDED, result)

    # ---- the gripper ----

    def _take_grip(self, values: Any) -> None:
        self.openings.append(values[0])
        self._take(lambda _: self._arm.command_gripper(values))

    def _take_goal(self, request: Any) -> str:
        wanted = request.command.position
        values = [wanted] if isinstance(wanted, float) else wanted
        self.goals.append(values[0])
        self._moved_ns = time.monotonic_ns()
        return "refused" if self._quirks.refuses else self._take(lambda _: self._take_grip(values))

    def _end_of_grip(self, result: Any) -> End | None:
        if abs(self._opening - self._arm.opening) < _TOLERANCE:
            result.reached_goal = True
            return End(Ending.SUCCEEDED, result)
        if time.monotonic_ns() - self._moved_ns < _STALL_NS:
            return None
        result.stalled = True
        stalling = Ending.SUCCEEDED if self._quirks.allow_stalling else Ending.ABORTED
        return End(stalling, result)

    # ---- joint states ----

    def _report(self) -> None:
        now_ns = time.monotonic_ns()
        step_s = (now_ns - self._last_ns) * 1e-9
        self._last_ns = now_ns
        before = np.array(self.position)
        self.position = self._arm.advance(now_ns, step_s).tolist()
        self._move_gripper(now_ns, step_s)
        speeds = ((np.array(self.position) - before) / max(step_s, 1e-3)).tolist()
        order, quirks = self._quirks.order, self._quirks
        arm = [(PROFILE.joint_names[j], self.position[j], speeds[j]) for j in order]
        finger = PROFILE.gripper.position_of(self._opening)
        unknown = math.nan if quirks.velocity == "gripper nan" else 0.0
        hand = [(PROFILE.gripper.joint, finger, unknown)]
        extra = [(name, 0.0, 0.0) for name in quirks.extra]
        messages = [[*extra, *arm], hand] if quirks.parts else [[*extra, *hand, *arm]]
        for rows in messages:
            self._publish(rows)

    def _move_gripper(self, now_ns: int, step_s: float) -> None:
        wanted = max(self._arm.opening, self._quirks.grip)
        reach = _GRIPPER_PER_S * step_s
        moved = min(max(wanted - self._opening, -reach), reach)
        if abs(moved) > 1e-6:
            self._moved_ns = now_ns
        self._opening += moved

    def _publish(self, rows: list[tuple[str, float, float]]) -> None:
        names, positions, velocities = (list(column) for column in zip(*rows, strict=True))
        given: dict[str, list[float]] = {"empty": [], "nan": [math.nan] * len(rows)}
        message = JointState(name=names, position=positions)
        message.velocity = given.get(self._quirks.velocity, velocities)
        message.header.stamp = self.get_clock().now().to_msg()
        self._joints.publish(message)
