# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long from an image to the first command that answers it, through all three nodes.

Two synthetic cameras and a synthetic arm stand in for the robot; perception_node, inference_node
and executor_node run as they are over real DDS, the first two in separate processes and in one
that they share, turn by turn. Measured is from the stamp of
the newest image in an observation to the publication of the first command from its chunk (both as
DDS stamps it), less the time in the model and less the wait for the next tick of the control loop;
both are reported. Only chunks that switch the gripper are counted, because they can be told apart
in the commands: about two in a second. Beside that: what each process takes of a core while a
goal runs and while none does, its memory, and the bytes copied for one observation.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING

import yaml
from end_to_end_costs import Processes, count_copies
from measure import over, quantiles, report

from vla_ros.cli.graph import SHARED, Graph, GraphOptions, NodeProcess, isolate
from vla_ros.policy.images import ImageSpec
from vla_ros.policy.spec import load_policy_profile

if TYPE_CHECKING:
    from end_to_end_passages import Passage

    from vla_ros.ros.station import Station

HERE = Path(__file__).parent
ROBOT = "sim_arm"
SIZES = ("640x480", "224x224")
BARS_MS = {"640x480": (15.0, 40.0), "224x224": (8.0, 25.0)}  # Median, p99.
SECONDS = 120.0
ROUNDS = 2
START_S = 60.0
IDLE_S = 5.0  # How long is looked at nodes that have no goal.
IDLE_LOAD = 0.5  # Running processes per core, before anything starts.
NODES = ("executor_node", "inference_node", "perception_node")
PROCESSES = ("separate", "shared")
BOTH = ("perception_node", "inference_node", SHARED)  # Whatever of them there is.
WARM_UP = 2  # Passages at the start that do not count.
POLICY = """
name: metronome
backend: metronome
model: none
images:
  - {key: front, camera: front, width: 128, height: 128, letterbox: false}
  - {key: wrist, camera: wrist, width: 128, height: 128, letterbox: false}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What one run of all nodes has shown.

    Attributes:
        passages: From images to commands.
        published: Images, of all cameras.
        received: Images that came to perception_node.
        idle: Part of one core that each process took without a goal.
        busy: The same with a goal.
        memory_mb: What each process takes [MB].
    """

    passages: Sequence["Passage"]
    published: int
    received: int
    idle: Mapping[str, float]
    busy: Mapping[str, float]
    memory_mb: Mapping[str, float]


def main() -> int:
    """Measure and print; the exit code."""
    args = _parse()
    load = os.getloadavg()[0]
    isolate()
    figures: dict[str, float] = {}
    for size in args.sizes:
        blocks: dict[str, list[Block]] = {processes: [] for processes in args.processes}
        for _ in range(args.rounds):
            for processes, done in blocks.items():
                done.append(measure(args, size, shared=processes == "shared"))
        for processes, done in blocks.items():
            figures |= _figures(_name(size, processes), done)
            figures |= _copies(size, processes, watched=args.watched)
        if len(blocks) > 1:
            _compare(size, figures)
    shipped = load_policy_profile("tabletop").model
    print(f"model={shipped.name if shipped is not None and shipped.is_file() else 'none'}")
    return report(figures, args.json, _missed(args, figures, load))


