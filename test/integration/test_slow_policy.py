# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that thinks for 1.2 s, with chunks and thresholds that allow for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from arm_commands import DT_S
from numpy.typing import NDArray

from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.policy.outcome import Outcome
from vla_ros.resources import config_path
from vla_ros.ros.client import InstructionClient
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

LATENCY_S = 1.2
STILL_RAD = 1e-5  # A tick.
HORIZON = 40  # Of 0.1 s: more than two latencies and a stop.
THRESHOLDS = {"observation_max_age_s": 1.8, "execution_max_age_s": 5.0, "infer_deadline_s": 5.0}


def write_profile(folder: Path, source: Path, section: str, changes: dict[str, Any]) -> str:
    """Write a profile of the package with other values in one section; its path."""
    profile = yaml.safe_load(source.read_text(encoding="utf-8"))
    profile[section] |= changes
    path = folder / source.name
    path.write_text(yaml.safe_dump(profile), encoding="utf-8")
    return str(path)


def longest_pause(moving: NDArray[np.bool_]) -> int:
    """Return the most ticks in a row without motion."""
    return max((len([*ticks]) for moves, ticks in groupby(moving) if not moves), default=0)


@pytest.fixture(scope="module")
def graph(
    tmp_path_factory: pytest.TempPathFactory, scripted: dict[str, tuple[str, ...]]
) -> Iterator[Graph]:
    """The four nodes with profiles for a slow policy."""
    folder = tmp_path_factory.mktemp("slow")
    arm, tabletop = config_path("robots", "sim_arm"), config_path("policies", "tabletop")
    robot = write_profile(folder, arm, "thresholds", THRESHOLDS)
    policy = write_profile(folder, tabletop, "action", {"horizon": HORIZON})
    options = GraphOptions(robot=robot, policy=policy, log_dir=folder / "log", programs=scripted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLA_ROS_SCRIPTED_S", str(LATENCY_S))
        with Graph(options) as running:
            running.start()
            yield running


def test_it_moves_the_arm_without_a_pause(armed: Station, commands: Any, goal: Any) -> None:
    ended = armed.instructions.send(goal(instruction="nod"))
    assert ended.outcome is Outcome.SUCCEEDED, ended.message
    commands.assert_smooth()
    moving = abs(np.diff(commands.rows, axis=0)).max(axis=1) > STILL_RAD
    first, last = np.flatnonzero(moving)[[0, -1]]
    assert last - first > 3.0 * LATENCY_S / DT_S
    assert longest_pause(moving[first:last]) < 0.5 * LATENCY_S / DT_S


def test_a_newer_goal_waits_until_the_policy_has_done_with_the_older_one(
    armed: Station, commands: Any, goal: Any
) -> None:
    """Its own answers are not taken for late because of the one before."""
    newer = InstructionClient(armed.node)
    newer.wait_for_server(5.0)
    with ThreadPoolExecutor(1) as pool:
        older = pool.submit(armed.instructions.send, goal(instruction="wave"))
        armed.wait_for(commands.is_moving, 20.0, "the arm to move")
        ended = newer.send(goal(instruction="nod"))
        assert ended.outcome is Outcome.SUCCEEDED, ended.message
        assert older.result(5.0).outcome is Outcome.PREEMPTED
    newer.close()
    commands.assert_smooth()
