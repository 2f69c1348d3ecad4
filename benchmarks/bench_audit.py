# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the audit log costs the control thread at 100 Hz, with seven joints in motion.

`hand_over` is the call itself; `tick` a fixed piece of work of a control thread while the log is
written beside it, and `alone` the same work without a log.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from measure import NS_PER_MS, make_parser, over, quantiles, report

from vla_ros.gate.config import make_gate_config
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.vocabulary import GateMode
from vla_ros.nodes.executor_audit import ExecutorAudit
from vla_ros.params import ExecutorParams
from vla_ros.robot.profile import load_robot_profile

PERIOD_S = 0.01
SWITCH_S = 0.0005  # As the nodes set it.
WORK = 15_000  # Additions: about 0.3 ms, as a tick of the gate.
JOINTS = tuple(f"joint{k}" for k in range(1, 8))


def make_commands(count: int) -> list[PublishedCommand]:
    """Return commands that all differ."""
    rng = np.random.default_rng(0)
    rest = PublishedCommand(
        stamp_ns=time.time_ns(),
        names=JOINTS,
        position=(0.0,) * 7,
        velocity=(0.0,) * 7,
        acceleration=(0.0,) * 7,
        gripper=1.0,
        mode=GateMode.RUN,
        emergency=False,
        epoch=1,
        armed_ns=time.time_ns(),
        measured=(0.0,) * 7,
        source_epoch=1,
        observed_ns=time.time_ns(),
    )
    return [
        replace(
            rest,
            position=tuple(rng.normal(size=7).tolist()),
            velocity=tuple(rng.normal(size=7).tolist()),
        )
        for _ in range(count)
    ]


def work() -> int:
    """Keep Python busy, in steps between which another thread may run."""
    total = 0
    for k in range(WORK):
        total += k
    return total


def run(
    commands: list[PublishedCommand], put: Callable[[PublishedCommand], None]
) -> tuple[list[float], list[float]]:
    """Tick as the control thread does; return how long hand-over and work took [ms]."""
    calls, works = [], []
    due_s = time.monotonic()
    for command in commands:
        due_s += PERIOD_S
        time.sleep(max(0.0, due_s - time.monotonic()))
        began_ns = time.perf_counter_ns()
        work()
        worked_ns = time.perf_counter_ns()
        put(command)
        calls.append((time.perf_counter_ns() - worked_ns) / NS_PER_MS)
        works.append((worked_ns - began_ns) / NS_PER_MS)
    return calls, works


def main() -> int:
    """Measure and print; the exit code."""
    args = make_parser(__doc__, repeats=1000).parse_args()
    sys.setswitchinterval(SWITCH_S)
    robot = load_robot_profile("sim_arm")
    commands = make_commands(args.repeats)
    figures = quantiles("alone", run(commands, lambda _: None)[1])
    with tempfile.TemporaryDirectory() as folder:
        params = ExecutorParams(robot="sim_arm", audit_folder=folder)
        audit = ExecutorAudit(
            params, robot, make_gate_config(robot, None), "/bench", lambda *_: None
        )
        audit.begin()
        calls, works = run(commands, audit.put)
        audit.end()
    figures |= quantiles("tick", works) | quantiles("hand_over", calls)
    bar_ms = 0.02 if args.bar is None else args.bar
    return report(figures, args.json, over(figures, {"hand_over_median_ms": bar_ms}))


if __name__ == "__main__":
    sys.exit(main())
