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

import numpy as np

from vla_ros.evaluate.actors import ExpertActor
from vla_ros.evaluate.cases import Case
from vla_ros.evaluate.episode import EpisodeResult, play
from vla_ros.evaluate.proportion import wilson_interval
from vla_ros.learn.kick import kicked
from vla_ros.learn.rollout import Act, Rollout
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.scene import Scene
from vla_ros.sim.shift import RANDOMISATIONS
from vla_ros.sim.tasks import FAMILIES
from vla_ros.sim.world import World
from vla_ros.types import Observation, PolicyOutput

_BAR = 0.97


class KickedExpert(ExpertActor):
    """The expert, now and then pushed astray; `kicks` is the chance of it per answer."""

    def __init__(self, kicks: float) -> None:
        self._kicks = kicks

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        """Return the expert of an episode."""
        expert = super().begin(rollout, scene)
        rng = np.random.default_rng([scene.seed, 29])

        def act(observation: Observation) -> PolicyOutput:
            output = expert(observation)
            if rng.random() < self._kicks and output.done_probability < 1.0:
                return kicked(output, rng, rollout.adapter.anchor(observation).position_m[2])
            return output

        return act


def main() -> int:
    """Measure and print; 1 if a family is below the bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", default="all", help="families with commas, or all")
    parser.add_argument("--episodes", type=int, default=50, help="scenes of each family")
    parser.add_argument("--seed", type=int, default=1, help="of the first scene")
    parser.add_argument("--shift", default="none", choices=RANDOMISATIONS)
    parser.add_argument("--kicks", type=float, default=0.0, help="chance of a push per chunk")
    parser.add_argument("--bar", type=float, default=_BAR, help="success rate wanted of each")
    args = parser.parse_args()
    names = list(FAMILIES) if args.tasks == "all" else args.tasks.split(",")
    robot, policy = load_robot_profile("sim_arm"), load_policy_profile("tabletop")
    rollout, actor = Rollout(World(), robot, policy), KickedExpert(args.kicks)
    failed = False
    for name in names:
        began = time.monotonic()
        seeds = range(args.seed, args.seed + args.episodes)
        cases = [
            Case(seed=seed, family=name, split=Split.TRAIN, shift=args.shift) for seed in seeds
        ]
        episodes = [play(rollout, actor, case) for case in cases]
        failed |= not report(name, episodes, args.bar, time.monotonic() - began)
    return int(failed)


def report(name: str, episodes: list[EpisodeResult], bar: float, wall_s: float) -> bool:
    """Print the figures of a family; False if it is below the bar."""
    won = sum(episode.success for episode in episodes)
    low, high = wilson_interval(won, len(episodes))
    durations = [episode.duration_s for episode in episodes if episode.success]
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
        if not episode.success:
            print(
                f"  seed {episode.seed}: {episode.failure.value} ({episode.ending}): "
                f"{episode.message} [{episode.instruction}] {episode.contents}",
                flush=True,
            )
    return won >= bar * len(episodes)


if __name__ == "__main__":
    sys.exit(main())
