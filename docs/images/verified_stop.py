# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/images/verified-stop.svg: the gate's own commands, and the stop stored with each.

`python docs/images/verified_stop.py`
"""

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("svg")

from matplotlib import pyplot as plt

from vla_ros.gate import Gate, GateInputs, GateMode, GateState, Request, make_gate_config
from vla_ros.gate.config import Vector3
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import ActionChunk, JointSample

_TICK_NS = 10_000_000
_STEP_NS = 100_000_000
_TICKS = 80
_EVERY = 4  # Stops are drawn for every so many commands.
_SPEED_RAD_S = 1.2
_EDGE_M = 0.2  # Nearer than the profile's, so that the tool is fast there.


def main(path: Path) -> None:
    """Drive the tool sideways through the edge of its workspace, and write the figure."""
    profile = load_robot_profile("sim_arm")
    config = make_gate_config(profile, make_kinematics(profile))
    tool, room = config.tool_position, config.workspace
    if tool is None or room is None:
        raise RuntimeError("sim_arm has neither a tool nor a workspace")
    room = replace(room, upper=(room.upper[0], _EDGE_M, room.upper[2]))
    config = replace(config, estop_topic=None, workspace=room)
    gate, state, now_ns = Gate(config), GateState(), 1_000_000_000
    position = np.array(profile.home)
    ways: list[tuple[float, Vector3, list[Vector3]]] = []
    held_s = np.inf
    for k in range(_TICKS):
        now_ns += _TICK_NS
        rows = np.tile(np.array(profile.home), (16, 1))
        rows[:, 0] += _SPEED_RAD_S * 0.1 * np.arange(16)
        chunks = (_chunk(profile.joint_names, rows, now_ns, state.epoch),) if k == 1 else ()
        inputs = GateInputs(
            joints=_sample(profile.joint_names, position, now_ns),
            requests=(Request.ARM,) if k == 0 else (),
            chunks=chunks,
        )
        state, decision = gate.step(state, inputs, now_ns)
        if decision.command is None or state.stop is None:
            raise RuntimeError(f"the gate did not move: {decision.findings}")
        if decision.mode is GateMode.HOLD:
            held_s = min(held_s, k * 0.01)
        position = decision.command.position
        left_s = max(state.stop.duration_s - state.stop_elapsed_s, 0.0)
        times = state.stop_elapsed_s + np.linspace(0.0, left_s, 12)
        stop = [tool(state.stop.at(float(t)).position) for t in times]
        ways.append((left_s, tool(tuple(position.tolist())), stop))
    _draw(path, ways, held_s)


def _draw(path: Path, ways: list[tuple[float, Vector3, list[Vector3]]], held_s: float) -> None:
    plt.rcParams.update({"svg.hashsalt": "vla_ros", "svg.fonttype": "none", "font.size": 9})
    figure, axes = plt.subplots(figsize=(7.0, 3.2), layout="constrained")
    for k, (left_s, _, stop) in enumerate(ways):
        if k % _EVERY == 0 and left_s > 0.0 and k * 0.01 <= held_s:
            times = k * 0.01 + np.linspace(0.0, left_s, len(stop))
            axes.plot(times, [y for _, y, _ in stop], color="tab:blue", linewidth=0.7, alpha=0.7)
    commanded = [point[1] for _, point, _ in ways]
    axes.plot(np.arange(len(ways)) * 0.01, commanded, color="black", label="published commands")
    axes.plot([], [], color="tab:blue", linewidth=0.7, label="the stop stored with a command")
    axes.axhline(_EDGE_M, color="tab:red", linestyle="--", label="edge of the workspace")
    axes.axvline(held_s, color="0.6", linewidth=0.8)
    axes.text(held_s + 0.01, 0.02, "from here the stored stop", color="0.4")
    axes.set(
        xlabel="time [s]", ylabel="tool, y [m]", xlim=(0.0, len(ways) * 0.01), ylim=(0.0, 0.22)
    )
    axes.legend(loc="center right", frameon=False)
    figure.savefig(path, metadata={"Date": None})


def _sample(names: tuple[str, ...], position: np.ndarray, now_ns: int) -> JointSample:
    return JointSample(
        names=names,
        stamp_ns=now_ns,
        arrival_ns=now_ns,
        position=position.copy(),
        velocity=np.zeros(len(names)),
    )


def _chunk(names: tuple[str, ...], rows: np.ndarray, now_ns: int, epoch: int) -> ActionChunk:
    return ActionChunk(
        goal_id="0" * 32,
        session=1,
        epoch=epoch,
        sequence=1,
        last=False,
        observed_ns=now_ns,
        first_ns=now_ns,
        step_ns=_STEP_NS,
        joint_names=names,
        position_rad=rows,
        gripper=np.ones(len(rows)),
    )


if __name__ == "__main__":
    main(Path(__file__).with_name("verified-stop.svg"))
