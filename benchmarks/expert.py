# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How often the scripted expert solves each task family, through the same schedule and gate.

A policy learns from this expert, so what the expert cannot do, no policy can learn.

    python benchmarks/expert.py --tasks all --episodes 50
    python benchmarks/expert.py --tasks push,stack --shift friction --kicks 0.12
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

from vla_ros.learn.demonstrations import kicked
from vla_ros.learn.labels import make_label
from vla_ros.learn.proportion import wilson_interval
from vla_ros.learn.rollout import Ending, Rollout, RolloutOptions
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.sample import Wishes, sample_task_scene
from vla_ros.sim.shift import SHIFTS, WIDE
from vla_ros.sim.tasks import FAMILIES, check, stages
from vla_ros.sim.world import World
from vla_ros.types import Observation, PolicyOutput

_BAR = 0.97
_SLACK = 2.0  # Times the longest that an expert needs.


@dataclass(frozen=True, kw_only=True)
class Episode:
    """How one episode went."""

    seed: int
    solved: bool
    partial: float
    duration_s: float
    interventions: int
    message: str


def play(rollout: Rollout, seed: int, wishes: Wishes, kicks: float) -> Episode:
    """Let the expert act in the scene of a seed; `kicks` is how often it is pushed astray."""
    scene = sample_task_scene(seed, wishes)
    rollout.world.reset(scene)
    rng = np.random.default_rng([seed, 29])
    reached: set[str] = set()
    action, cameras = rollout.policy.action, ("front", "wrist")

    def act(observation: Observation) -> PolicyOutput:
        anchor = rollout.adapter.anchor(observation)
        label = make_label(rollout.world, scene.task, anchor, action, cameras)
        output = label.as_output()
        if rng.random() < kicks and not label.done:
            return kicked(output, rng, anchor.position_m[2])
        return output

    def watch(time_ns: int) -> None:
        if time_ns % 100_000_000 == 0:
            now = stages(rollout.world.table(), scene.task)
            reached.update(stage.name for stage in now if stage.reached)

    options = RolloutOptions(
        see=False,
        timeout_s=FAMILIES[scene.task.family].longest_s * _SLACK,
        latency_s=wishes.randomisation.latency_s,
    )
    result = rollout.run(act, options, rng, watch)
    table = rollout.world.table()
    found = check(table, scene.task)
    every = stages(table, scene.task)
    solved = found.solved and result.ending is Ending.DONE
    ending = "" if result.ending is Ending.DONE else f"{result.ending.value}: "
    return Episode(
        seed=seed,
        solved=solved,
        partial=sum(s.name in reached or s.reached for s in every) / len(every),
        duration_s=result.duration_s,
        interventions=result.interventions,
        message=f"{ending}{found.message} {result.message}".strip()
        + f" [{scene.instruction}] {scene.contents}",
    )


def main() -> int:
    """Measure and print; 1 if a family is below the bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", default="all", help="families with commas, or all")
    parser.add_argument("--episodes", type=int, default=50, help="scenes of each family")
    parser.add_argument("--seed", type=int, default=1, help="of the first scene")
    parser.add_argument("--shift", default="none", choices=[*SHIFTS, "wide"])
    parser.add_argument("--kicks", type=float, default=0.0, help="chance of a push per chunk")
    parser.add_argument("--bar", type=float, default=_BAR, help="success rate wanted of each")
    args = parser.parse_args()
    names = list(FAMILIES) if args.tasks == "all" else args.tasks.split(",")
    randomisation = WIDE if args.shift == "wide" else SHIFTS[args.shift]
    robot, policy = load_robot_profile("sim_arm"), load_policy_profile("native")
    rollout = Rollout(World(), robot, policy)
    failed = False
    for name in names:
        wishes = Wishes(families=(name,), randomisation=randomisation)
        began = time.monotonic()
        seeds = range(args.seed, args.seed + args.episodes)
        episodes = [play(rollout, seed, wishes, args.kicks) for seed in seeds]
        failed |= not report(name, episodes, args.bar, time.monotonic() - began)
    return int(failed)


def report(name: str, episodes: list[Episode], bar: float, wall_s: float) -> bool:
    """Print the figures of a family; False if it is below the bar."""
    won = sum(episode.solved for episode in episodes)
    low, high = wilson_interval(won, len(episodes))
    durations = [episode.duration_s for episode in episodes if episode.solved]
    print(
        f"{name}: {won}/{len(episodes)} = {won / len(episodes):.1%} "
        f"({low:.1%} to {high:.1%}), partial {np.mean([e.partial for e in episodes]):.1%}, "
        f"{np.mean(durations) if durations else float('nan'):.1f} s simulated, "
        f"longest {max(durations, default=float('nan')):.1f} s, "
        f"gate corrections {Counter(e.interventions > 0 for e in episodes)[True]} episodes, "
        f"{wall_s / len(episodes):.2f} s wall each",
        flush=True,
    )
    for episode in episodes:
        if not episode.solved:
            print(f"  seed {episode.seed}: {episode.message}", flush=True)
    return won >= bar * len(episodes)


if __name__ == "__main__":
    sys.exit(main())
