# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the figures of latency_tolerance.py mean."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

# Chooses OpenGL before it imports mujoco.
pytest.importorskip("vla_ros.sim.world", reason="mujoco is not installed")
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from latency_tolerance import Motion, Row, find_missed, for_slow_policy, main, shape_of

from vla_ros.gate.limits import JointLimits, RateLimits
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile

TOP = RateLimits(velocity=(1.0,), acceleration=(5.0,), jerk=(100.0,))
LIMITS = JointLimits(
    names=("joint",),
    lower=(-1.0,),
    upper=(1.0,),
    hard_lower=(-1.0,),
    hard_upper=(1.0,),
    operating=TOP,
    hard=TOP,
)
ROW = Row(
    joining="cross_fade",
    latency_ms=0,
    episodes=100,
    successes=95,
    duration_s=5.0,
    peak_jerk=1.0,
    rms_jerk=0.1,
    border_step=1.0,
    border_step_median=0.5,
    border_step_rad_s=0.05,
    exceeded=0,
    starved=0,
    late=0,
    spare_s=1.0,
)


def ramp(acceleration: float) -> list[np.ndarray]:
    """Return 40 ticks of 10 ms: at rest, then this acceleration from tick 20 on [rad/s^2]."""
    times = np.maximum(np.arange(40) - 20, 0) * 0.01
    return [np.array([0.5 * acceleration * t * t]) for t in times]


def test_a_velocity_step_after_a_chunk_is_told_as_a_share_of_what_is_allowed() -> None:
    shape = shape_of(Motion(position=ramp(4.0), borders=[25]), LIMITS, 0.01)
    assert shape.border_steps == pytest.approx((0.8,))
    assert shape.border_step_rad_s == pytest.approx(0.04)


def test_a_velocity_step_far_from_a_chunk_is_none_of_its_border() -> None:
    shape = shape_of(Motion(position=ramp(4.0), borders=[5]), LIMITS, 0.01)
    assert shape.border_steps == (0.0,)
    assert shape.border_step_rad_s == 0.0


@pytest.mark.parametrize(("acceleration", "beyond"), [(4.9, 2), (5.1, 19)])
def test_ticks_beyond_a_limit_are_counted(acceleration: float, beyond: int) -> None:
    """The ramp begins with more jerk than allowed, in two ticks; 5.1 is too much all along."""
    assert shape_of(Motion(position=ramp(acceleration)), LIMITS, 0.01).exceeded == beyond


def test_an_arm_that_was_never_commanded_has_no_shape() -> None:
    assert shape_of(Motion(), LIMITS, 0.01).exceeded == 0


def test_what_the_best_way_loses_at_200_ms_counts() -> None:
    other = replace(ROW, joining="hold_and_switch")
    slow = [replace(row, latency_ms=200, successes=k) for row, k in ((ROW, 91), (other, 92))]
    assert find_missed([ROW, other, *slow]) == []
    # A way that is as bad without latency does not make up for it.
    hopeless = [replace(ROW, joining="no", latency_ms=k, successes=10) for k in (0, 200)]
    worse = [slow[0], replace(slow[1], successes=91), *hopeless]
    (missed,) = find_missed([ROW, other, *worse])
    assert "at 200 ms loses 4.0% of the episodes against the best at 0 ms, wanted 3%" in missed


def test_a_tick_beyond_a_limit_is_named() -> None:
    (missed,) = find_missed([replace(ROW, exceeded=2)])
    assert missed == "cross_fade at 0 ms: 2 ticks beyond a limit, wanted none"


def test_a_robot_for_a_slow_policy_differs_in_thresholds_only() -> None:
    robot, policy = load_robot_profile("sim_arm"), load_policy_profile("tabletop")
    slow = for_slow_policy(robot, policy, 0.8)
    assert slow.thresholds.observation_max_age_s > 0.8
    assert slow.model_copy(update={"thresholds": robot.thresholds}) == robot
    assert for_slow_policy(robot, policy, 0.0) == robot


def test_a_table_is_printed_and_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.json"
    what = "--actor expert --task close --episodes 1 --latencies-ms 0 --joining cross_fade --json"
    monkeypatch.setattr(sys, "argv", ["latency_tolerance.py", *what.split(), str(table)])
    assert main() == 0
    (row,) = json.loads(table.read_text())["rows"]
    assert (row["successes"], row["exceeded"]) == (1, 0)
    assert "| cross_fade | 0 | 1/1 |" in capsys.readouterr().out
