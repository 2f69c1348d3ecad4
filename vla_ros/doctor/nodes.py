# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of our own nodes: alive, active, of one mind about profiles and time."""

from collections.abc import Iterator
from dataclasses import replace

from vla_ros.doctor.facts import Endpoint, GraphSeen, NodeSeen, PolicySeen, RobotSeen, Stream
from vla_ros.doctor.line import Level, Line, failed, passed, told, warned
from vla_ros.doctor.streams import check_stamps, check_stream, name_of, names_of
from vla_ros.gate.vocabulary import GateMode
from vla_ros.policy.admission import GateFacts, find_gate_fault

_ROS_TIME = "use_sim_time"


def check_node(seen: NodeSeen) -> Line:
    """Object to a node that does not run, is there twice, or is not active."""
    check = f"node.{seen.short}"
    if seen.count == 0:
        return failed(
            check,
            f"{seen.name} does not run",
            "Start it: ros2 launch vla_ros bringup.launch.py, or give --namespace",
        )
    if seen.count > 1:
        return failed(
            check,
            f"there are {seen.count} nodes named {seen.name}",
            "Stop all but one; a node that was killed is listed for some seconds",
        )
    if not seen.state:
        return failed(
            check,
            f"{seen.name} does not answer",
            "It is busy starting, or hangs: look at its log, restart it",
        )
    if seen.state != "active":
        return failed(
            check,
            f"{seen.name} is {seen.state}",
            f"Look at its log for the reason, then: ros2 lifecycle set {seen.name} "
            + ("activate" if seen.state == "inactive" else "configure"),
        )
    return passed(check, f"{seen.name} is active")


def check_gate(gate: GateFacts | None) -> Line:
    """Object to a gate that will not let the arm move, and say why."""
    check = "gate.state"
    fault = find_gate_fault(gate)
    if gate is None or fault is not None:
        return failed(check, *(fault or ("", "")))
    name = gate.mode.name
    if gate.mode is GateMode.HOLD:
        return warned(check, f"holds the arm: {gate.why}", "Look again when that is over")
    if gate.mode is GateMode.IDLE and gate.objections:
        return warned(
            check,
            f"not armed, and objects: {gate.objections} ({gate.message})",
            "Remove the cause; ~/arm is refused while it is there",
        )
    if gate.mode is GateMode.IDLE:
        return passed(check, "not armed, and nothing speaks against ~/arm")
    return passed(check, f"armed ({name})")


def check_chunks(publishers: tuple[Endpoint, ...]) -> Line:
    """Object to more than one policy."""
    check = "policy.chunks"
    if len(publishers) > 1:
        return failed(
            check,
            f"chunks are published by {' and '.join(map(name_of, publishers))}",
            "Only one policy may move the arm: stop the other one",
        )
    if not publishers:
        return failed(check, "nobody publishes chunks", "Start and configure inference_node")
    return passed(check, f"chunks are published by {name_of(publishers[0])} alone")


def check_observation(seen: Stream, oldest_s: float) -> Iterator[Line]:
    """Yield the lines of what perception_node publishes."""
    where = (
        "It needs every camera and the joint states: see the lines above, and "
        "ros2 topic echo /diagnostics"
    )
    heard = check_stream("observation.topic", seen, "Start and configure perception_node")
    yield replace(heard, remedy=where) if seen.publishers and not seen.count else heard
    if heard.level is not Level.FAIL:
        yield check_stamps(
            "observation.clock", seen, oldest_s=oldest_s, key="thresholds.observation_max_age_s"
        )


def check_profiles(graph: GraphSeen, robot: RobotSeen, policy: PolicySeen) -> Iterator[Line]:
    """Yield what the nodes and this examination disagree about."""
    for key, name in (("robot", robot.name), ("policy", policy.name)):
        told_by = {n.short: str(n.parameters[key]) for n in graph.nodes if key in n.parameters}
        others = {node: value for node, value in told_by.items() if value != name}
        if others:
            words = ", ".join(f"{node} has '{value}'" for node, value in sorted(others.items()))
            yield failed(
                f"nodes.{key}",
                f"looked at {key} '{name}', but {words}",
                f"Give all nodes, and --{key} here, the same profile",
            )
        elif told_by:
            yield passed(f"nodes.{key}", f"{', '.join(sorted(told_by))} work with '{name}'")
    if graph.gate_sha256 and robot.gate_sha256:
        yield check_gate_constants(graph.gate_sha256, robot.gate_sha256)


def check_gate_constants(works_with: str, on_disk: str) -> Line:
    """Object to a gate whose robot profile or URDF has changed since it was configured."""
    check = "gate.constants"
    if works_with == on_disk:
        return passed(check, "executor_node works with the robot profile and URDF on this disk")
    return failed(
        check,
        f"executor_node works with other constants ({works_with[:12]}) than the robot profile and "
        f"URDF on this disk give ({on_disk[:12]})",
        "Restart our nodes if the file was edited; if they run on several machines, make the "
        "files equal",
    )


def check_clock(graph: GraphSeen) -> Line:
    """Object to nodes that do not live in one and the same time."""
    check = "clock"
    says = {
        n.short: bool(n.parameters[_ROS_TIME]) for n in graph.nodes if _ROS_TIME in n.parameters
    }
    simulated = sorted(node for node, value in says.items() if value)
    real = sorted(node for node, value in says.items() if not value)
    if simulated and real:
        return failed(
            check,
            f"use_sim_time is true for {', '.join(simulated)} and false for {', '.join(real)}",
            "Give all nodes the same value",
        )
    if simulated and not graph.clock:
        return failed(
            check,
            f"use_sim_time is true for {', '.join(simulated)}, and nobody publishes /clock",
            "Start the simulator (publish_clock:=true for sim_node), or set use_sim_time:=false",
        )
    if len(graph.clock) > 1:
        return failed(
            check,
            f"/clock is published by {names_of(graph.clock)}",
            "One simulator or player at a time: stop the others",
        )
    if graph.clock and real:
        return warned(
            check,
            f"/clock is published by {names_of(graph.clock)}, and use_sim_time is false for "
            f"{', '.join(real)}",
            "In a simulation set use_sim_time:=true for all; else stop that publisher",
        )
    if not says:
        return told(check, "no node said whether it uses /clock")
    return passed(check, "all nodes use /clock" if simulated else "all nodes use the system clock")
