# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The short form of `benchmarks/adversarial.py`, and that its judge is not blind."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vla_ros.gate import ALL_CHECKS, Gate, make_gate_config
from vla_ros.gate.checks.collision import COLLISION_CHECKS
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import load_robot_profile

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ROBOTS = ("sim_arm", "seven_joint")


@pytest.fixture
def adversarial(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return pytest.importorskip("adversarial")


@pytest.fixture(params=ROBOTS)
def robot(request: pytest.FixtureRequest) -> str:
    ours = BENCHMARKS / "robots" / f"{request.param}.yaml"
    return str(ours) if ours.is_file() else str(request.param)


def make_parts(adversarial: ModuleType, robot: str, checks: Any = ALL_CHECKS) -> tuple[Any, Any]:
    profile = load_robot_profile(robot)
    kinematics = make_kinematics(profile)
    config = make_gate_config(profile, kinematics)
    judge = adversarial.Judge(
        config, adversarial.Distances(profile), adversarial.Contacts(profile), 5
    )
    return Gate(config, checks), judge


def test_there_are_thirty_generators_of_different_names(adversarial: ModuleType) -> None:
    names = {generator.__name__ for generator in adversarial.GENERATORS}
    assert len(names) == len(adversarial.GENERATORS) >= 30


@pytest.mark.slow
def test_ten_thousand_hostile_commands_break_nothing(
    adversarial: ModuleType,
    robot: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["adversarial", "--commands", "10000", "--robot", robot])
    code = adversarial.main()
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert " violations=0 " in shown.splitlines()[-1]


def test_a_gate_without_its_collision_checks_is_found_out(
    adversarial: ModuleType, robot: str
) -> None:
    fewer = tuple(check for check in ALL_CHECKS if check not in COLLISION_CHECKS)
    gate, judge = make_parts(adversarial, robot, fewer)
    generators = {generator.__name__: generator for generator in adversarial.GENERATORS}
    tally = adversarial.run_generator(gate, judge, generators["fold_onto_itself"], 2000, 1)
    assert tally.violations
    assert "INVARIANT_I8" in "".join(tally.texts)


def test_distances_are_those_of_the_shapes(adversarial: ModuleType, robot: str) -> None:
    profile = load_robot_profile(robot)
    own, around = adversarial.Distances(profile).measure(np.array(profile.home))
    assert 0.0 < own.excess_m < own.distance_m < 0.2
    assert 0.0 < around.excess_m < around.distance_m < 0.2


def test_a_generator_that_moves_nothing_and_too_few_commands_fail(
    adversarial: ModuleType,
) -> None:
    tallies = {"lazy": adversarial.Tally(commands=5)}
    missed = adversarial._missed(tallies, {"commands": 5.0}, 10)
    assert missed == ["lazy moved nothing", "5 commands were published, wanted 10"]


def test_a_physics_engine_sees_the_arm_touch_where_the_distance_is_negative(
    adversarial: ModuleType, robot: str
) -> None:
    profile = load_robot_profile(robot)
    distances, contacts = adversarial.Distances(profile), adversarial.Contacts(profile)
    lower = [joint.lower_rad for joint in profile.joints]
    upper = [joint.upper_rad for joint in profile.joints]
    seen = set()
    for q in np.random.default_rng(3).uniform(lower, upper, (300, len(lower))):
        touches = min(near.distance_m for near in distances.measure(q)) < 0.0
        assert (contacts.count(q) > 0) is touches
        seen.add(touches)
    assert seen == {True, False}
