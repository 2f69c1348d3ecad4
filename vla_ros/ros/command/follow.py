# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Trajectories as goals of the action FollowJointTrajectory: each of them ends at rest."""

import time
import uuid
from typing import Any

from rclpy.node import Node
from unique_identifier_msgs.msg import UUID

from vla_ros.gate.feed import TrajectoryFeed
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.command.goals import Goals
from vla_ros.ros.encode import encode_trajectory
from vla_ros.ros.interfaces import import_interface
from vla_ros.ros.ownership import find_intruder, find_other_client
from vla_ros.types import JointCommand

# What control_msgs/action/FollowJointTrajectory calls them.
_WORDS = {
    0: "SUCCESSFUL",
    -1: "INVALID_GOAL",
    -2: "INVALID_JOINTS",
    -3: "OLD_HEADER_TIMESTAMP",
    -4: "PATH_TOLERANCE_VIOLATED",
    -5: "GOAL_TOLERANCE_VIOLATED",
}


def make_follow_commander(node: Node, profile: RobotProfile, gate: Gate) -> "FollowCommander":
    """Return what sends goals to the controller.

    Raises:
        ConfigError: control_msgs is not installed.
    """
    action = import_interface(
        "control_msgs.action",
        "FollowJointTrajectory",
        wanted_by="command.kind: follow_joint_trajectory",
    )
    return FollowCommander(node, profile, gate, action)


class FollowCommander:
    """Sends a goal when what the gate would command next changes, or runs out.

    Attributes:
        told_ticks: So many ticks the controller goes on by itself.
    """

    def __init__(self, node: Node, profile: RobotProfile, gate: Gate, action: Any) -> None:
        """Become a client of the action `profile.command.topic`.

        Args:
            node: That commands.
            profile: Of the robot.
            gate: Whose commands they are.
            action: Type of the action.
        """
        self._node = node
        self._name = node.resolve_topic_name(profile.command.topic)
        self._goal = action.Impl.SendGoalService
        self._result = action.Impl.GetResultService
        self._asking = node.create_client(self._goal, f"{self._name}/_action/send_goal")
        self._results = node.create_client(self._result, f"{self._name}/_action/get_result")
        self._goals = Goals(
            self._name,
            ask=self._asking.call_async,
            ask_result=self._ask_result,
            drop=self._drop,
            explain=explain,
            monotonic_ns=time.monotonic_ns,
        )
        # At rest nothing is repeated: each goal is a line in the controller's log.
        self._feed = TrajectoryFeed(gate, profile.command.window_s, repeats=False)
        self.told_ticks = self._feed.window - 1
        self._is_open = True

    def send(self, command: JointCommand, state: GateState, inputs: GateInputs) -> None:
        """Send a goal if the one before does not hold any more, or runs out."""
        now_ns = int(self._node.get_clock().now().nanoseconds)
        knots = self._feed.follow(state, inputs, command.stamp_ns, now_ns)
        if knots and self._is_open:
            request = self._goal.Request(goal_id=UUID(uuid=list(uuid.uuid4().bytes)))
            request.goal.trajectory = encode_trajectory(command.names, knots)
            self._goals.send(request)

    def pass_over(self, state: GateState) -> None:
        """Note the command of a tick that never came."""
        self._feed.pass_over(state)

    def find_deaf(self) -> str | None:
        """Return in words why the controller does not obey; None if it does."""
        if not self._is_open:
            return None
        if not (self._asking.service_is_ready() and self._results.service_is_ready()):
            return (
                f"nobody offers the action {self._name}: start the robot's controller, or correct "
                "command.topic in the robot profile"
            )
        return self._goals.find_complaint()

    def find_intruder(self) -> str | None:
        """Return in words who else commands the controller; None if nobody does."""
        topic = f"{self._name.rpartition('/')[0]}/joint_trajectory"
        return find_other_client(self._node, self._name) or find_intruder(self._node, (topic,))

    def pause(self) -> None:
        """Nothing: what the controller was told ends at rest."""

    def withdraw(self) -> None:
        """Send no goal ever again; what the controller was told ends at rest."""
        if self._is_open:
            self._is_open = False
            self._goals.close()
            self._node.destroy_client(self._asking)
            self._node.destroy_client(self._results)

    def _ask_result(self, request: Any) -> Any:
        return self._results.call_async(self._result.Request(goal_id=request.goal_id))

    def _drop(self, future: Any) -> None:
        self._asking.remove_pending_request(future)
        self._results.remove_pending_request(future)


def explain(result: Any) -> str:
    """Return the result of a FollowJointTrajectory goal in words."""
    code = int(result.error_code)
    text = f"{_WORDS.get(code, 'error')} ({code})"
    return f"{text}, {result.error_string}" if result.error_string else text
