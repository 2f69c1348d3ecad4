# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole examination: from everything that was seen to all lines, in the order of the path."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vla_ros.doctor.cameras import check_camera
from vla_ros.doctor.commands import (
    check_controller,
    check_listener,
    check_no_estop,
    check_publisher,
    check_source,
)
from vla_ros.doctor.facts import GraphSeen, MachineSeen, PolicySeen, RobotSeen
from vla_ros.doctor.joints import check_joints
from vla_ros.doctor.line import Level, Line, failed, told
from vla_ros.doctor.machine import check_machine
from vla_ros.doctor.nodes import (
    check_chunks,
    check_clock,
    check_gate,
    check_node,
    check_observation,
    check_profiles,
)
from vla_ros.doctor.policy import check_policy
from vla_ros.doctor.probe import Probe, check_probe
from vla_ros.doctor.robot import check_robot
from vla_ros.doctor.sensors import check_sensor
from vla_ros.robot.profile import RobotProfile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Everything that was seen.

    Attributes:
        robot: The robot profile.
        policy: The policy profile.
        graph: The live graph.
        machine: This machine; None where nobody looks at it.
        probe: The policy's answer; None if it could not even be loaded.
        model_objection: Why it could not; empty if it could.
    """

    robot: RobotSeen
    policy: PolicySeen
    graph: GraphSeen
    machine: MachineSeen | None
    probe: Probe | None = None
    model_objection: str = ""


def examine(seen: Seen) -> tuple[Line, ...]:
    """Return what all checks have to say."""
    return tuple(_examine(seen))


def _examine(seen: Seen) -> Iterator[Line]:
    graph, robot = seen.graph, seen.robot.profile
    if seen.machine is not None:
        sizes = [camera.size_bytes for camera in graph.cameras]
        yield from check_machine(seen.machine, max(sizes, default=0))
    yield from check_robot(seen.robot)
    yield from _policy(seen)
    yield from check_profiles(graph, seen.robot, seen.policy)
    yield check_clock(graph)
    if robot is not None:
        yield from _inputs(seen, robot)
    for node in graph.nodes:
        yield check_node(node)
    if robot is not None:
        yield from _outputs(graph, robot)
    yield check_gate(graph.gate)


def _policy(seen: Seen) -> Iterator[Line]:
    policy, robot = seen.policy.profile, seen.robot.profile
    if policy is None:
        yield failed("policy.profile", seen.policy.objection, "")
        return
    if robot is None:
        return
    yield from check_policy(policy, robot)
    if seen.model_objection:
        yield failed("policy.model", seen.model_objection, "")
    if seen.probe is not None:
        yield from check_probe(seen.probe, policy, robot)


def _inputs(seen: Seen, robot: RobotProfile) -> Iterator[Line]:
    graph, policy = seen.graph, seen.policy.profile
    speed_rad_s = 0.0 if graph.joints is None else graph.joints.speed_rad_s
    if policy is not None:
        for camera in graph.cameras:
            yield from check_camera(camera, robot, policy, speed_rad_s)
        for sensor in graph.sensors:
            yield from check_sensor(sensor, robot, policy)
    if graph.joints is not None:
        yield from check_joints(graph.joints, robot)
    yield from check_no_estop(robot)
    for source in graph.sources:
        yield from check_source(source)
    if graph.observation is not None:
        oldest_s = robot.thresholds.observation_max_age_s
        yield from check_observation(graph.observation, oldest_s)


def _outputs(graph: GraphSeen, robot: RobotProfile) -> Iterator[Line]:
    executor = f"{graph.namespace}/executor_node"
    dry_run = any(n.parameters.get("dry_run") for n in graph.nodes if n.name == executor)
    if dry_run:
        yield told(
            "command.dry_run", f"{executor} has dry_run: it commands a ghost, no controller"
        )
    for command in graph.commands:
        obeyed = check_listener(command, robot)
        if dry_run:
            # Nobody has to obey yet; a person wants to know before it is for real.
            yield replace(obeyed, level=min(obeyed.level, Level.WARN))
        else:
            yield check_publisher(command, executor)
            yield obeyed
            yield from check_controller(command)
    yield check_chunks(graph.chunks)
