# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`vla_ros eval --through-ros`: success measured through all running nodes.

An episode counts only if the goal ends SUCCEEDED and the simulator's physics agrees, also a
second later. A reset that fails and a goal that never starts are failures. Without ROS, the same
seed plays the same scenes with the same sentences.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vla_ros.cli.graph import Graph, GraphOptions, isolate
from vla_ros.cli.json_file import write_json
from vla_ros.cli.screen import say
from vla_ros.errors import ConfigError, VlaRosError
from vla_ros.evaluate.proportion import wilson_interval

if TYPE_CHECKING:
    from vla_ros.evaluate.cases import Case
    from vla_ros.ros.station import Station

ROBOT = "sim_arm"
_ONLY_WITHOUT = ("model", "swap", "ungroundable", "groundable", "report", "out", "never_refuse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One scene and what became of it.

    Attributes:
        seed: Of the scene.
        family: Of its task.
        instruction: Its task in words; empty if the scene could not be laid out.
        success: Done in the policy's word and by the physics.
        outcome: How the goal ended; NOT_STARTED if it never began.
        reason: Why it is no success; empty if it is one.
        duration_s: Of the goal [s].
        inference_count: Answers of the policy.
        intervention_count: Interventions of the gate.
    """

    seed: int
    family: str
    instruction: str
    success: bool
    outcome: str
    reason: str
    duration_s: float = 0.0
    inference_count: int = 0
    intervention_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What some episodes say.

    Attributes:
        episodes: How many.
        successes: How many of them succeeded.
        success_rate: Their share.
        wilson_low: Lower end of the 95 % interval of the share.
        wilson_high: Upper end.
        mean_duration_s: Of the goals that succeeded [s].
    """

    episodes: int
    successes: int
    success_rate: float
    wilson_low: float
    wilson_high: float
    mean_duration_s: float

    def line(self) -> str:
        """The figures as `name=value`."""
        return " ".join(f"{name}={value:.6g}" for name, value in asdict(self).items())


def run(args: argparse.Namespace) -> int:
    """Evaluate as `vla_ros eval` was told to; 0 if every bar is met.

    Raises:
        ConfigError: An option asks for what is measured without ROS only.
    """
    _check_options(args)
    from vla_ros.cli.eval import make_plan  # noqa: PLC0415
    from vla_ros.evaluate.cases import make_cases  # noqa: PLC0415  Imports the simulator.
    from vla_ros.evaluate.run import Subject, families_known  # noqa: PLC0415

    subject = Subject(policy=args.policy)
    cases = make_cases(make_plan(args, families_known(subject)))
    isolate()
    from vla_ros.cli.ready import wait_until_ready  # noqa: PLC0415  ROS reads the environment.
    from vla_ros.ros.station import Station  # noqa: PLC0415

    episodes: list[Episode] = []
    model_sha256 = subject.model_sha256()  # Now: the file may be another one in the end.
    began_s, code = time.monotonic(), 1
    try:
        with tempfile.TemporaryDirectory(prefix="vla_ros_eval_") as folder:
            options = GraphOptions(robot=ROBOT, policy=args.policy, log_dir=Path(folder))
            with Graph(options) as graph:
                graph.start()
                with Station(name="vla_eval") as station:
                    wait_until_ready(graph, station)
                    say("arming the simulated arm before each episode, as its operator")
                    evaluate(graph, station, cases, episodes)
    finally:  # Whatever ended it, also Ctrl-C: what was played is told.
        if episodes:
            code = report(args, episodes, time.monotonic() - began_s, model_sha256)
            if len(episodes) < len(cases):
                say(f"only {len(episodes)} of {len(cases)} episodes were played")
    return code


def evaluate(
    graph: Graph, station: "Station", cases: "Sequence[Case]", episodes: list[Episode]
) -> None:
    """Run one episode per case.

    Args:
        graph: The nodes.
        station: Lays out the scenes, arms the gate and sends the instructions.
        cases: What to play.
        episodes: Gets each episode as soon as it is over.

    Raises:
        GraphError: A node has ended; the rest cannot be measured.
    """
    for case in cases:
        graph.check()
        episodes.append(_play(station, case))
        say(_line(episodes, len(cases)))


def summarise(episodes: Sequence[Episode]) -> Figures:
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
    )


