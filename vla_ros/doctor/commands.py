# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks around the gate: who commands, who obeys, and what it has to hear."""

from collections.abc import Iterator

from vla_ros.doctor.facts import CommandSeen, SourceSeen
from vla_ros.doctor.line import Level, Line, failed, passed, warned
from vla_ros.doctor.streams import UNKNOWN, check_stream, name_of, names_of
from vla_ros.robot.profile import RobotProfile

_PRESSED = {
    "estop": (True, "is pressed", "Release it before ~/reset and ~/arm"),
    "driver": (False, "says that the robot is not ready", "Bring the robot into operation"),
    "deadman": (False, "is not held", "It has to be held to arm and to move"),
}


def check_publisher(seen: CommandSeen, executor: str) -> Line:
    """Object to commands that do not come from executor_node, or not from it alone.

    Args:
        seen: The topic or action of a controller.
        executor: Full name of executor_node.
    """
    check = f"command.{seen.name}.publisher"
    verb = "commanded" if seen.is_action else "published"
    ours = [endpoint for endpoint in seen.publishers if endpoint.node == executor]
    others = [endpoint for endpoint in seen.publishers if endpoint.node != executor]
    known = [endpoint for endpoint in others if endpoint.node]
    if known:
        return failed(
            check,
            f"{seen.topic} is also {verb} by {names_of(tuple(known))}",
            f"Only {executor} may command the arm: stop the other one",
        )
    if others:
        return failed(
            check,
            f"{seen.topic} is also {verb} by {UNKNOWN}",
            "If a node was killed, wait some seconds until the middleware forgets it",
        )
    if len(ours) > 1:
        return failed(
            check,
            f"{seen.topic} is {verb} {len(ours)} times by {executor}",
            "Stop its double; if it was killed, wait some seconds",
        )
    if not ours:
        return failed(
            check,
            f"{executor} does not {'command' if seen.is_action else 'publish'} {seen.topic}",
            "Start and configure executor_node with this robot profile",
        )
    return passed(check, f"{seen.topic} is {verb} by {executor} alone")


def check_listener(seen: CommandSeen, robot: RobotProfile) -> Line:
    """Object to commands that reach no controller."""
    check = f"command.{seen.name}.listener"
    section = "command" if seen.name == "arm" else seen.name
    where = f"'{section}' in config/robots/{robot.name}.yaml"
    obeys, obey = ("serves", "serve") if seen.is_action else ("listens on", "listen on")
    if not seen.listeners:
        return failed(
            check,
            f"nobody {obeys} {seen.topic}",
            f"Start and activate the robot's controller, or correct the topic of {where}",
        )
    fitting = [endpoint for endpoint in seen.listeners if endpoint.kind == seen.kind]
    if not fitting:
        other = seen.listeners[0]
        return failed(
            check,
            f"{name_of(other)} {obeys} {seen.topic} for {other.kind}, and is sent {seen.kind}",
            f"Correct kind or topic of {where}",
        )
    hearing = [endpoint for endpoint in fitting if not endpoint.objection]
    if not hearing:
        return failed(
            check,
            f"{name_of(fitting[0])} {obeys} {seen.topic} and cannot hear: "
            f"{fitting[0].objection.strip().rstrip('.')}",
            "It may ask for RELIABLE and VOLATILE, not for more",
        )
    if len({endpoint.node for endpoint in hearing}) > 1:
        return warned(
            check,
            f"{names_of(tuple(hearing))} {obey} {seen.topic}",
            "Make sure that only one of them moves the arm",
        )
    return passed(check, f"{names_of(tuple(hearing))} {obeys} {seen.topic}")


def check_controller(seen: CommandSeen) -> Iterator[Line]:
    """Object to a trajectory controller that does something else with a stream of trajectories."""
    check, settings = f"command.{seen.name}.controller", seen.settings
    if settings.get("allow_trajectory_replacement") is True:
        yield failed(
            check,
            f"{names_of(seen.listeners)} has allow_trajectory_replacement: true, so each new "
            "trajectory would set the arm back by the time it was on its way",
            "Set it to false among the parameters of the controller",
        )
    if settings.get("interpolation_method") == "none":
        yield failed(
            check,
            f"{names_of(seen.listeners)} has interpolation_method: none, so it goes from point to "
            "point in steps",
            "Set it to splines among the parameters of the controller",
        )


def check_source(seen: SourceSeen) -> Iterator[Line]:
    """Yield the lines of an input that the gate has to hear."""
    check = f"input.{seen.name}"
    heard = check_stream(
        check,
        seen.stream,
        f"Start it, or correct the topic of '{seen.name}' in the robot profile; ~/arm is refused "
        "without it",
    )
    yield heard
    if heard.level is Level.FAIL:
        return
    stream = seen.stream
    gap = f"{stream.topic} comes at {stream.rate_hz:.1f} Hz, longest gap "
    gap += f"{stream.longest_gap_s * 1e3:.0f} ms, limit {seen.limit_s * 1e3:.0f} ms"
    if not stream.rate_hz * seen.limit_s >= 1.0:
        yield failed(f"{check}.rate", gap, "It has to come at 20 Hz or more")
    elif not stream.longest_gap_s <= seen.limit_s:
        yield warned(f"{check}.rate", gap, "Look for a loaded machine or network")
    else:
        yield passed(f"{check}.rate", gap)
    bad, words, remedy = _PRESSED.get(seen.name, (None, "", ""))
    if seen.value is not None and seen.value is bad:
        yield warned(f"{check}.state", f"{seen.name} {words}", remedy)


def check_no_estop(robot: RobotProfile) -> Iterator[Line]:
    """Yield a warning where a profile says that there is no button."""
    if robot.estop == "none":
        yield warned(
            "input.estop",
            "the robot profile says 'estop: none': no button in the graph stops the arm",
            "The robot's own rated emergency stop has to be in reach",
        )
