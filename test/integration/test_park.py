# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros park` as a process: the arm goes home through the gate, or stays where it is."""

import signal
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import JointState

from vla_ros.cli.send import EXIT_OUTCOME, exit_code
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.outcome import Outcome
from vla_ros.policy.parking import ARRIVED_RAD
from vla_ros.robot.profile import RobotProfile
from vla_ros.ros.station import Station

pytestmark = [pytest.mark.ros, pytest.mark.integration]

PARK = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from vla_ros.cli.main import main
sys.exit(main(["park", *sys.argv[1:]]))
"""
REJECTED = exit_code(Outcome.REJECTED)


def park(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PARK, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    text, _ = process.communicate(timeout=90)
    return process.returncode, text


@pytest.fixture(scope="module")
def measured(station: Station, robot: RobotProfile) -> list[list[float]]:
    """Every measured pose of the arm [rad], newest last."""
    poses: list[list[float]] = []
    station.watch(JointState, robot.state_topic, lambda m: poses.append(list(m.position[:6])), 10)
    return poses


def lead_away(armed: Station, commands: Any, goal: Any) -> None:
    """Leave the arm somewhere beside home."""
    ended = armed.instructions.send(goal(instruction="wave", timeout_s=0.6))
    assert ended.outcome is Outcome.TIMEOUT
    assert armed.mode is GateMode.ARMED
    commands.clear()


def test_an_armed_arm_goes_home_slowly_and_the_distance_is_told(
    armed: Station, commands: Any, goal: Any, robot: RobotProfile, measured: list[list[float]]
) -> None:
    lead_away(armed, commands, goal)
    home = np.array(robot.home)
    assert np.abs(np.array(measured[-1]) - home).max() > 2 * ARRIVED_RAD
    code, text = finish(park("--speed", "0.3"))
    assert code == 0, text
    assert "parking 'sim_arm' at 0.3 of its operating velocity" in text
    assert "parked: joint" in text.splitlines()[-1]
    assert np.abs(np.array(measured[-1]) - home).max() <= 2 * ARRIVED_RAD
    fastest = np.abs(np.diff(commands.rows, axis=0)).max() / 0.01
    top = robot.joints[0].operating.velocity_rad_s
    assert 0.0 < fastest <= 0.5 * top
    commands.assert_smooth()
    assert armed.mode is GateMode.ARMED


def test_a_gate_that_nobody_armed_refuses_and_nothing_moves(armed: Station, commands: Any) -> None:
    armed.disarm()
    commands.clear()
    code, text = finish(park())
    assert code == REJECTED, text
    assert "~/arm of executor_node" in text, text
    assert commands.count == 0


def test_it_arms_a_simulation_where_it_is_told_to(armed: Station, commands: Any) -> None:
    armed.disarm()
    code, text = finish(park("--arm"))
    assert code == 0, text
    assert "arming, as the operator of the simulation: armed, epoch" in text


def test_it_takes_over_from_no_goal(armed: Station, commands: Any, goal: Any) -> None:
    ends: list[Any] = []
    waving = goal(instruction="wave", timeout_s=12.0)
    thread = threading.Thread(target=lambda: ends.append(armed.instructions.send(waving)))
    thread.start()
    armed.wait_for(commands.is_moving, 20.0, "the arm to move")
    code, text = finish(park())
    assert code == REJECTED, text
    assert "a goal is running; cancel it, or park when it has ended" in text
    assert not ends
    armed.instructions.cancel()
    thread.join(20.0)
    assert ends[0].outcome is Outcome.CANCELED


def test_ctrl_c_stops_the_arm_and_holds_it(armed: Station, commands: Any, goal: Any) -> None:
    lead_away(armed, commands, goal)
    process = park("--speed", "0.05")
    armed.wait_for(lambda: armed.mode is GateMode.RUN, 30.0, "the arm to be on its way")
    process.send_signal(signal.SIGINT)
    code, text = finish(process)
    assert code == EXIT_OUTCOME + Outcome.CANCELED, text
    assert "CANCELED: the client canceled the goal" in text
    armed.wait_for(commands.is_at_rest, 5.0, "the arm to rest")
    assert armed.mode is GateMode.ARMED


def test_an_instruction_takes_over_from_parking(armed: Station, commands: Any, goal: Any) -> None:
    lead_away(armed, commands, goal)
    process = park("--speed", "0.05")
    armed.wait_for(lambda: armed.mode is GateMode.RUN, 30.0, "the arm to be on its way")
    assert armed.instructions.send(goal(instruction="nod")).outcome is Outcome.SUCCEEDED
    code, text = finish(process)
    assert code == EXIT_OUTCOME + Outcome.PREEMPTED, text
    commands.assert_smooth()
