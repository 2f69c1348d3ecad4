# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""executor_node in simulated time, which may be slow or stand still."""

import time
from collections.abc import Callable

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")
pytest.importorskip("vla_ros.msg", reason="the interfaces are not built")

from executor_bench import CLOCK_NS, PROFILE, RATE_HZ, Bench
from rclpy.parameter import Parameter

from vla_ros.gate import GateMode, Reason

pytestmark = pytest.mark.ros

SIMULATED = Parameter("use_sim_time", value=True)


def test_at_half_the_speed_of_time_a_goal_is_followed_as_ever(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(SIMULATED)
    driver = bench.driver
    bench.arm()
    bench.send_chunk()
    bench.until(lambda: len(driver.commands) > 5)
    count, wall_s, time_ns = len(driver.commands), time.monotonic(), driver.time_ns
    bench.until(lambda: driver.position[0] > PROFILE.home[0] + 0.15)
    passed_s = (driver.time_ns - time_ns) * 1e-9
    assert passed_s < 0.6 * (time.monotonic() - wall_s)
    assert len(driver.commands) - count <= passed_s * RATE_HZ / 0.9 + 2
    bench.send_chunk(last=True)
    bench.until(lambda: bench.mode() is GateMode.ARMED and not driver.states[-1].stopping)
    steps = np.abs(np.diff(np.array(driver.commands), axis=0))
    assert steps.max() * RATE_HZ <= PROFILE.joints[0].operating.velocity_rad_s
    objected = {reason for state in driver.states if state.epoch for reason in state.reasons}
    assert objected <= {Reason.AUDIT_DEGRADED}


def test_while_time_stands_still_nothing_is_published(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(SIMULATED)
    driver = bench.driver
    bench.run()
    driver.pace_ns = 0
    counts: list[int] = []

    def is_silent() -> bool:
        counts.append(len(driver.commands))
        return len(counts) > 30 and counts[-1] == counts[-30]

    bench.until(is_silent)
    driver.pace_ns = CLOCK_NS // 2
    bench.until(lambda: len(driver.commands) > counts[-1] + 5)
    assert Reason.CLOCK_JUMP not in driver.states[-1].reasons
