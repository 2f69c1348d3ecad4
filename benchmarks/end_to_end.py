# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long from an image to the first command that answers it, through all three nodes.

Two synthetic cameras and a synthetic arm stand in for the robot; perception_node, inference_node
and executor_node run as they are, each as a process, over real DDS. Measured is from the stamp of
the newest image in an observation to the publication of the first command from its chunk (both as
DDS stamps it), less the time in the model and less the wait for the next tick of the control loop;
both are reported. Only chunks that switch the gripper are counted, because they can be told apart
in the commands: about two in a second.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measure import over, quantiles, report

from vla_ros.cli.graph import Graph, GraphOptions, NodeProcess, isolate
from vla_ros.policy.spec import load_policy_profile

if TYPE_CHECKING:
    from end_to_end_passages import Passage
    from end_to_end_robot import Robot

    from vla_ros.ros.station import Station

HERE = Path(__file__).parent
ROBOT = "sim_arm"
SIZES = ("640x480", "224x224")
BARS_MS = {"640x480": (15.0, 40.0), "224x224": (8.0, 25.0)}  # Median, p99.
SECONDS = 120.0
START_S = 60.0
IDLE_LOAD = 0.5  # Running processes per core, before anything starts.
NODES = ("executor_node", "inference_node", "perception_node")
WARM_UP = 2  # Passages at the start that do not count.
POLICY = """
name: metronome
backend: metronome
model: none
images:
  - {key: front, camera: front, width: 96, height: 96, letterbox: false}
  - {key: wrist, camera: wrist, width: 96, height: 96, letterbox: false}
state: [tool_x, tool_y, tool_z, tool_sin_yaw, tool_cos_yaw, gripper]
action:
  space: eef_delta
  rotation: yaw
  rows: [dx, dy, dz, dyaw, gripper]
  step_s: 0.1
  horizon: 16
  # Row 0 is due at the stamp of the observation: no command waits for its time.
  lead_s: 0.1
normalisation: none
replan_s: 0.1
timeout_s: 30.0
device: cpu
"""


def main() -> int:
    """Measure and print; the exit code."""
    args = _parse()
    load = os.getloadavg()[0]
    isolate()
    figures: dict[str, float] = {}
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as folder:
            figures |= measure_size(size, args.seconds, Path(folder))
    native = load_policy_profile("native").model
    print(f"model={native.name if native is not None and native.is_file() else 'none'}")
    return report(figures, args.json, _missed(args, figures, load))


def measure_size(size: str, seconds: float, folder: Path) -> dict[str, float]:
    """Run all nodes with images of one size; the figures.

    Raises:
        GraphError: A node does not start.
        VlaRosError: The arm cannot be armed, or the goal does not run.
    """
    from end_to_end_robot import Robot  # noqa: PLC0415  ROS reads the environment.

    from vla_ros.robot.profile import load_robot_profile  # noqa: PLC0415
    from vla_ros.ros.station import Station  # noqa: PLC0415

    policy = folder / "metronome.yaml"
    policy.write_text(POLICY)
    options = GraphOptions(
        robot=ROBOT,
        policy=str(policy),
        log_dir=folder / "log",
        programs={"inference_node": (str(HERE / "end_to_end_policy.py"),)},
    )
    with Graph(options) as graph, Station(name="benchmark") as station:
        robot = Robot(station, load_robot_profile(ROBOT))
        graph.start(*NODES)
        count = folder / "published.json"
        graph.nodes["cameras"] = _start_cameras(size, count, options.log_dir)
        try:
            _wait_until_ready(graph, station)
            _run_goal(station, seconds)
        finally:
            graph.nodes["cameras"].end()
        time.sleep(1.5)  # perception_node tells once a second.
        published = json.loads(count.read_text())["published"]
    return _figures(size, robot, published)


def _start_cameras(size: str, count: Path, log_dir: Path) -> NodeProcess:
    program = [str(HERE / "end_to_end_cameras.py"), *size.split("x")]
    command = [sys.executable, *program, "--robot", ROBOT, "--count", str(count)]
    return NodeProcess("cameras", command, log_dir / "cameras.log")


def _wait_until_ready(graph: Graph, station: "Station") -> None:
    from vla_ros.cli.ready import observing  # noqa: PLC0415

    probes = [
        (node, "become active", lambda node=node: _is_active(station, node)) for node in NODES
    ]
    graph.wait_until(
        [*probes, ("perception_node", "publish observations", lambda: observing(station))],
        START_S,
    )
    station.instructions.wait_for_server(5.0)
    station.ready()


def _is_active(station: "Station", node: str) -> bool:
    return station.lifecycle_state(f"{station.namespace}/{node}") == "active"


def _run_goal(station: "Station", seconds: float) -> None:
    """Let the policy move the arm for a while; it never finishes by itself."""
    from vla_ros.action import ExecuteInstruction  # noqa: PLC0415
    from vla_ros.policy.outcome import Outcome  # noqa: PLC0415

    goal = ExecuteInstruction.Goal(instruction="put the red cube in the blue bowl")
    goal.timeout_s = seconds
    ended = station.instructions.send(goal)
    print(f"{ended.outcome.name}: {ended.message}; interventions={ended.intervention_count}")
    if ended.outcome is not Outcome.TIMEOUT:
        raise SystemExit(f"the run ended early: {ended.outcome.name}: {ended.message}")


def _figures(size: str, robot: "Robot", published: int) -> dict[str, float]:
    passages = robot.passages()[WARM_UP:]
    if not passages:
        raise SystemExit(f"{size}: no command could be told to come from a chunk; run longer")
    received = [count for name, count in robot.received.items() if "camera" in name]
    name = f"e2e_{size}"
    figures = quantiles(name, [passage.net_ms for passage in passages])
    figures |= _parts(name, passages)
    figures[f"{name}_samples"] = len(passages)
    figures[f"{name}_frames_published"] = published * len(received)
    figures[f"{name}_frames_received"] = sum(received)
    return figures


def _parts(name: str, passages: Sequence["Passage"]) -> dict[str, float]:
    """Return the medians of what the total consists of, and of the total."""
    return {
        f"{name}_tick_wait_median_ms": median(p.wait_ms for p in passages),
        f"{name}_model_median_ms": median(p.model_ms for p in passages),
        f"{name}_to_observation_median_ms": median(p.observation_ms for p in passages),
        f"{name}_to_chunk_median_ms": median(p.chunk_ms for p in passages),
        f"{name}_with_model_and_wait_median_ms": median(p.total_ms for p in passages),
    }


def _missed(args: argparse.Namespace, figures: dict[str, float], load: float) -> list[str]:
    """Hold the figures against the bars, where a bar says something."""
    reasons = {
        "--no-bar": args.no_bar,
        "not the default --seconds": args.seconds != SECONDS,
        f"load {load:.1f} before the start": load > IDLE_LOAD * (os.cpu_count() or 1),
    }
    if any(reasons.values()):
        print("no bar:", ", ".join(reason for reason, applies in reasons.items() if applies))
        return []
    bars = {}
    for size in args.sizes:
        median_ms, p99_ms = BARS_MS[size]
        bars |= {f"e2e_{size}_median_ms": median_ms, f"e2e_{size}_p99_ms": p99_ms}
    return over(figures, bars)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", nargs="+", choices=SIZES, default=list(SIZES), help="of the images"
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"per size (default: {SECONDS:g})"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--no-bar", action="store_true", help="measure only, never fail")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