def report(
    args: argparse.Namespace, episodes: Sequence[Episode], wall_s: float, model_sha256: str
) -> int:
    """Say and write the figures; 0 if every bar is met."""
    from vla_ros.evaluate.cases import aim_of  # noqa: PLC0415

    bar = aim_of("")[0] if args.bar is None else args.bar
    figures = summarise(episodes)
    by_family = {name: summarise(some) for name, some in _families(episodes).items()}
    outcomes = Counter(e.outcome for e in episodes)
    say(", ".join(f"{count} {name}" for name, count in outcomes.most_common()))
    wanted = [("all", figures, bar)]
    if len(by_family) > 1:
        wanted += [(name, some, aim_of(name)[0]) for name, some in by_family.items()]
    passed = True
    for name, some, least in reversed(wanted):
        met = some.success_rate >= least
        passed &= met
        say(
            f"{name:8} {some.successes}/{some.episodes} = {some.success_rate:.1%}; "
            f"bar {least:.0%} {'met' if met else 'MISSED'}"
        )
    say(figures.line())
    document = asdict(figures) | {
        "policy": args.policy,
        "model_sha256": model_sha256,
        "split": args.split,
        "bar": bar,
        "wall_s": wall_s,
        "families": {name: asdict(some) for name, some in by_family.items()},
        "outcomes": dict(outcomes),
        "episode": [asdict(episode) for episode in episodes],
    }
    write_json(args.json, document)
    return 0 if passed else 1


def _check_options(args: argparse.Namespace) -> None:
    named = [f"--{name.replace('_', '-')}" for name in _ONLY_WITHOUT if getattr(args, name)]
    named += ["--shift"] if args.shift != "none" else []
    named += ["--policy expert"] if args.policy == "expert" else []
    if named:
        raise ConfigError(
            f"{', '.join(named)}: measured in simulated time only; leave out --through-ros"
        )


def _families(episodes: Sequence[Episode]) -> dict[str, list[Episode]]:
    found: dict[str, list[Episode]] = {}
    for episode in episodes:
        found.setdefault(episode.family, []).append(episode)
    return found


def _line(episodes: Sequence[Episode], planned: int) -> str:
    """Return the newest episode and the score so far, in one line."""
    newest = episodes[-1]
    wins = sum(episode.success for episode in episodes)
    verdict = "ok  " if newest.success else "FAIL"
    return (
        f"{len(episodes):4d}/{planned}  seed {newest.seed}  {verdict}  {wins}/{len(episodes)}  "
        f"{newest.duration_s:4.1f} s  {newest.instruction}  {newest.reason}"
    ).rstrip()


def _play(station: "Station", case: "Case") -> Episode:
    from vla_ros.action import ExecuteInstruction  # noqa: PLC0415
    from vla_ros.cli import ready  # noqa: PLC0415
    from vla_ros.evaluate.cases import patience_s, scene_of  # noqa: PLC0415
    from vla_ros.policy.outcome import Outcome  # noqa: PLC0415

    scene = scene_of(case)
    instruction = ""
    try:
        instruction = ready.lay_out(station, case.seed, scene.instruction)
        station.ready()
        goal = ExecuteInstruction.Goal(instruction=instruction, timeout_s=patience_s(scene.task))
        ended = station.instructions.send(goal)
        solved, check = ready.solved_for_good(station, "")  # The task of the scene.
    except VlaRosError as error:
        return Episode(
            seed=case.seed,
            family=scene.task.family,
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
        seed=case.seed,
        family=scene.task.family,
        instruction=instruction,
        success=succeeded and solved,
        outcome="NOT_CONFIRMED" if succeeded and not solved else ended.outcome.name,
        reason=reason,
        duration_s=ended.duration_s,
        inference_count=ended.inference_count,
        intervention_count=ended.intervention_count,
    )
