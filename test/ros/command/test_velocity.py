# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What velocity controllers are told, with a node that is made of plain objects."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rclpy")

from vla_ros.errors import ConfigError
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.command.velocity import VelocityCommander
from vla_ros.ros.encode import encode_jog
from vla_ros.types import JointCommand, JointSample

SIM = load_robot_profile("sim_arm")
NAMES = SIM.joint_names
NOW_NS = 9_000_000_000
TOP_RAD_S = 1.5
STEP_RAD_S = 0.5
DT_S = 0.01


class Node:
    """Keeps what is published, and on what."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.destroyed = False

    def create_publisher(self, message: type, topic: str, qos: Any) -> Any:
        return SimpleNamespace(publish=self.told.append, topic_name=topic)

    def destroy_publisher(self, publisher: Any) -> None:
        self.destroyed = True


def command(position: float, velocity: float) -> JointCommand:
    return JointCommand(
        stamp_ns=NOW_NS,
        names=NAMES,
        position=np.full(6, position),
        velocity=np.full(6, velocity),
        acceleration=np.zeros(6),
        gripper=None,
    )


def state(position: float, age_s: float = 0.01) -> GateState:
    arrival_ns = NOW_NS - round(age_s * 1e9)
    joints = JointSample(
        names=NAMES, stamp_ns=arrival_ns, arrival_ns=arrival_ns, position=np.full(6, position)
    )
    return GateState(joints=joints, tick_ns=NOW_NS)


def profile(**changes: Any) -> Any:
    said = {"kind": "forward_velocity", "topic": "/arm", "gain_per_s": 4.0} | changes
    return SIM.model_copy(update={"command": SIM.command.model_copy(update=said)})


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
def commander(node: Node) -> VelocityCommander:
    top = SimpleNamespace(velocity=(TOP_RAD_S,) * 6, acceleration=(STEP_RAD_S / DT_S,) * 6)
    limits = SimpleNamespace(operating=top)
    config = SimpleNamespace(limits=limits, joint_state_stale_s=0.1, dt_s=DT_S)
    gate: Any = SimpleNamespace(config=config)
    return VelocityCommander(node, profile(), gate)


def last(node: Node) -> list[float]:
    return list(node.told[-1].data)


def test_each_tick_is_one_velocity_for_each_joint(
    commander: VelocityCommander, node: Node
) -> None:
    commander.send(command(0.1, 0.2), state(0.05), GateInputs())
    assert last(node) == pytest.approx([0.4] * 6)
    for wanted in (0.4 + STEP_RAD_S, 0.4 + 2.0 * STEP_RAD_S, TOP_RAD_S):
        commander.send(command(5.0, 0.2), state(0.05), GateInputs())
        assert last(node) == pytest.approx([wanted] * 6)


def test_after_a_pause_it_begins_at_rest(commander: VelocityCommander, node: Node) -> None:
    for _ in range(4):
        commander.send(command(5.0, 0.2), state(0.05), GateInputs())
    commander.pause()
    commander.send(command(5.0, 0.2), state(0.05), GateInputs())
    assert last(node) == pytest.approx([STEP_RAD_S] * 6)


@pytest.mark.parametrize("blind", [GateState(tick_ns=NOW_NS), state(0.05, age_s=0.2)])
def test_without_a_fresh_joint_state_zero_is_said(
    commander: VelocityCommander, node: Node, blind: GateState
) -> None:
    commander.send(command(0.1, 0.2), blind, GateInputs())
    assert last(node) == [0.0] * 6


@pytest.mark.parametrize("end", ["pause", "withdraw"])
def test_zero_is_the_last_word(commander: VelocityCommander, node: Node, end: str) -> None:
    commander.send(command(0.1, 0.2), state(0.05), GateInputs())
    getattr(commander, end)()
    assert last(node) == [0.0] * 6


def test_after_the_end_nothing_is_said(commander: VelocityCommander, node: Node) -> None:
    commander.withdraw()
    count = len(node.told)
    commander.withdraw()
    commander.send(command(0.1, 0.2), state(0.05), GateInputs())
    assert len(node.told) == count
    assert node.destroyed


def test_a_jog_names_its_joints_and_has_a_stamp() -> None:
    jog = encode_jog(SimpleNamespace, ("a", "b"), np.array([0.5, -0.5]), NOW_NS)
    assert (jog.header.stamp.sec, jog.header.stamp.nanosec) == (9, 0)
    assert (jog.joint_names, jog.velocities) == (["a", "b"], [0.5, -0.5])


def test_a_profile_without_a_gain_is_refused(node: Node) -> None:
    gate: Any = None
    with pytest.raises(ConfigError, match=r"forward_velocity needs command\.gain_per_s"):
        VelocityCommander(node, profile(gain_per_s=None), gate)
