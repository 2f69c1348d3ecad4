# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An arm that is where it was told to be, and a record of what reached it when."""

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from end_to_end_passages import Chunk, Passage, match
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Float64MultiArray

from vla_ros.msg import ActionChunk, Observation
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.qos import DIAGNOSTICS, RELIABLE_NEWEST
from vla_ros.ros.stamps import decode_time
from vla_ros.ros.station import Station

STATE_PERIOD_S = 0.01
ESTOP_EVERY = 5  # States; 20 Hz.
DEPTH = 1000  # Every message counts.


class Robot:
    """Joint states at 100 Hz, the emergency stop's heartbeat at 20 Hz, and what comes in.

    Args:
        station: Its place in the graph.
        robot: Names joints and topics.
        watches: Listen to the observations too.
    """

    def __init__(self, station: Station, robot: RobotProfile, *, watches: bool) -> None:
        self.chunks: list[Chunk] = []
        self.observations_ns: dict[int, int] = {}
        self.commands_ns: list[int] = []
        self.switches: list[tuple[int, float]] = []
        self.received: dict[str, int] = {}
        self._clock = station.node.get_clock()
        self._names = [*robot.joint_names, robot.gripper.joint]
        self._position = [*robot.home]
        self._before = [*robot.home]
        self._finger = robot.gripper.open
        self._states = 0
        self._state = station.node.create_publisher(JointState, robot.state_topic, 10)
        topic = "/estop" if robot.estop == "none" else robot.estop.topic
        self._button = station.node.create_publisher(Bool, topic, 1)
        self._timer = station.node.create_timer(STATE_PERIOD_S, self._publish)
        namespace = station.namespace
        station.watch(Float64MultiArray, robot.command.topic, self._on_command, DEPTH)
        station.watch(Float64MultiArray, robot.gripper.topic, self._on_gripper, DEPTH)
        station.watch(ActionChunk, f"{namespace}/action_chunk", self._on_chunk, DEPTH)
        if watches:
            topic = f"{namespace}/observation"
            station.watch(Observation, topic, self._on_observation, RELIABLE_NEWEST)
        station.watch(DiagnosticArray, "/diagnostics", self._on_diagnostics, DIAGNOSTICS)

    def passages(self) -> list[Passage]:
        """Return the way of every chunk that switched the gripper."""
        return match(self.chunks, self.observations_ns, self.commands_ns, self.switches)

    def _publish(self) -> None:
        speed = [
            (q - p) / STATE_PERIOD_S for q, p in zip(self._position, self._before, strict=True)
        ]
        message = JointState(
            name=self._names,
            position=[*self._position, self._finger],
            velocity=[*speed, 0.0],
        )
        message.header.stamp = self._clock.now().to_msg()
        self._before = [*self._position]
        self._state.publish(message)
        if self._states % ESTOP_EVERY == 0:
            self._button.publish(Bool(data=False))
        self._states += 1

    def _on_command(self, message: Float64MultiArray, info: dict[str, Any]) -> None:
        self.commands_ns.append(info["source_timestamp"])
        self._position = list(message.data)

    def _on_gripper(self, message: Float64MultiArray, info: dict[str, Any]) -> None:
        if message.data[0] != self._finger:
            self.switches.append((info["source_timestamp"], message.data[0]))
        self._finger = message.data[0]

    def _on_observation(self, message: Observation, info: dict[str, Any]) -> None:
        self.observations_ns[decode_time(message.header.stamp)] = info["source_timestamp"]

    def _on_chunk(self, message: ActionChunk, info: dict[str, Any]) -> None:
        if not message.gripper:
            return
        times = dict(zip(message.hop_names, message.hop_ms, strict=True))
        self.chunks.append(
            Chunk(
                observed_ns=decode_time(message.observed),
                published_ns=info["source_timestamp"],
                seen_ns=self._clock.now().nanoseconds,
                model_ms=times["infer"],
                gripper=message.gripper[0],
            )
        )

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            values = {entry.key: entry.value for entry in status.values}
            if "received" in values:
                self.received[status.name] = int(values["received"])
