# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import argparse
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("vla_ros.action", reason="the interfaces are not built")

from vla_ros.cli import park, send
from vla_ros.cli.main import main
from vla_ros.errors import ConfigError, VlaRosError
from vla_ros.policy.outcome import Outcome
from vla_ros.robot.profile import load_robot_profile

pytestmark = pytest.mark.ros
ROBOT = load_robot_profile("sim_arm")


def station(*, robot: str = "sim_arm", dry_run: bool = False) -> Any:
    """A station whose executor_node has these parameters."""
    values = [SimpleNamespace(string_value=robot), SimpleNamespace(bool_value=dry_run)]
    services = SimpleNamespace(ask=lambda *_: SimpleNamespace(values=values))
    return SimpleNamespace(
        namespace="/vla",
        services=services,
        arm=lambda: "armed, epoch 1",
        watch=lambda *_: None,
    )


def hear(way: Any, position: list[float], names: tuple[str, ...] = ROBOT.joint_names) -> None:
    way._hear(SimpleNamespace(joint_state=SimpleNamespace(name=names, position=position)))


def test_without_an_executor_it_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["park", "--wait", "0.1"]) == send.EXIT_NO_SERVER
    assert "no service /vla/executor_node/get_parameters" in capsys.readouterr().err


def test_the_robot_is_the_one_that_the_executor_goes_by() -> None:
    assert park._find_robot(station(), 1.0).name == "sim_arm"
    with pytest.raises(ConfigError, match="no_such_arm"):
        park._find_robot(station(robot="no_such_arm"), 1.0)


def test_a_dry_run_is_refused() -> None:
    with pytest.raises(VlaRosError, match="runs with dry_run: nothing would move"):
        park._find_robot(station(dry_run=True), 1.0)


def test_it_arms_a_simulation_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    park._arm(station(), ROBOT)
    assert "arming, as the operator of the simulation: armed, epoch 1" in capsys.readouterr().out


def test_it_never_arms_a_real_robot() -> None:
    with pytest.raises(VlaRosError, match="--arm is only for simulations, and robot 'sim_arm'"):
        park._arm(station(), ROBOT.model_copy(update={"simulated": False}))


@pytest.mark.parametrize("text", ["0", "0.009", "1.01", "-1", "nan", "inf"])
def test_a_speed_out_of_range_is_wrong_usage(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["park", f"--speed={text}"])
    assert "is outside [0.01, 1]" in capsys.readouterr().err


def test_the_distance_is_that_of_the_farthest_joint() -> None:
    way = park._Way(station(), ROBOT)
    assert way.describe() == "no observation says how far from home the arm is"
    position = list(ROBOT.home)
    position[1] -= 0.25
    hear(way, position)
    assert way.describe() == "joint2 is 0.250 rad from home, no joint is farther"


def test_help_lists_the_exit_codes_and_what_ctrl_c_does() -> None:
    parser = argparse.ArgumentParser()
    park.add_arguments(parser)
    text = parser.format_help()
    assert all(f"{send.exit_code(o)} {o.name}" in text for o in Outcome if o > 1)
    assert "Ctrl-C stops the arm and holds it" in text
