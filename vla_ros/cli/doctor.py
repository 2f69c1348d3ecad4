# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros doctor`: look at a running robot and say what keeps it from working."""

import argparse
import json
import math
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError, VlaRosError

if TYPE_CHECKING:
    from vla_ros.doctor.examine import Seen
    from vla_ros.doctor.facts import MachineSeen, NodeSeen, PolicySeen, RobotSeen
    from vla_ros.doctor.line import Line
    from vla_ros.doctor.probe import Probe
    from vla_ros.types import Observation

EXIT_FAIL = 1
_DISCOVERY_S = 3.0
_FASTDDS = ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE")
_VARIABLES = (
    *("ROS_DISTRO", "ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_STATIC_PEERS"),
    *("ROS_LOCALHOST_ONLY", "ROS_DISCOVERY_SERVER", "RMW_IMPLEMENTATION"),
    *("FASTDDS_BUILTIN_TRANSPORTS", *_FASTDDS),
)
_EPILOG = "exit codes: 0 no check fails, 1 one does, 2 it could not look"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vla_ros doctor`."""
    parser.epilog = _EPILOG
    parser.add_argument("--robot", help="robot profile (default: what the nodes work with)")
    parser.add_argument("--policy", help="policy profile (default: what the nodes work with)")
    parser.add_argument("--namespace", default="/vla", help="of the nodes (default: /vla)")
    parser.add_argument(
        "--listen", type=float, default=3.0, metavar="S", help="how long to listen (default: 3)"
    )
    parser.add_argument("--instruction", help="what the policy is asked, off the robot")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Look, and print what was found; 0 if nothing fails."""
    if not 0.5 <= args.listen <= 60.0:
        raise ConfigError(f"--listen {args.listen}: wanted 0.5 to 60 s")
    environment = {key: os.environ[key] for key in _VARIABLES if os.environ.get(key)}
    from vla_ros.doctor.examine import examine  # noqa: PLC0415  Help is instant.
    from vla_ros.doctor.line import Level, worst  # noqa: PLC0415

    seen = look(args, environment)
    lines = examine(seen)
    code = EXIT_FAIL if worst(lines) is Level.FAIL else 0
    if args.json:
        say(json.dumps(as_object(seen, lines, code), indent=2))
    else:
        for text in as_text(lines):
            say(text)
    return code


def look(args: argparse.Namespace, environment: Mapping[str, str]) -> "Seen":
    """Look at the graph, the profiles, the policy and this machine.

    Args:
        args: Of the command line.
        environment: ROS's variables, before anything sets one.

    Raises:
        VlaRosError: It is not known what to look at.
    """
    from vla_ros.doctor.examine import Seen  # noqa: PLC0415
    from vla_ros.doctor.policy import see_policy  # noqa: PLC0415
    from vla_ros.doctor.robot import see_robot  # noqa: PLC0415
    from vla_ros.ros.description import load_robot  # noqa: PLC0415
    from vla_ros.ros.examination import Examination, see_nodes  # noqa: PLC0415
    from vla_ros.ros.station import Station  # noqa: PLC0415

    with Station(args.namespace, name="vla_doctor") as station:
        nodes = see_nodes(station, _DISCOVERY_S)
        robot = see_robot(
            args.robot or _asked(nodes, "robot"), lambda name: load_robot(station.node, name)
        )
        policy = see_policy(args.policy or _asked(nodes, "policy"))
        sys.stderr.write(f"listening for {args.listen:g} s\n")
        examination = Examination(station, nodes, robot.profile, policy.profile)
        graph = examination.see(args.listen)
        observation = examination.observation()
    probe, objection = _try_policy(robot, policy, observation, args.instruction)
    return Seen(
        robot=robot,
        policy=policy,
        graph=graph,
        machine=see_machine(environment, nodes),
        probe=probe,
        model_objection=objection,
    )


def see_machine(environment: Mapping[str, str], nodes: "Iterable[NodeSeen]") -> "MachineSeen":
    """Look at this machine.

    Args:
        environment: ROS's variables, before anything set one.
        nodes: Ours; executor_node knows where its audit log goes.
    """
    from rclpy.utilities import get_rmw_implementation_identifier  # noqa: PLC0415

    from vla_ros.doctor.facts import MachineSeen  # noqa: PLC0415
    from vla_ros.params import ExecutorParams, specs_of  # noqa: PLC0415
    from vla_ros.ros.folders import log_folder  # noqa: PLC0415

    audit: dict[str, Any] = {spec.name: spec.default for spec in specs_of(ExecutorParams)}
    for node in nodes:
        if node.short == "executor_node":
            audit |= node.parameters
    folder = log_folder(str(audit["audit_folder"]), "audit")
    fastdds = next((environment[key] for key in _FASTDDS if key in environment), None)
    return MachineSeen(
        environment=environment,
        rmw=get_rmw_implementation_identifier(),
        fastdds_file=fastdds,
        fastdds_readable=fastdds is not None and Path(fastdds).is_file(),
        audit_folder=folder,
        audit_mb=float(audit["audit_file_mb"]) * int(audit["audit_files"]),
        free_mb=math.nan if folder is None else _room_mb(folder),
    )


def as_text(lines: "Iterable[Line]") -> list[str]:
    """Return one line for each check, and a last one that counts them."""
    lines = list(lines)
    width = max(len(line.check) for line in lines)
    counts = Counter(line.level.name for line in lines)
    told = ", ".join(f"{counts[name]} {name}" for name in ("PASS", "WARN", "FAIL"))
    return [*(f"{line.level.name:4}  {line.check:{width}}  {line.text}" for line in lines), told]


def as_object(seen: "Seen", lines: "Iterable[Line]", code: int) -> dict[str, object]:
    """Return the lines for a program."""
    return {
        "robot": seen.robot.name,
        "policy": seen.policy.name,
        "namespace": seen.graph.namespace,
        "exit_code": code,
        "lines": [
            {
                "check": line.check,
                "level": line.level.name,
                "found": line.found,
                "remedy": line.remedy,
            }
            for line in lines
        ],
    }


def _asked(nodes: "Iterable[NodeSeen]", key: str) -> str:
    """Return the profile that the nodes work with; they may disagree, which is a line."""
    for node in nodes:
        if key in node.parameters:
            return str(node.parameters[key])
    raise ConfigError(
        f"no node says which {key} profile it works with: start the nodes, check ROS_DOMAIN_ID "
        f"and --namespace, or give --{key}"
    )


def _try_policy(
    robot: "RobotSeen",
    policy: "PolicySeen",
    observation: "Observation | None",
    instruction: str | None,
) -> "tuple[Probe | None, str]":
    """Load the policy in this process and ask it once; the answer, and why there is none."""
    from vla_ros.doctor.probe import INSTRUCTION, make_probe  # noqa: PLC0415
    from vla_ros.policy.registry import make_backend  # noqa: PLC0415

    if robot.profile is None or policy.profile is None:
        return None, ""
    try:
        backend = make_backend(policy.profile, robot.profile)
        try:
            backend.warm_up()
            probe = make_probe(
                backend,
                robot.profile,
                observation,
                instruction or INSTRUCTION,
                time.monotonic_ns,
            )
        finally:
            backend.close()
    except (VlaRosError, ModuleNotFoundError) as error:
        return None, str(error)
    return probe, ""


def _room_mb(folder: Path) -> float:
    """Return how much a log may take there [MB]: what is free, and what older logs take."""
    place = next((path for path in (folder, *folder.parents) if path.is_dir()), None)
    if place is None:
        return math.nan
    older = sum(path.stat().st_size for path in folder.glob("*.jsonl")) if folder.is_dir() else 0
    return (shutil.disk_usage(place).free + older) / 1e6
