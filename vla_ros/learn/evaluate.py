# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How often a policy solves its tasks in simulated time, through the same schedule and gate."""

import multiprocessing
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np

from vla_ros.learn.proportion import wilson_interval
from vla_ros.learn.rollout import Ending, Rollout, RolloutOptions, RolloutResult
from vla_ros.policy.backend import PolicyBackend
from vla_ros.policy.registry import make_backend
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.table import flat
from vla_ros.sim.tasks import Task
from vla_ros.sim.tasks import check as check_task
from vla_ros.sim.world import World

_LIFTED_M = 0.06
_DISTURBED_M = 0.03


class Failure(Enum):
    """What went wrong in an episode, by what physics shows at its end."""

    NONE = "none"
    STOPPED = "stopped_by_gate"
    WRONG_OBJECT = "wrong_object"
    NEVER_LIFTED = "never_lifted"
    MISPLACED = "misplaced"
    NOT_REPORTED = "solved_but_not_reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeResult:
    """One episode.

    Attributes:
        seed: Of its scene.
        family: Of its task.
        instruction: Its task in words.
        failure: What went wrong; `NONE` for a success.
        ending: How the roll-out ended.
        duration_s: Until it ended, in simulated time [s].
        inferences: Answers of the policy.
        interventions: Corrections by the gate.
        message: What physics says at the end.
    """

    seed: int
    family: str
    instruction: str
    failure: Failure
    ending: Ending
    duration_s: float
    inferences: int
    interventions: int
    message: str

    @property
    def success(self) -> bool:
        """The policy said done, and physics agreed a second later."""
        return self.failure is Failure.NONE

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self) | {"failure": self.failure.value, "ending": self.ending.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What all episodes together say.

    Attributes:
        episodes: How many.
        successes: How many of them succeeded.
        success_rate: Their share.
        wilson_low: Lower end of its 95 % interval.
        wilson_high: Upper end.
        mean_duration_s: Of the successful ones, in simulated time [s].
        interventions_per_episode: Corrections by the gate.
    """

    episodes: int
    successes: int
    success_rate: float
    wilson_low: float
    wilson_high: float
    mean_duration_s: float
    interventions_per_episode: float

    def line(self) -> str:
        """Return them as `name=value`."""
        return " ".join(f"{name}={value:.6g}" for name, value in asdict(self).items())


def evaluate(
    policy: str, tasks: Sequence[str], episodes: int, seed: int, processes: int
) -> list[EpisodeResult]:
    """Run episodes in the scenes `seed`, `seed` + 1, ...

    Args:
        policy: Name or path of its profile.
        tasks: Task families to draw from.
        episodes: How many.
        seed: Of the first scene.
        processes: How many work at a time.

    Raises:
        ConfigError: The policy cannot be loaded.
    """
    seeds = [range(seed + k, seed + episodes, processes) for k in range(processes)]
    if processes == 1:
        return _evaluate_seeds(policy, tuple(tasks), seeds[0])
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes) as pool:
        parts = pool.starmap(_evaluate_seeds, [(policy, tuple(tasks), s) for s in seeds])
    return sorted((result for part in parts for result in part), key=lambda r: r.seed)


def summarise(results: Sequence[EpisodeResult]) -> Figures:
    """Return the figures of some episodes, at least one."""
    won = [r for r in results if r.success]
    low, high = wilson_interval(len(won), len(results))
    return Figures(
        episodes=len(results),
        successes=len(won),
        success_rate=len(won) / len(results),
        wilson_low=low,
        wilson_high=high,
        mean_duration_s=float(np.mean([r.duration_s for r in won])) if won else float("nan"),
        interventions_per_episode=float(np.mean([r.interventions for r in results])),
    )


def count_failures(results: Sequence[EpisodeResult]) -> dict[str, int]:
    """Return how often each kind of failure came."""
    return dict(Counter(r.failure.value for r in results if not r.success))


def _evaluate_seeds(policy: str, tasks: tuple[str, ...], seeds: range) -> list[EpisodeResult]:
    profile, robot = load_policy_profile(policy), load_robot_profile("sim_arm")
    backend = make_backend(profile, robot)
    rollout = Rollout(World(), robot, profile)
    try:
        return [
            result
            for seed in seeds
            if (result := run_episode(rollout, backend, seed)).family in tasks
        ]
    finally:
        rollout.world.close()
        backend.close()


def run_episode(rollout: Rollout, backend: PolicyBackend, seed: int) -> EpisodeResult:
    """Let a policy act in the scene of a seed."""
    world = rollout.world
    scene = sample_scene(seed)
    world.reset(scene)
    task = scene.task
    highest_m = 0.0

    def watch(_: int) -> None:
        nonlocal highest_m
        highest_m = max(highest_m, world.table().item(task.object).at_m[2])

    result = rollout.run(
        lambda observation: backend.infer(observation, scene.instruction),
        RolloutOptions(timeout_s=rollout.policy.timeout_s),
        np.random.default_rng([seed, 13]),
        watch,
    )
    check = check_task(world.table(), task)
    return EpisodeResult(
        seed=seed,
        family=task.family,
        instruction=scene.instruction,
        failure=_judge(world, task, result, solved=check.solved, lifted=highest_m > _LIFTED_M),
        ending=result.ending,
        duration_s=result.duration_s,
        inferences=result.inferences,
        interventions=result.interventions,
        message=result.message if result.ending is Ending.STOPPED else check.message,
    )


def _judge(
    world: World, task: Task, result: RolloutResult, *, solved: bool, lifted: bool
) -> Failure:
    if result.ending is Ending.STOPPED:
        return Failure.STOPPED
    if solved:
        return Failure.NONE if result.ending is Ending.DONE else Failure.NOT_REPORTED
    if lifted:
        return Failure.MISPLACED
    return Failure.WRONG_OBJECT if _disturbed(world, task) else Failure.NEVER_LIFTED


def _disturbed(world: World, task: Task) -> bool:
    """Tell whether another item than the wanted one was moved."""
    table = world.table()
    wanted = table.item(task.object)
    return any(
        flat(item.at_m, item.start_m) > _DISTURBED_M for item in table.items if item is not wanted
    )
