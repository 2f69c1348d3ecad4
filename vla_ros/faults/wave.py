# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that waves: chunks without an end, and wrong ones on demand.

Where a camera is at fault it answers what perception_node observes, and goes on with the last
observation when none follows.

Words: `nan`, `frozen` (camera), `delay SECONDS`, `old SECONDS` (as late, and wrong), `duplicate`,
`reorder`, `epoch` (of the past), `stranger` (of another session). Every chunk that must not count
would move all joints by `LURE_RAD`; those between the first and the last rest otherwise.
"""

import json
import math
import secrets
import sys
import uuid
from dataclasses import replace
from typing import Any

import numpy as np
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import JointState

from vla_ros.errors import ObservationError
from vla_ros.faults.actor import Actor, run_actor
from vla_ros.faults.bounds import LURE_RAD, REPLAN_S, SWING_RAD, WAVE_S
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import GateState, Observation
from vla_ros.ros.decode import decode_joint_state
from vla_ros.ros.encode import encode_chunk
from vla_ros.ros.goal import decode_mode
from vla_ros.ros.qos import CHUNKS, JOINT_STATES, LATCHED, RELIABLE_NEWEST
from vla_ros.ros.stamps import decode_time
from vla_ros.types import ActionChunk, FloatArray

_PERIOD_S = 2.4
_STEP_NS = 100_000_000
_ROWS = round(WAVE_S / 0.1)
_LISTENING = (GateMode.ARMED, GateMode.RUN, GateMode.HOLD)


class Wave(Actor):
    """Swings the first joint and the last one, to one side of where they were and back."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__("policy")
        states, namespace = told["states"], told["namespace"]
        self._joints: tuple[str, ...] = tuple(told["joints"])
        self._home: list[float] = told["home"]
        self._sides: list[float] = told["sides"]
        self._session = secrets.randbits(63)
        self._goal = uuid.uuid4().hex
        self._sequence = 0
        self._epoch = 0
        self._mode = GateMode.INACTIVE
        self._measured: FloatArray | None = None
        self._centre: FloatArray | None = None
        self._swings = np.zeros(len(self._joints))
        self._began_ns = 0
        self._sees_frozen = False
        self._looks: bool = told["looks"]
        self._observed_ns = 0
        self._out = self.create_publisher(ActionChunkMessage, f"{namespace}/action_chunk", CHUNKS)
        self.create_subscription(JointState, states, self._on_joints, JOINT_STATES)
        self.create_subscription(GateState, f"{namespace}/gate_state", self._on_gate, LATCHED)
        self.create_subscription(
            Observation, f"{namespace}/observation", self._on_observation, RELIABLE_NEWEST
        )
        self.create_timer(REPLAN_S, self._send)

    def _on_joints(self, message: JointState) -> None:
        try:
            position = decode_joint_state(message, self._joints, self.now_ns()).position
        except ObservationError:
            return
        if np.isfinite(position).all():
            self._measured = position

    def _on_observation(self, message: Observation) -> None:
        self._sees_frozen = any(message.camera_frozen)
        self._observed_ns = decode_time(message.header.stamp)

    def _on_gate(self, message: GateState) -> None:
        self._mode = decode_mode(message.mode)
        if message.epoch != self._epoch and self._mode in _LISTENING:
            self._epoch, self._centre = message.epoch, None
            self._send()

    def _send(self) -> None:
        if self._mode not in _LISTENING or self._measured is None:
            return
        if self._looks and not self._observed_ns:
            return
        now_ns = self.now_ns()
        if self._centre is None or self._mode is GateMode.HOLD:  # Begin where the arm is.
            self._centre, self._began_ns = self._measured.copy(), now_ns
            for j, side in zip((0, -1), self._sides, strict=True):
                beyond = side * (self._centre[j] - self._home[j]) > 0.5 * SWING_RAD
                self._swings[j] = SWING_RAD * (-side if beyond else side)
        chunk = self._make(self._centre, now_ns)
        word = self.words[0] if self.words else ""
        lure = replace(chunk, position_rad=chunk.position_rad + LURE_RAD)
        if word in {"delay", "old"}:
            self._publish_late(lure if word == "old" else chunk, float(self.words[1]))
        elif word == "frozen" or self._sees_frozen:
            self._publish(replace(lure, camera_frozen=True))
        elif word == "nan":
            rows = lure.position_rad.copy()
            rows[3, 1] = math.nan
            self._publish(replace(lure, position_rad=rows))
        else:
            self._publish(chunk)
            self._publish_wrong(word, lure)

    def _publish_wrong(self, word: str, lure: ActionChunk) -> None:
        """Publish a chunk that must not count, after one that does."""
        if word == "duplicate":
            self._publish(lure)
        elif word == "reorder":
            self._publish(replace(lure, sequence=lure.sequence - 1))
        elif word == "epoch":
            self._publish(replace(lure, epoch=lure.epoch - 1, sequence=lure.sequence + 1))
        elif word == "stranger":
            self._publish(replace(lure, session=lure.session + 1, sequence=lure.sequence + 1))

    def _publish_late(self, chunk: ActionChunk, delay_s: float) -> None:
        def publish() -> None:
            timer.cancel()
            self._publish(chunk)

        timer = self.create_timer(delay_s, publish)

    def _publish(self, chunk: ActionChunk) -> None:
        self._out.publish(encode_chunk(chunk, self.now_ns()))

    def _make(self, centre: FloatArray, now_ns: int) -> ActionChunk:
        since_s = (now_ns - self._began_ns) * 1e-9 + 0.1 * np.arange(_ROWS)
        swing = 0.5 * (1.0 - np.cos(2.0 * math.pi * since_s / _PERIOD_S))
        rows = centre + np.outer(swing, self._swings)
        self._sequence += 2  # Leaves room for a number in between.
        return ActionChunk(
            goal_id=self._goal,
            session=self._session,
            epoch=self._epoch,
            sequence=self._sequence,
            last=False,
            observed_ns=self._observed_ns if self._looks else now_ns,
            first_ns=now_ns,
            step_ns=_STEP_NS,
            joint_names=self._joints,
            position_rad=rows,
            gripper=np.ones(_ROWS),
            confidence=1.0,
        )


if __name__ == "__main__":
    heard = json.loads(remove_ros_args(sys.argv)[1])
    sys.exit(run_actor(lambda: Wave(heard)))