def measure(args: argparse.Namespace, size: str, *, shared: bool) -> Block:
    """Run all nodes once with images of one size.

    Raises:
        GraphError: A node does not start.
        VlaRosError: The arm cannot be armed, or the goal does not run.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _measure(args, size, Path(folder), shared=shared)


def _measure(args: argparse.Namespace, size: str, folder: Path, *, shared: bool) -> Block:
    from end_to_end_robot import Robot  # noqa: PLC0415  ROS reads the environment.

    from vla_ros.robot.profile import load_robot_profile  # noqa: PLC0415
    from vla_ros.ros.station import Station  # noqa: PLC0415

    policy = folder / "metronome.yaml"
    policy.write_text(POLICY)
    program = str(HERE / "end_to_end_policy.py")
    options = GraphOptions(
        robot=ROBOT,
        policy=str(policy),
        log_dir=folder / "log",
        shared=shared,
        programs={"inference_node": (program,), SHARED: (program, "shared")},
    )
    with Graph(options) as graph, Station(name="benchmark") as station:
        robot = Robot(station, load_robot_profile(ROBOT), watches=args.watched)
        graph.start(*NODES)
        count = folder / "published.json"
        graph.nodes["cameras"] = _start_cameras(size, count, options.log_dir)
        try:
            _wait_until_ready(graph, station)
            if not args.watched:
                station.stop_observing()
            processes = Processes({each.name: each.pid for each in graph.nodes.values()})
            time.sleep(IDLE_S)
            idle = processes.shares()
            processes.begin()
            _run_goal(station, args.seconds / args.rounds)
            busy, memory_mb = processes.shares(), processes.memory_mb()
        finally:
            graph.nodes["cameras"].end()
        time.sleep(1.5)  # perception_node tells once a second.
        received = [n for name, n in robot.received.items() if "camera" in name]
        return Block(
            passages=robot.passages()[WARM_UP:],
            published=json.loads(count.read_text())["published"] * len(received),
            received=sum(received),
            idle=idle,
            busy=busy,
            memory_mb=memory_mb,
        )


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


def _name(size: str, processes: str) -> str:
    return f"e2e_{size}" if processes == PROCESSES[0] else f"e2e_{size}_{processes}"


def _figures(name: str, blocks: Sequence[Block]) -> dict[str, float]:
    passages = [passage for block in blocks for passage in block.passages]
    if not passages:
        raise SystemExit(f"{name}: no command could be told to come from a chunk; run longer")
    figures = quantiles(name, [passage.net_ms for passage in passages])
    figures |= _parts(name, passages)
    figures[f"{name}_samples"] = len(passages)
    published = sum(block.published for block in blocks)
    figures[f"{name}_frames_published"] = published
    figures[f"{name}_frames_lost"] = published - sum(block.received for block in blocks)
    for process in blocks[0].busy:
        figures[f"{name}_cpu_{process}_cores"] = fmean(block.busy[process] for block in blocks)
        figures[f"{name}_idle_cpu_{process}_cores"] = fmean(
            block.idle[process] for block in blocks
        )
    figures[f"{name}_cpu_both_cores"] = fmean(_both(block.busy) for block in blocks)
    figures[f"{name}_idle_cpu_both_cores"] = fmean(_both(block.idle) for block in blocks)
    figures[f"{name}_memory_both_mb"] = fmean(_both(block.memory_mb) for block in blocks)
    return figures


def _both(values: Mapping[str, float]) -> float:
    """Return what perception_node and inference_node take together."""
    return sum(values[name] for name in BOTH if name in values)


def _parts(name: str, passages: Sequence["Passage"]) -> dict[str, float]:
    """Return the medians of what the total consists of, and of the total."""
    parts = {
        f"{name}_tick_wait_median_ms": median(p.wait_ms for p in passages),
        f"{name}_model_median_ms": median(p.model_ms for p in passages),
        f"{name}_to_observation_median_ms": median(p.observation_ms for p in passages),
        f"{name}_to_chunk_median_ms": median(p.chunk_ms for p in passages),
        f"{name}_with_model_and_wait_median_ms": median(p.total_ms for p in passages),
    }
    return {key: value for key, value in parts.items() if not math.isnan(value)}


def _copies(size: str, processes: str, *, watched: bool) -> dict[str, float]:
    """Return the bytes copied for one observation."""
    width, height = map(int, size.split("x"))
    images = [ImageSpec(**image) for image in yaml.safe_load(POLICY)["images"]]
    shared = processes == "shared"
    copies = count_copies((width, height), images, shared=shared, watched=watched)
    name = _name(size, processes)
    return {
        f"{name}_copied_of_cameras_bytes": copies.received + copies.resized,
        f"{name}_copied_to_policy_bytes": copies.handed,
    }


def _compare(size: str, figures: Mapping[str, float]) -> None:
    """Print what both arrangements have in common, side by side."""
    one, two = (_name(size, processes) for processes in PROCESSES)
    print(f"{size:36} {'separate':>12} {'shared':>12} {'ratio':>8}")
    for key, value in figures.items():
        other = figures.get(key.replace(one, two, 1), math.nan)
        if key.startswith(one) and not key.startswith(two) and not math.isnan(other):
            ratio = other / value if value else math.nan
            print(f"{key.removeprefix(one + '_'):36} {value:12.4g} {other:12.4g} {ratio:8.3f}")


def _missed(args: argparse.Namespace, figures: dict[str, float], load: float) -> list[str]:
    """Hold the figures against the bars, where a bar says something."""
    reasons = {
        "--no-bar": args.no_bar,
        "not the default --seconds": args.seconds != SECONDS,
        "not the usual processes": PROCESSES[0] not in args.processes,
        f"load {load:.1f} before the start": load > IDLE_LOAD * (os.cpu_count() or 1),
    }
    if any(reasons.values()):
        print("no bar:", ", ".join(reason for reason, applies in reasons.items() if applies))
        return []
    bars: dict[str, float] = {}
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
        "--seconds",
        type=float,
        default=SECONDS,
        help=f"with a goal, per size and arrangement (default: {SECONDS:g})",
    )
    parser.add_argument(
        "--processes",
        nargs="+",
        choices=PROCESSES,
        default=list(PROCESSES),
        help="of perception_node and inference_node (default: both, turn by turn)",
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"turns of each (default: {ROUNDS})"
    )
    parser.add_argument(
        "--watched", action="store_true", help="listen to the observations, as a recorder does"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--no-bar", action="store_true", help="measure only, never fail")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
