# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long one tick of the gate takes while it follows a moving plan."""

import sys
import time

import numpy as np
from measure import NS_PER_MS, make_parser, over, quantiles, report

from vla_ros.gate.config import make_gate_config
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import EstopInput, GateInputs, GateState
from vla_ros.gate.vocabulary import GateMode, Request
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import ActionChunk, JointSample

TICK_NS = 10_000_000
STEP_NS = 100_000_000
REPLAN_TICKS = 30
WARM_UP_TICKS = 200


def make_chunk(robot: RobotProfile, home: np.ndarray, now_ns: int, sequence: int) -> ActionChunk:
    """Return 16 rows in which every joint swings by 0.15 rad, on from where the last ones were."""
    times = now_ns * 1e-9 + np.arange(16) * STEP_NS * 1e-9
    swing = 0.15 * np.sin(0.5 * np.pi * times)
    return ActionChunk(
        goal_id="0" * 32,
        session=1,
        epoch=1,
        sequence=sequence,
        last=False,
        observed_ns=now_ns,
        first_ns=now_ns,
        step_ns=STEP_NS,
        joint_names=robot.joint_names,
        position_rad=home + swing[:, None] * np.ones(len(home)),
        gripper=np.ones(16),
    )


def main() -> int:
    """Measure and print; the exit code."""
    args = make_parser(__doc__, repeats=5000).parse_args()
    robot = load_robot_profile("sim_arm")
    gate = Gate(make_gate_config(robot, make_kinematics(robot)))
    home = np.array(robot.home)
    position, state = home, GateState()
    estop = EstopInput(pressed=False, age_s=0.0)
    durations, running = [], 0
    for tick in range(args.repeats + WARM_UP_TICKS):
        now_ns = tick * TICK_NS
        joints = JointSample(
            names=robot.joint_names,
            stamp_ns=now_ns,
            arrival_ns=now_ns,
            position=position.copy(),
            velocity=np.zeros(len(home)),
        )
        armed = state.mode in {GateMode.ARMED, GateMode.RUN, GateMode.HOLD}
        chunks = (
            (make_chunk(robot, home, now_ns, tick),) if armed and tick % REPLAN_TICKS == 0 else ()
        )
        requests = () if armed else (Request.ARM,)
        inputs = GateInputs(joints=joints, chunks=chunks, requests=requests, estop=estop)
        began_ns = time.perf_counter_ns()
        state, decision = gate.step(state, inputs, now_ns)
        durations.append((time.perf_counter_ns() - began_ns) / NS_PER_MS)
        running += decision.mode is GateMode.RUN
        if decision.command is not None:
            position = decision.command.position
    figures = quantiles("tick", durations[WARM_UP_TICKS:])
    figures["running_share"] = running / len(durations)
    bar_ms = 0.25 if args.bar is None else args.bar
    missed = over(figures, {"tick_median_ms": bar_ms})
    if figures["running_share"] < 0.9:
        missed.append(f"the gate ran in {figures['running_share']:.0%} of the ticks only")
    return report(figures, args.json, missed)


if __name__ == "__main__":
    sys.exit(main())
