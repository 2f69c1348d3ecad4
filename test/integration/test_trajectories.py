# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A goal on a simulated arm that follows trajectories, by topic and by action."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from stand_ins import missing

from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.cli.ready import wait_until_ready
from vla_ros.gate.vocabulary import GateMode
from vla_ros.msg import GateState
from vla_ros.policy.outcome import Outcome
from vla_ros.resources import config_path
from vla_ros.ros.qos import RECORDED_LATCHED
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

CONTROLLER = "/arm_trajectory_controller"
KINDS = {
    "joint_trajectory": f"{CONTROLLER}/joint_trajectory",
    "follow_joint_trajectory": f"{CONTROLLER}/follow_joint_trajectory",
}
OLD = "kind: forward_position\n  topic: /arm_controller/commands"
GOALS = 3


class Watch:
    """What the gate said."""

    def __init__(self, station: Station) -> None:
        self.modes: list[GateMode] = []
        self.tracking_rad: list[float] = []
        self.messages: list[str] = []
        station.watch(GateState, "/vla/gate_state", self._on_state, RECORDED_LATCHED)

    def _on_state(self, message: GateState) -> None:
        self.modes.append(GateMode(message.mode))
        self.tracking_rad.append(message.tracking_rad)
        self.messages.append(message.message)


@pytest.fixture(scope="module", params=KINDS)
def graph(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, scripted: Any
) -> Iterator[Graph]:
    """The four nodes with the scripted policy, on an arm that follows trajectories."""
    if reason := missing(request.param):
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("trajectories")
    text = config_path("robots", "sim_arm").read_text(encoding="utf-8")
    assert OLD in text
    new = f"kind: {request.param}\n  topic: {KINDS[request.param]}"
    profile = folder / "sim_arm.yaml"
    profile.write_text(text.replace(OLD, new), encoding="utf-8")
    options = GraphOptions(
        log_dir=folder / "log", robot=str(profile), sim={"robot": str(profile)}, programs=scripted
    )
    with Graph(options) as running:
        running.start()
        yield running


def test_goals_are_followed_closely_and_nothing_stops_the_arm(
    graph: Graph, goal: Callable[..., Any]
) -> None:
    with Station(name="trajectory_test") as station:
        wait_until_ready(graph, station)
        watch = Watch(station)
        station.ready()
        for _ in range(GOALS):
            ended = station.instructions.send(goal(instruction="nod"))
            assert ended.outcome is Outcome.SUCCEEDED, (ended.message, watch.messages[-5:])
        assert {GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT}.isdisjoint(watch.modes)
        assert GateMode.RUN in watch.modes
        assert np.nanmax(watch.tracking_rad) < 0.02
        station.disarm()
