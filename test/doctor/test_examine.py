# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Faults are planted one at a time; each is found, by the right line and by no other."""

from dataclasses import replace

import pytest
from healthy import (
    GRAPH,
    HEALTHY,
    NAMES,
    with_camera,
    with_graph,
    with_joints,
    with_parameters,
)
from planted_graph import CAMERAS, COMMANDS, JOINTS, WARN
from planted_profiles import MACHINES, NODES, PROBES, PROFILES

from vla_ros.doctor.examine import examine
from vla_ros.doctor.facts import Endpoint
from vla_ros.doctor.line import Level, Line, worst

FAULTS = {**CAMERAS, **JOINTS, **COMMANDS, **NODES, **PROFILES, **PROBES, **MACHINES}
ALONGSIDE = {
    # One fault shows in two places: the image is too small and its CameraInfo was left out.
    "an image that is too small": {"camera.wrist.info"},
    "an image of another shape": {"camera.wrist.info"},
}


def found(lines: tuple[Line, ...]) -> list[Line]:
    return [line for line in lines if line.level > Level.PASS]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    lines = examine(HEALTHY)
    assert found(lines) == []
    assert len(lines) > 40
    assert worst(lines) is Level.PASS


def test_every_check_has_a_name_of_its_own() -> None:
    names = [line.check for line in examine(HEALTHY)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_by_the_right_line_and_by_no_other(name: str) -> None:
    planted = FAULTS[name]
    lines = {line.check: line for line in found(examine(planted.seen))}
    line = lines[planted.check]
    assert line.level is planted.level
    assert planted.text in line.text
    assert set(lines) - {planted.check} == ALONGSIDE.get(name, set())


@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if f.level is WARN])
def test_a_warning_always_says_what_to_do(name: str) -> None:
    for line in found(examine(FAULTS[name].seen)):
        assert line.remedy, line


def test_a_frozen_camera_fails_once_the_arm_moves() -> None:
    seen = with_camera(pictures=1)
    joints = replace(GRAPH.joints, speed_rad_s=0.2)
    lines = examine(replace(seen, graph=replace(seen.graph, joints=joints)))
    assert [line.text for line in found(lines)] == [
        "90 images are equal to the last bit while the arm moves. The camera hangs: restart its "
        "driver"
    ]


def test_large_images_want_a_fast_dds_profile() -> None:
    seen = with_camera(size_bytes=921_600)
    machine = replace(HEALTHY.machine, fastdds_file=None, fastdds_readable=False)
    lines = found(examine(replace(seen, machine=machine)))
    assert [line.check for line in lines] == ["machine.fastdds"]
    assert "an image has 0.9 MB" in lines[0].text


def test_another_order_and_more_joints_are_fine() -> None:
    lines = examine(with_joints(layouts=((*reversed(NAMES), "wheel"),)))
    assert found(lines) == []
    text = next(line.text for line in lines if line.check == "joints.names")
    assert (
        text
        == "all 7 joints are there, in another order, which is sorted by name; not used: wheel"
    )


def test_a_gripper_with_messages_of_its_own_is_fine() -> None:
    lines = examine(with_joints(layouts=(NAMES[6:], NAMES[:6])))
    assert found(lines) == []
    text = next(line.text for line in lines if line.check == "joints.names")
    assert text == "all 7 joints are there, the gripper's in messages of its own"


def test_nodes_on_simulated_time_need_a_clock() -> None:
    nodes = [replace(n, parameters={**n.parameters, "use_sim_time": True}) for n in GRAPH.nodes]
    lines = found(examine(with_graph(nodes=tuple(nodes))))
    assert [line.check for line in lines] == ["clock"]
    assert "nobody publishes /clock" in lines[0].text
    clock = (Endpoint(node="/sim_node", kind="rosgraph_msgs/msg/Clock"),)
    assert found(examine(with_graph(nodes=tuple(nodes), clock=clock))) == []


def test_a_dry_run_commands_no_controller_and_says_so() -> None:
    dry = with_parameters(2, dry_run=True)
    silent = tuple(replace(command, publishers=()) for command in GRAPH.commands)
    lines = examine(replace(dry, graph=replace(dry.graph, commands=silent)))
    assert found(lines) == []
    (line,) = (line for line in lines if line.check == "command.dry_run")
    assert line.level is Level.INFO
    assert line.text == "/vla/executor_node has dry_run: it commands a ghost, no controller"
