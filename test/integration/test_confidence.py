# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that trusts itself less than the robot wants: from its answer to the gate's check."""

from collections.abc import Iterator
from typing import Any

import pytest

from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.gate.vocabulary import GateMode, Reason
from vla_ros.msg import ActionChunk, GateState
from vla_ros.policy.outcome import Outcome
from vla_ros.resources import config_path
from vla_ros.ros.qos import LATCHED
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

LEAST = 0.7  # The scripted policy says 0.625.


@pytest.fixture(scope="module")
def graph(
    tmp_path_factory: pytest.TempPathFactory, scripted: dict[str, tuple[str, ...]]
) -> Iterator[Graph]:
    """The four nodes; the robot wants more confidence than the scripted policy has."""
    folder = tmp_path_factory.mktemp("robots")
    robot = folder / "sim_arm.yaml"
    text = config_path("robots", "sim_arm").read_text()
    robot.write_text(f"{text}\nconfidence: {{least: {LEAST}, in_row: 3}}\n")
    options = GraphOptions(
        robot=str(robot), log_dir=tmp_path_factory.mktemp("log"), programs=scripted
    )
    with Graph(options) as running:
        running.start()
        yield running


def test_the_gate_holds_after_doubtful_chunks_in_a_row_and_the_goal_ends(
    armed: Station, commands: Any, goal: Any
) -> None:
    chunks: list[ActionChunk] = []
    felt: list[float] = []
    states: list[GateState] = []
    armed.watch(ActionChunk, "/vla/action_chunk", chunks.append, 10)
    armed.watch(GateState, "/vla/gate_state", states.append, LATCHED)
    ended = armed.instructions.send(
        goal(instruction="wave"), lambda told: felt.append(told.confidence)
    )
    assert ended.outcome is Outcome.PROTECTIVE_STOP
    assert "held for 2.0 s" in ended.message
    assert {chunk.confidence for chunk in chunks if not chunk.last} == {0.625}
    assert felt[-1] == 0.625
    held = [state for state in states if state.mode == GateMode.HOLD]
    assert any(Reason.LOW_CONFIDENCE in state.reasons for state in held)
    assert any(f"confidence 0.62, wanted {LEAST} to 1" in state.message for state in held)
    commands.assert_smooth()
