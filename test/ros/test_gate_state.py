# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from diagnostic_msgs.msg import DiagnosticStatus

from vla_ros.gate import EstopInput, Gate, GateInputs, GateMode, GateState, Reason, Request
from vla_ros.gate import make_gate_config as config_of
from vla_ros.gate.state import Decision
from vla_ros.msg import GateState as GateStateMessage
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.gate_state import encode_gate_diagnostics, encode_gate_state, encode_inactive
from vla_ros.types import JointSample

pytestmark = pytest.mark.ros

PROFILE = load_robot_profile("sim_arm")
CONFIG = config_of(PROFILE, None)
STAMP_NS = 12_000_000_345

Outcome = tuple[GateState, Decision]


@pytest.fixture
def after() -> Callable[..., Outcome]:
    """Return what the gate says when asked for something, with a joint state 20 ms old."""

    def step(*requests: Request) -> Outcome:
        joints = JointSample(
            names=PROFILE.joint_names,
            stamp_ns=980_000_000,
            arrival_ns=980_000_000,
            position=np.array(PROFILE.home),
            velocity=np.zeros(6),
        )
        inputs = GateInputs(
            joints=joints, requests=requests, estop=EstopInput(pressed=False, age_s=0.0)
        )
        return Gate(CONFIG).step(GateState(), inputs, 1_000_000_000)

    return step


def encode(outcome: Outcome) -> Any:
    state, decision = outcome
    return encode_gate_state(decision, state, CONFIG, now_ns=1_000_000_000, stamp_ns=STAMP_NS)


def test_an_armed_gate_in_a_message(after: Callable[..., Outcome]) -> None:
    message = encode(after(Request.ARM))
    assert message.mode == GateStateMessage.MODE_ARMED
    assert message.verdict == GateStateMessage.VERDICT_PASS
    assert (message.epoch, message.owner, message.event_id) == (1, 0, 1)
    assert list(message.goal_id.uuid) == [0] * 16
    assert message.joint_state_age_ms == pytest.approx(20.0)
    assert math.isnan(message.observation_age_ms)
    assert message.longest_stop_s == CONFIG.limits.operating.longest_stop_s
    assert (message.stamp.sec, message.stamp.nanosec) == (12, 345)
    assert message.message.startswith("armed, epoch 1")


def test_a_latched_stop_in_a_message(after: Callable[..., Outcome]) -> None:
    message = encode(after(Request.ESTOP))
    assert message.mode == GateStateMessage.MODE_ESTOP
    assert message.verdict == GateStateMessage.VERDICT_ESTOP
    assert list(message.reasons) == [Reason.OPERATOR_ESTOP]


def test_a_goal_and_its_owner_are_named(after: Callable[..., Outcome]) -> None:
    state, decision = after(Request.ARM)
    message = encode((replace(state, owner=2**63 + 5, goal_id="0f" * 16), decision))
    assert message.owner == 2**63 + 5
    assert list(message.goal_id.uuid) == [15] * 16


def test_a_gate_that_does_not_run_says_so() -> None:
    message = encode_inactive(GateState(epoch=3), CONFIG, stamp_ns=STAMP_NS)
    assert message.mode == GateMode.INACTIVE
    assert message.epoch == 3
    assert message.message == "executor_node is not active"


@pytest.mark.parametrize(
    ("request_", "level"),
    [(Request.ARM, DiagnosticStatus.OK), (Request.STOP, DiagnosticStatus.ERROR)],
)
def test_diagnostics_show_the_severity(
    after: Callable[..., Outcome], request_: Request, level: bytes
) -> None:
    state, decision = after(request_)
    status = encode_gate_diagnostics(
        decision, state, now_ns=1_000_000_000, late_ms=1.25, hardware_id="sim_arm"
    )
    assert status.level == level
    values = {value.key: value.value for value in status.values}
    assert values["tick_late_ms_max"] == "1.25"
    assert values["joint_state_age_ms"] == "20.0"
