# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A goal is refused with the doctor's own line, for every fault that inference_node can see."""

from dataclasses import replace

import pytest
from goals import GO, observation
from healthy import GRAPH, HEALTHY, gate, with_camera, with_command, with_graph, with_images
from planted_graph import CAMERAS, COMMANDS, FAIL, JOINTS, OTHER, OURS, WARN
from planted_profiles import MACHINES, NODES, PROBES, PROFILES

from vla_ros.doctor.examine import Seen, examine
from vla_ros.doctor.facts import PolicySeen
from vla_ros.doctor.line import Level
from vla_ros.doctor.refuse import find_refusals, words_of
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.admission import Patience, check_start

FAULTS = {**CAMERAS, **JOINTS, **COMMANDS, **NODES, **PROFILES, **PROBES, **MACHINES}
# Why a goal never meets them here; docs/how-to/check-your-robot.md says so too.
NEVER_CONFIGURED = {"robot.profile", "policy.profile", "policy.model"}
SAID_BEFORE = {"gate.state", "observation.topic"}
OF_THE_SHELL = {"machine.fastdds", "machine.disk"}
ELSEWHERE = NEVER_CONFIGURED | SAID_BEFORE | OF_THE_SHELL
RED = [n for n, f in FAULTS.items() if f.level is FAIL and f.check not in ELSEWHERE]


def as_seen_by_inference_node(seen: Seen) -> Seen:
    return replace(seen, machine=None)


def test_there_are_many_faults_to_refuse() -> None:
    assert len(RED) >= 40


def test_a_healthy_robot_refuses_nothing() -> None:
    assert find_refusals(as_seen_by_inference_node(HEALTHY)) == ()
    assert words_of(()) == ""


@pytest.mark.parametrize("name", RED)
def test_a_goal_is_refused_with_the_words_of_the_doctor(name: str) -> None:
    planted = FAULTS[name]
    (told,) = (line for line in examine(planted.seen) if line.check == planted.check)
    lines = find_refusals(as_seen_by_inference_node(planted.seen))
    assert told in lines
    assert words_of(lines) == told.text.rstrip(".")


@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if f.level is WARN])
def test_a_warning_refuses_nothing(name: str) -> None:
    assert find_refusals(as_seen_by_inference_node(FAULTS[name].seen)) == ()


@pytest.mark.parametrize("mode", [GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT, None])
def test_what_the_gate_has_against_a_goal_is_said_in_the_same_words(mode: GateMode | None) -> None:
    says = None if mode is None else gate(mode, message="joint2 does not follow")
    (told,) = (line for line in examine(with_graph(gate=says)) if line.check == "gate.state")
    end = check_start(GO, observation(0), says, Patience(), 0)
    assert end is not None
    assert end.message == told.text


def test_a_camera_that_froze_while_the_arm_moved_stays_red_at_rest() -> None:
    (line,) = find_refusals(with_camera(pictures=1, frozen=True))
    assert line.text.startswith("90 images are equal to the last bit while the arm moves. The ca")


def test_without_eyes_or_a_policy_the_arm_can_be_parked() -> None:
    blind = with_images(publishers=(), count=0)
    broken = replace(HEALTHY, policy=PolicySeen(name="x", objection="no"), probe=None)
    for seen in (blind, broken):
        assert find_refusals(seen)
        assert find_refusals(seen, parks=True) == ()
    assert find_refusals(with_command(publishers=(OURS, OTHER)), parks=True)


def test_a_goal_that_moves_nothing_needs_no_controller() -> None:
    seen = with_command(listeners=())
    assert find_refusals(seen)
    assert find_refusals(seen, moves=False) == ()


def test_without_an_observation_only_what_is_behind_it_is_told() -> None:
    seen = with_images(publishers=(), count=0)
    seen = replace(seen, graph=replace(seen.graph, commands=(), chunks=()))
    checks = [line.check for line in find_refusals(seen, observed=False)]
    assert checks == ["camera.wrist.topic"]


def test_a_dry_run_waits_for_no_controller_but_says_so() -> None:
    nodes = (*GRAPH.nodes[:2], replace(GRAPH.nodes[2], parameters={"dry_run": True}))
    seen = with_graph(
        nodes=nodes, commands=tuple(replace(c, listeners=()) for c in GRAPH.commands)
    )
    assert find_refusals(seen) == ()
    warned = [line.check for line in examine(seen) if line.level is Level.WARN]
    assert warned == ["command.arm.listener", "command.gripper.listener"]


def test_many_faults_are_told_in_part() -> None:
    seen = with_graph(cameras=(), chunks=(), commands=(), sources=(), gate_sha256="6" * 64)
    nodes = tuple(replace(node, count=0) for node in GRAPH.nodes)
    seen = replace(seen, graph=replace(seen.graph, nodes=nodes))
    text = words_of(find_refusals(seen))
    assert text.startswith("executor_node works with other constants")
    assert text.endswith(". And 1 more: ask `vla_ros doctor`")
