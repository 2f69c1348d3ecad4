# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros eval --through-ros`: success measured through all running nodes.

An episode counts only if the goal ends SUCCEEDED and the simulator's physics agrees, also a
second later. A reset that fails and a goal that never starts are failures.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.graph import Graph, GraphOptions, isolate
from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError, VlaRosError
from vla_ros.learn.proportion import wilson_interval

if TYPE_CHECKING:
    from vla_ros.ros.station import Station

ROBOT = "sim_arm"
_BAR = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One scene and what became of it.

    Attributes:
        seed: Of the scene.
        instruction: Its task in words; empty if the scene could not be laid out.
        success: Done in the policy's word and by the physics.
        outcome: How the goal ended; NOT_STARTED if it never began.
        reason: Why it is no success; empty if it is one.
        duration_s: Of the goal [s].
        inference_count: Answers of the policy.
        intervention_count: Interventions of the gate.
    """

    seed: int
    instruction: str
    success: bool
    outcome: str
    reason: str
    duration_s: float = 0.0
    inference_count: int = 0
    intervention_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The result of an evaluation.

    Attributes:
        episodes: How many.
        successes: How many of them succeeded.
        success_rate: Their share.
        wilson_low: Lower end of the 95 % interval of the share.
        wilson_high: Upper end.
        mean_duration_s: Of the goals that succeeded [s].
        wall_s: Of the whole evaluation [s].
    """

    episodes: int
    successes: int
    success_rate: float
    wilson_low: float
    wilson_high: float
    mean_duration_s: float
    wall_s: float

    def line(self) -> str:
        """The figures as `name=value`."""
        return " ".join(f"{name}={value:.6g}" for name, value in asdict(self).items())


def run(args: argparse.Namespace) -> int:
    """Evaluate as `vla_ros eval` was told to; 0 if the bar is met.

    Uses `args.tasks` (families, with commas), `episodes`, `seed`, `policy`, `bar` and `json`.
    """
    _check_tasks(args.tasks.split(","))
    isolate()
    from vla_ros.cli.ready import wait_until_ready  # noqa: PLC0415  ROS reads the environment.
    from vla_ros.ros.station import Station  # noqa: PLC0415

    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vla_ros_eval_") as folder:
        options = GraphOptions(robot=ROBOT, policy=args.policy, log_dir=Path(folder))
        with Graph(options) as graph:
            graph.start()
            with Station(name="vla_eval") as station:
                wait_until_ready(graph, station)
                say("arming the simulated arm before each episode, as its operator")
                episodes = evaluate(graph, station, range(args.seed, args.seed + args.episodes))
    figures = summarise(episodes, time.monotonic() - began_s)
    return _report(args, episodes, figures)


def _check_tasks(asked: Sequence[str]) -> None:
    from vla_ros.sim.basic import FAMILY  # noqa: PLC0415

    if tuple(asked) not in ((FAMILY,), ("all",)):
        raise ConfigError(
            f"--tasks {','.join(asked)}: the simulator draws from {FAMILY}; give exactly this"
        )


def evaluate(graph: Graph, station: "Station", seeds: Sequence[int]) -> list[Episode]:
    """Run one episode per seed.

    Raises:
        GraphError: A node has ended; the rest cannot be measured.
    """
    episodes: list[Episode] = []
    for seed in seeds:
        graph.check()
        episode = _play(station, seed)
        episodes.append(episode)
        say(_line(episodes, len(seeds)))
    return episodes


def summarise(episodes: Sequence[Episode], wall_s: float) -> Figures:
    """Return the figures of some episodes."""
    wins = [episode for episode in episodes if episode.success]
    low, high = wilson_interval(len(wins), len(episodes))
    return Figures(
        episodes=len(episodes),
        successes=len(wins),
        success_rate=len(wins) / len(episodes),
        wilson_low=low,
        wilson_high=high,
        mean_duration_s=sum(e.duration_s for e in wins) / len(wins) if wins else 0.0,
        wall_s=wall_s,
    )


def _line(episodes: Sequence[Episode], planned: int) -> str:
    """Return the newest episode and the score so far, in one line."""
    newest = episodes[-1]
    wins = sum(episode.success for episode in episodes)
    verdict = "ok  " if newest.success else "FAIL"
    return (
        f"{len(episodes):4d}/{planned}  seed {newest.seed}  {verdict}  {wins}/{len(episodes)}  "
        f"{newest.duration_s:4.1f} s  {newest.instruction}  {newest.reason}"
    ).rstrip()


def _play(station: "Station", seed: int) -> Episode:
    from vla_ros.action import ExecuteInstruction  # noqa: PLC0415
    from vla_ros.cli import ready  # noqa: PLC0415
    from vla_ros.policy.outcome import Outcome  # noqa: PLC0415

    instruction = ""
    try:
        instruction = ready.lay_out(station, seed)
        station.ready()
        ended = station.instructions.send(ExecuteInstruction.Goal(instruction=instruction))
        solved, check = ready.solved_for_good(station, instruction)
    except VlaRosError as error:
        return Episode(
            seed=seed,
            instruction=instruction,
            success=False,
            outcome="NOT_STARTED",
            reason=str(error),
        )
    succeeded = ended.outcome is Outcome.SUCCEEDED
    reason = "" if succeeded else f"{ended.outcome.name}: {ended.message}"
    if not solved:
        reason = f"{reason}; {check}" if reason else f"the policy said done, but {check}"
    return Episode(
        seed=seed,
        instruction=instruction,
        success=succeeded and solved,
        outcome=ended.outcome.name,
        reason=reason,
        duration_s=ended.duration_s,
        inference_count=ended.inference_count,
        intervention_count=ended.intervention_count,
    )


def _report(args: argparse.Namespace, episodes: Sequence[Episode], figures: Figures) -> int:
    bar = _BAR if args.bar is None else args.bar
    passed = figures.success_rate >= bar
    reasons = Counter(e.outcome if not e.success else "SUCCEEDED" for e in episodes)
    say(", ".join(f"{count} {name}" for name, count in reasons.most_common()))
    if args.json is not None:
        document = asdict(figures) | {"bar": bar, "episode": [asdict(e) for e in episodes]}
        Path(args.json).write_text(json.dumps(document, indent=2) + "\n")
    if not passed:
        say(f"below the bar of {bar:g}")
    say(figures.line())
    return 0 if passed else 1
