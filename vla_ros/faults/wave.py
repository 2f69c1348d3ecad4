# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that waves: chunks without an end, and wrong ones on demand.

Words: `nan`, `frozen` (camera), `delay SECONDS`, `duplicate`, `reorder`, `epoch` (of the past).
"""

import json
import math
import secrets
import sys
import uuid
from dataclasses import replace

import numpy as np
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import JointState

from vla_ros.errors import ObservationError
from vla_ros.faults.actor import Actor, run_actor
from vla_ros.faults.bounds import WAVE_S
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import ActionChunk as ActionChunkMessage
from vla_ros.msg import GateState
from vla_ros.ros.decode import decode_joint_state
from vla_ros.ros.encode import encode_chunk
from vla_ros.ros.qos import JOINT_STATES, LATCHED
from vla_ros.types import ActionChunk, FloatArray

_PERIOD_S = 2.4
_SWING_RAD = 0.4
_STEP_NS = 100_000_000
_ROWS = round(WAVE_S / 0.1)
_REPLAN_S = 0.3
_LISTENING = (GateMode.ARMED, GateMode.RUN)


class Wave(Actor):
    """Swings the first joint and the last one, to one side of where they were and back."""

    def __init__(self, joints: tuple[str, ...], states: str, namespace: str) -> None:
        super().__init__("policy")
        self._joints = joints
        self._session = secrets.randbits(63)
        self._goal = uuid.uuid4().hex
        self._sequence = 0
        self._epoch = 0
        self._mode = GateMode.INACTIVE
        self._measured: FloatArray | None = None
        self._home: FloatArray | None = None
        self._centre: FloatArray | None = None
        self._side = 1.0
        self._began_ns = 0
        self._held: ActionChunk | None = None
        self._out = self.create_publisher(ActionChunkMessage, f"{namespace}/action_chunk", 10)
        self.create_subscription(JointState, states, self._on_joints, JOINT_STATES)
        self.create_subscription(GateState, f"{namespace}/gate_state", self._on_gate, LATCHED)
        self.create_timer(_REPLAN_S, self._send)

    def _on_joints(self, message: JointState) -> None:
        try:
            position = decode_joint_state(message, self._joints, self.now_ns()).position
        except ObservationError:
            return
        if np.isfinite(position).all():
            self._measured = position

    def _on_gate(self, message: GateState) -> None:
        self._mode = GateMode(message.mode)
        if message.epoch != self._epoch and self._mode in _LISTENING:
            self._epoch, self._centre = message.epoch, None
            self._send()

    def _send(self) -> None:
        if self._mode not in _LISTENING or self._measured is None:
            return
        now_ns = self.now_ns()
        if self._centre is None:
            self._centre, self._began_ns = self._measured.copy(), now_ns
            self._home = self._centre if self._home is None else self._home
            self._side = -1.0 if self._centre[0] > self._home[0] else 1.0
        chunk = self._make(self._centre, now_ns)
        word = self.words[0] if self.words else ""
        if word == "delay":
            self._publish_late(chunk, float(self.words[1]))
        elif word == "reorder":
            held, self._held = self._held, chunk
            for one in (chunk, held):
                if one is not None:
                    self._publish(one)
        else:
            self._publish(chunk)
            if word == "duplicate":
                self._publish(chunk)
            elif word == "epoch":
                self._publish(replace(chunk, epoch=chunk.epoch - 1, sequence=chunk.sequence + 1))

    def _publish_late(self, chunk: ActionChunk, delay_s: float) -> None:
        def publish() -> None:
            timer.cancel()
            self._publish(chunk)

        timer = self.create_timer(delay_s, publish)

    def _publish(self, chunk: ActionChunk) -> None:
        self._out.publish(encode_chunk(chunk, self.now_ns()))

    def _make(self, centre: FloatArray, now_ns: int) -> ActionChunk:
        since_s = (now_ns - self._began_ns) * 1e-9 + 0.1 * np.arange(_ROWS)
        swing = 0.5 * _SWING_RAD * (1.0 - np.cos(2.0 * math.pi * since_s / _PERIOD_S))
        rows = np.tile(centre, (_ROWS, 1))
        rows[:, 0] += self._side * swing
        rows[:, -1] += self._side * swing
        if self.words == ["nan"]:
            rows[3, 1] = math.nan
        self._sequence += 1
        return ActionChunk(
            goal_id=self._goal,
            session=self._session,
            epoch=self._epoch,
            sequence=self._sequence,
            last=False,
            observed_ns=now_ns,
            first_ns=now_ns,
            step_ns=_STEP_NS,
            joint_names=self._joints,
            position_rad=rows,
            gripper=np.ones(_ROWS),
            camera_frozen=self.words == ["frozen"],
        )


if __name__ == "__main__":
    told = json.loads(remove_ros_args(sys.argv)[1])
    sys.exit(run_actor(lambda: Wave(tuple(told["joints"]), told["states"], told["namespace"])))
