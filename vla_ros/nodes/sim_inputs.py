# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The controllers of the simulated arm: where they listen, by the robot profile, and to what."""

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.interfaces import import_interface
from vla_ros.ros.one_goal import End, Ending, OneGoalServer
from vla_ros.ros.simulation import decode_jog, decode_trajectory
from vla_ros.ros.stamps import decode_time
from vla_ros.sim.driver import Driver

# Where these two listen as well when the profile commands through something else.
_USUAL = {
    "forward_position": "arm_controller/commands",
    "joint_trajectory": "arm_trajectory_controller/joint_trajectory",
}
_DEPTH = 10
_ARRIVED = 0.02  # Of the opening.
_STALLED_NS = 200_000_000

Take = Callable[[str, Callable[[int], None]], str]


class SimInputs:
    """The subscriptions and action servers of the simulated controllers."""

    def __init__(
        self,
        node: Node,
        profile: RobotProfile,
        driver: Driver,
        *,
        take: Take,
        times: Callable[[], tuple[int, int]],
        opening: Callable[[], tuple[float, int]],
    ) -> None:
        """Begin to listen.

        Args:
            node: That listens.
            profile: Names topics, joints and kinds of commands.
            driver: Obeys.
            take: Gives a command to the driver: a name for it, and what to call with the simulated
                time [ns]; returns why it is refused, empty if it is not.
            times: What time it is in the simulation, and on the clock that stamps commands [ns];
                called while a command is given to the driver.
            opening: The gripper's measured opening, and the simulated time [ns].

        Raises:
            ConfigError: A message is not installed.
        """
        self._node = node
        self._profile = profile
        self._driver = driver
        self._take = take
        self._times = times
        self._opening = opening
        self._moved: tuple[float, int] = (0.0, 0)  # Where the gripper last was, and since when.
        self._servers: list[OneGoalServer] = []
        self._subscriptions: list[Any] = []
        for kind, topic in {**_USUAL, profile.command.kind: profile.command.topic}.items():
            self._offer_arm(kind, topic)
        self._offer_gripper(profile.gripper.kind, profile.gripper.topic)

    def close(self) -> None:
        """Listen no more."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        for server in self._servers:
            server.close()

    def _offer_arm(self, kind: str, topic: str) -> None:
        if kind == "forward_position":
            self._listen(Float64MultiArray, topic, self._on_positions)
        elif kind == "forward_velocity":
            self._listen(Float64MultiArray, topic, self._on_velocities)
        elif kind == "joint_trajectory":
            self._listen(JointTrajectory, topic, self._on_trajectory)
        elif kind == "joint_jog":
            wanted_by = f"command.kind: {kind}"
            jog = import_interface("control_msgs.msg", "JointJog", wanted_by=wanted_by)
            self._listen(jog, topic, self._on_jog)
        else:
            action = _import_action("FollowJointTrajectory", f"command.kind: {kind}")
            self._serve(action, topic, self._follow_goal, self._is_followed)

    def _offer_gripper(self, kind: str, topic: str) -> None:
        if kind == "forward_position":
            self._listen(Float64MultiArray, topic, self._on_gripper)
        elif kind == "joint_trajectory":
            self._listen(JointTrajectory, topic, self._on_gripper_trajectory)
        else:
            name = "GripperCommand" if kind == "gripper_command" else "ParallelGripperCommand"
            action = _import_action(name, f"gripper.kind: {kind}")
            self._serve(action, topic, self._grip, self._is_gripped)

    def _listen(self, message: type, topic: str, callback: Callable[[Any], None]) -> None:
        subscription = self._node.create_subscription(message, topic, callback, _DEPTH)
        self._subscriptions.append(subscription)

    def _serve(
        self,
        action: Any,
        topic: str,
        begin: Callable[[Any], str],
        look: Callable[[Any], End | None],
    ) -> None:
        def poll(_: Any) -> End | None:
            return look(action.Result())

        self._servers.append(OneGoalServer(self._node, action, topic, begin=begin, poll=poll))

    # ---- the arm ----

    def _on_positions(self, message: Float64MultiArray) -> None:
        self._take("arm command", lambda now: self._driver.command_positions(message.data, now))

    def _on_velocities(self, message: Float64MultiArray) -> None:
        self._take("arm command", lambda now: self._driver.command_velocities(message.data, now))

    def _on_jog(self, message: Any) -> None:
        def jog(now_ns: int) -> None:
            velocities = decode_jog(message, self._profile.joint_names)
            self._driver.command_velocities(velocities, now_ns)

        self._take("jog", jog)

    def _on_trajectory(self, message: JointTrajectory) -> None:
        self._follow(message)

    def _follow_goal(self, request: Any) -> str:
        return self._follow(request.trajectory)

    def _follow(self, message: JointTrajectory) -> str:
        def follow(_: int) -> None:
            now_ns, clock_ns = self._times()
            age_ns = clock_ns - decode_time(message.header.stamp)
            points = decode_trajectory(message, age_ns, now_ns)
            self._driver.command_trajectory(message.joint_names, points, now_ns)

        return self._take("trajectory", follow)

    def _is_followed(self, result: Any) -> End | None:
        """Say whether a trajectory is over."""
        _, now_ns = self._opening()
        return None if self._driver.is_driven(now_ns) else End(Ending.SUCCEEDED, result)

    # ---- the gripper ----

    def _on_gripper(self, message: Float64MultiArray) -> None:
        self._take("gripper command", lambda _: self._driver.command_gripper(message.data))

    def _on_gripper_trajectory(self, message: JointTrajectory) -> None:
        """Go where it ends; the hand has a speed of its own."""
        last = message.points[-1].positions if message.points else ()
        self._take("gripper command", lambda _: self._driver.command_gripper(last))

    def _grip(self, request: Any) -> str:
        wanted = request.command.position  # One number, or, for a parallel gripper, a list of one.
        values = [wanted] if isinstance(wanted, float) else wanted
        self._moved = self._opening()
        return self._take("gripper goal", lambda _: self._driver.command_gripper(values))

    def _is_gripped(self, result: Any) -> End | None:
        """Say whether the fingers are there, or stand against something, as a controller does."""
        opening, now_ns = self._opening()
        was, since_ns = self._moved
        if abs(opening - was) > _ARRIVED / 2:
            self._moved = opening, now_ns
        result.reached_goal = abs(opening - self._driver.opening) < _ARRIVED
        result.stalled = not result.reached_goal and now_ns - since_ns > _STALLED_NS
        if not (result.reached_goal or result.stalled):
            return None
        return End(Ending.SUCCEEDED, result)


def _import_action(name: str, wanted_by: str) -> Any:
    return import_interface("control_msgs.action", name, wanted_by=wanted_by)
