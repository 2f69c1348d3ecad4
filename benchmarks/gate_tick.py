# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long one tick of the gate takes while it follows a moving plan, and how late its loop is.

Everything that the profile asks for is on: limits, verified stop, collisions, final checker.
"""

import gc
import sys
import threading
import time
from pathlib import Path

import numpy as np
from measure import NS_PER_MS, make_parser, over, quantiles, report

from vla_ros.gate.config import make_gate_config
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import (
    EstopInput,
    GateInputs,
    GateState,
    Heartbeat,
    HumanDistance,
    Obstacle,
    Obstacles,
)
from vla_ros.gate.vocabulary import GateMode, Request
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.ros.control_loop import ControlLoop, SteadyClock
from vla_ros.types import ActionChunk, JointSample

SEVEN_JOINTS = Path(__file__).parent / "robots" / "seven_joint.yaml"
FAR_BOX = Obstacle(
    name="box", size=(0.2, 0.2, 0.2), position=(0.3, 0.8, 0.1), rotation=(0.0, 0.0, 0.0, 1.0)
)
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


class Run:
    """A gate that follows a plan in simulated time, with a perfect arm behind it."""

    def __init__(self, robot: RobotProfile) -> None:
        self.gate = Gate(make_gate_config(robot, make_kinematics(robot)))
        self.durations_ms: list[float] = []
        self.running = 0
        self._robot = robot
        self._home = np.array(robot.home)
        self._position, self._state = self._home, GateState()
        self._button = EstopInput(pressed=False, age_s=0.0)
        self._well = Heartbeat(good=True, age_s=0.0)
        self._ticks = 0
        self._tick_ns = round(self.gate.config.dt_s * 1e9)

    def tick(self) -> None:
        """Let one period pass."""
        now_ns = self._ticks * self._tick_ns
        joints = JointSample(
            names=self._robot.joint_names,
            stamp_ns=now_ns,
            arrival_ns=now_ns,
            position=self._position.copy(),
            velocity=np.zeros(len(self._home)),
        )
        armed = self._state.mode in {GateMode.ARMED, GateMode.RUN, GateMode.HOLD}
        due = armed and self._ticks % REPLAN_TICKS == 0
        inputs = GateInputs(
            joints=joints,
            chunks=(make_chunk(self._robot, self._home, now_ns, self._ticks),) if due else (),
            requests=() if armed else (Request.ARM,),
            estop=self._button,
            driver=self._well,
            deadman=self._well,
            human=HumanDistance(distance_m=3.0, age_s=0.0),
            obstacles=Obstacles(boxes=(FAR_BOX,), age_s=0.0),
        )
        began_ns = time.perf_counter_ns()
        self._state, decision = self.gate.step(self._state, inputs, now_ns)
        self.durations_ms.append((time.perf_counter_ns() - began_ns) / NS_PER_MS)
        self.running += decision.mode is GateMode.RUN
        if decision.command is not None:
            self._position = decision.command.position
        self._ticks += 1


class WatchedClock(SteadyClock):
    """A clock that remembers how late it woke the loop.

    Attributes:
        late_ms: After each deadline [ms].
    """

    def __init__(self) -> None:
        super().__init__(time.time_ns)
        self.late_ms: list[float] = []

    def sleep_until(self, deadline_ns: int, stop: threading.Event) -> None:
        """Block until the deadline."""
        super().sleep_until(deadline_ns, stop)
        self.late_ms.append(max(self.now_ns() - deadline_ns, 0) / NS_PER_MS)


def measure_lateness(robot: RobotProfile, rate_hz: float, duration_s: float) -> list[float]:
    """Return how late each tick of a control loop began in which the gate works [ms]."""
    run, clock = Run(robot), WatchedClock()
    loop = ControlLoop(clock, 1.0 / rate_hz, lambda _: run.tick(), print)
    loop.start()
    threading.Event().wait(duration_s)
    loop.stop()
    return clock.late_ms


def main() -> int:
    """Measure and print; the exit code."""
    parser = make_parser(__doc__, repeats=5000)
    parser.add_argument("--robot", default=str(SEVEN_JOINTS), help="robot profile; 7 joints")
    parser.add_argument("--lateness-s", type=float, default=5.0, help="how long each loop runs")
    args = parser.parse_args()
    robot = load_robot_profile(args.robot)
    run = Run(robot)
    gc.collect()
    gc.freeze()
    gc.disable()  # As executor_node does while it is active.
    for _ in range(args.repeats + WARM_UP_TICKS):
        run.tick()
    figures = quantiles("tick", run.durations_ms[WARM_UP_TICKS:])
    figures["running_share"] = run.running / len(run.durations_ms)
    figures["joints"] = len(robot.joints)
    for rate_hz in (100, 250) if args.lateness_s > 0.0 else ():
        figures |= quantiles(
            f"late_{rate_hz}_hz", measure_lateness(robot, rate_hz, args.lateness_s)
        )
    bar_ms = 0.25 if args.bar is None else args.bar
    missed = over(figures, {"tick_median_ms": bar_ms, "tick_p99_ms": 4.0 * bar_ms})
    if figures["running_share"] < 0.9:
        missed.append(f"the gate ran in {figures['running_share']:.0%} of the ticks only")
    return report(figures, args.json, missed)


if __name__ == "__main__":
    sys.exit(main())
