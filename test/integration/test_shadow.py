# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A whole dry run: every node works, a ghost moves, and the arm does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import JointState

from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import ActionChunk
from vla_ros.policy.outcome import Outcome
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

PROGRAMS = {
    "inference_node": (str(Path(__file__).parent / "scripted_inference.py"),),
    "executor_node": ("-m", "vla_ros.nodes.executor_node", "--ros-args", "-p", "dry_run:=true"),
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The four nodes, with the scripted policy and an executor that runs dry."""
    with Graph(GraphOptions(log_dir=tmp_path_factory.mktemp("log"), programs=PROGRAMS)) as running:
        running.start()
        yield running


def test_a_goal_moves_the_ghost_and_not_the_arm(
    armed: Station, commands: Any, robot: RobotProfile, goal: Any
) -> None:
    ghosts: list[list[float]] = []
    measured: list[list[float]] = []
    chunks: list[ActionChunk] = []
    topic = "/vla/executor_node/ghost"
    armed.watch(JointState, topic, lambda m: ghosts.append(list(m.position[:6])), 1000)
    armed.watch(JointState, robot.state_topic, lambda m: measured.append(list(m.position)), 1000)
    armed.watch(ActionChunk, "/vla/action_chunk", chunks.append, 10)
    armed.wait_for(lambda: len(ghosts) > 0 < len(measured), 5.0, "the ghost and the arm")

    ended = armed.instructions.send(goal(instruction="nod"))

    assert ended.outcome is Outcome.SUCCEEDED, ended.message
    assert sum(len(chunk.positions) > 0 for chunk in chunks) >= 3
    assert np.ptp(np.array(ghosts), axis=0).max() > 0.02
    assert np.ptp(np.array(measured), axis=0).max() < 1e-3
    assert commands.count == 0
    topics = (robot.command.topic, robot.gripper.topic)
    assert [armed.node.get_publishers_info_by_topic(each) for each in topics] == [[], []]
    assert armed.mode is GateMode.ARMED
    assert armed.gate_state is not None
    assert armed.gate_state.message.startswith("dry run, nothing moves: ")

    again = armed.instructions.send(goal(instruction="nod"))
    assert again.outcome is Outcome.SUCCEEDED, again.message
