# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Leaving an obstacle that came too near is no leave to touch what always stands there."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import GateConfig, GateInputs, make_gate_config
from vla_ros.gate.checks.collision import check_surroundings_stop
from vla_ros.gate.state import Obstacle, Obstacles
from vla_ros.gate.stop import MotionGenerator, at_rest
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile

PROFILE = load_robot_profile("sim_arm")
BESIDE_THE_ARM = (0.0, 0.5, 0.3)
AROUND_THE_SHOULDER = (0.0, 0.0, 0.18)


@pytest.fixture(scope="module")
def config() -> GateConfig:
    return make_gate_config(PROFILE, make_kinematics(PROFILE))


def box_at(place_m: tuple[float, float, float]) -> Obstacle:
    return Obstacle(name="box", size=(0.1,) * 3, position=place_m, rotation=(0.0, 0.0, 0.0, 1.0))


def judge(config: GateConfig, now: Any, then: Any, *places_m: tuple[float, float, float]) -> Any:
    """Judge a command, with the arm where it is now and boxes somewhere."""
    boxes = tuple(map(box_at, places_m))
    inputs = GateInputs(obstacles=Obstacles(boxes=boxes, age_s=0.0))
    state = SimpleNamespace(motion=at_rest(tuple(now)))
    tick: Any = SimpleNamespace(config=config, inputs=inputs, state=state)
    candidate = at_rest(tuple(then))
    stop = MotionGenerator(config.limits, config.dt_s).stop(candidate)
    return check_surroundings_stop(candidate, stop, tick)


def lowered(config: GateConfig) -> tuple[Any, Any]:
    """Return postures just clear of the table, and just not."""
    assert config.collision is not None
    shoulder = np.eye(6)[1]
    angle = 0.0
    while config.collision.is_clear(tuple(PROFILE.home + angle * shoulder), 0.0):
        angle += 0.002
    return PROFILE.home + (angle - 0.002) * shoulder, PROFILE.home + angle * shoulder


def test_an_arm_in_an_obstacle_that_came_may_move_but_not_into_the_table(
    config: GateConfig,
) -> None:
    above, below = lowered(config)
    assert judge(config, above, above, BESIDE_THE_ARM) is None
    assert judge(config, above, below, BESIDE_THE_ARM) is not None
    assert judge(config, above, above, AROUND_THE_SHOULDER) is None
    assert judge(config, above, below, AROUND_THE_SHOULDER) is not None


def test_leaving_one_obstacle_is_no_leave_to_come_nearer_to_another(config: GateConfig) -> None:
    assert config.collision is not None
    deep, shallow = (0.4, 0.11, 0.3), (0.4, -0.12, 0.3)
    excesses = config.collision.excesses_around(PROFILE.home, (box_at(deep), box_at(shallow)))
    assert sum(excess < 0.0 for excess in excesses) >= 2
    away = (PROFILE.home[0] - 0.01, *PROFILE.home[1:])
    assert judge(config, PROFILE.home, away, deep) is None
    assert judge(config, PROFILE.home, away, deep, shallow) is not None
