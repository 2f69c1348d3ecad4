# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros demo`: one command from nothing to an arm that does what a sentence says."""

import argparse
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.graph import Graph, GraphOptions, isolate
from vla_ros.cli.json_file import write_json
from vla_ros.cli.screen import say

if TYPE_CHECKING:
    from vla_ros.cli.recorded import Recording
    from vla_ros.ros.station import Station

DEFAULT_INSTRUCTION = "put the red cube in the blue bowl"
ROBOT = "sim_arm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What `summary.json` says.

    Attributes:
        instruction: What was asked for.
        seed: Of the scene.
        success: The policy said done, and the physics agrees, also a second later.
        outcome: How the goal ended.
        message: Why, in the words of the action server.
        check: The physics' words about the task.
        duration_s: Of the goal [s].
        inference_count: Answers of the policy.
        intervention_count: Interventions of the gate.
        max_speed_rad_s: Fastest commanded joint [rad/s].
        video_frames: In `demo.mp4`.
    """

    instruction: str
    seed: int
    success: bool
    outcome: str
    message: str
    check: str
    duration_s: float
    inference_count: int
    intervention_count: int
    max_speed_rad_s: float
    video_frames: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "instruction",
        nargs="?",
        default=DEFAULT_INSTRUCTION,
        help=f"what the arm shall do (default: '{DEFAULT_INSTRUCTION}')",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the scene (default: 1)")
    parser.add_argument(
        "--out", type=Path, default=Path("out"), help="folder for the results (default: out)"
    )
    parser.add_argument("--policy", default="tabletop", help="policy profile (default: tabletop)")
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="SCALE", help="0 < SCALE <= 1 (default: 1)"
    )
    parser.add_argument(
        "--timeout", type=float, default=0.0, metavar="S", help="give up after so many seconds"
    )
    # Off: a demo hurts nobody, and its machine may have just two processors for four nodes.
    parser.add_argument(
        "--black-box", action="store_true", help="record what is said around each latched stop"
    )


def run(args: argparse.Namespace) -> int:
    """Start everything, let the arm do it, end everything."""
    isolate()
    from vla_ros.cli.ready import wait_until_ready  # noqa: PLC0415  ROS reads the environment.
    from vla_ros.ros.station import Station  # noqa: PLC0415

    args.out.mkdir(parents=True, exist_ok=True)
    options = GraphOptions(
        robot=ROBOT, policy=args.policy, log_dir=args.out / "log", black_box=args.black_box
    )
    began_s = time.monotonic()
    with Graph(options) as graph:
        say(
            f"starting sim_node, perception_node, inference_node and executor_node; "
            f"their logs: {args.out}/log"
        )
        graph.start()
        with Station(name="vla_demo") as station:
            wait_until_ready(graph, station)
            say(f"all four nodes are ready after {time.monotonic() - began_s:.1f} s")
            return _perform(args, station)


def _perform(args: argparse.Namespace, station: "Station") -> int:
    from vla_ros.action import ExecuteInstruction  # noqa: PLC0415
    from vla_ros.cli import ready, send  # noqa: PLC0415
    from vla_ros.cli.recording import Recorder  # noqa: PLC0415
    from vla_ros.policy.outcome import Outcome  # noqa: PLC0415
    from vla_ros.robot.profile import load_robot_profile  # noqa: PLC0415

    recorder = Recorder(station, load_robot_profile(ROBOT))
    ready.lay_out(station, args.seed, args.instruction)
    say(f"scene {args.seed} is laid out for: {args.instruction}")
    say("arming the simulated arm, as its operator: the gate now permits motion")
    station.ready()
    recorder.start()
    goal = ExecuteInstruction.Goal(
        instruction=args.instruction, timeout_s=args.timeout, speed_scale=args.speed
    )
    ended = send.send(station.instructions, goal)
    say(send.summary(ended))
    solved, check = ready.solved_for_good(station, args.instruction)
    say(f"the simulator's physics says: {check}")
    summary = Summary(
        instruction=args.instruction,
        seed=args.seed,
        success=solved and ended.outcome is Outcome.SUCCEEDED,
        outcome=ended.outcome.name,
        message=ended.message,
        check=check,
        duration_s=round(ended.duration_s, 3),
        inference_count=ended.inference_count,
        intervention_count=ended.intervention_count,
        max_speed_rad_s=0.0,
        video_frames=0,
    )
    return _leave(args.out, recorder.stop(), summary)


def _leave(out: Path, recording: "Recording", summary: Summary) -> int:
    """Write the video, the plot and the summary; the exit code."""
    from vla_ros.cli.plot import max_speed, write_plot  # noqa: PLC0415
    from vla_ros.cli.video import write_video  # noqa: PLC0415

    frames = write_video(out / "demo.mp4", recording, summary.instruction)
    title = f'"{summary.instruction}" (scene {summary.seed}): {summary.outcome}'
    write_plot(out / "demo.png", recording, title)
    figures = asdict(summary) | {
        "video_frames": frames,
        "max_speed_rad_s": round(max_speed(recording), 3),
    }
    write_json(out / "summary.json", figures)
    say(f"wrote {out}/demo.mp4, {out}/demo.png and {out}/summary.json")
    if not summary.success:
        sys.stderr.write(f"vla_ros demo: the task failed: {summary.message}; {summary.check}\n")
    say(
        f"success={int(summary.success)} outcome={summary.outcome} "
        f"duration_s={summary.duration_s} inferences={summary.inference_count} "
        f"interventions={summary.intervention_count}"
    )
    return 0 if summary.success else 1
