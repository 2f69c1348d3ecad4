# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The embedded policy solves its task on an arm that speaks as other robots' drivers do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stand_ins import missing

from vla_ros.cli.eval_ros import Episode, evaluate
from vla_ros.cli.graph import Graph, GraphOptions
from vla_ros.cli.ready import wait_until_ready
from vla_ros.evaluate.cases import Case
from vla_ros.robot.profile import load_robot_profile
from vla_ros.ros.station import Station
from vla_ros.sim.arm import JOINT_NAMES
from vla_ros.sim.arm_urdf import arm_urdf

pytestmark = [pytest.mark.ros, pytest.mark.integration, pytest.mark.slow]

PROFILES = Path(__file__).parents[1] / "support" / "profiles"
TRIES = 3
# What the gripper's second joint is called, in each style.
MIRRORS = {"ur_style": "robotiq_85_right_knuckle_joint", "so101_style": "gripper_mirror"}
HAND = "kind: forward_position\n  topic: /gripper_controller/commands"
GOALS = "kind: {}\n  topic: /gripper_controller/gripper_cmd\n  max_effort: 20.0"
# Style, whether its joint states are sorted, and the kind of its gripper's commands.
STYLES = (
    ("ur_style", True, "forward_position"),
    ("ur_style", True, "gripper_command"),
    ("so101_style", False, "forward_position"),
)


@pytest.fixture(params=STYLES, ids=lambda style: f"{style[0]}, gripper by {style[2]}")
def graph(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Graph]:
    """All nodes with the embedded policy, on an arm with the names and topics of a style."""
    style, is_sorted, gripper = request.param
    if reason := missing(gripper):
        pytest.skip(reason)
    for suffix in (".yaml", ".urdf"):
        text = (PROFILES / f"{style}{suffix}").read_text(encoding="utf-8")
        if gripper != "forward_position":
            text = text.replace(HAND, GOALS.format(gripper))
        (tmp_path / f"{style}{suffix}").write_text(text, encoding="utf-8")
    options = GraphOptions(
        log_dir=tmp_path / "log",
        robot=str(tmp_path / f"{style}.yaml"),
        sim={"joint_states_sorted": str(is_sorted).lower()},
    )
    with Graph(options) as running:
        running.start()
        yield running


def test_the_embedded_policy_solves_its_task(graph: Graph) -> None:
    """The policy is good, not perfect: one scene of three has to end well."""
    with Station(name="conventions_test") as station:
        wait_until_ready(graph, station)
        episodes: list[Episode] = []
        for seed in range(1, TRIES + 1):
            case = Case(seed=seed, family="put")
            evaluate(graph, station, [case], episodes)
            if episodes[-1].success:
                break
        assert episodes[-1].success, [episode.reason for episode in episodes]


@pytest.mark.parametrize("style", MIRRORS)
def test_the_description_of_a_style_is_generated_from_the_table(style: str) -> None:
    path = PROFILES / f"{style}.yaml"
    profile = load_robot_profile(path)
    names = dict(zip(JOINT_NAMES, profile.joint_names, strict=True))
    names |= {"finger_joint": profile.gripper.joint, "finger_joint_mirror": MIRRORS[style]}
    words = " ".join(f"{old}={new}" for old, new in names.items())
    assert path.with_suffix(".urdf").read_text(encoding="utf-8") == arm_urdf(names), (
        f"run: python -m vla_ros.sim.arm_urdf {path.with_suffix('.urdf')} {words}"
    )
