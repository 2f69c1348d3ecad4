# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an evaluation is made of: each case is one episode, fixed by its seed and its wishes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from vla_ros.errors import ConfigError, SimulationError
from vla_ros.evaluate.crowd import crowded, with_strangers
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.present import sample_swap
from vla_ros.sim.sample import Wishes, sample_task_scene
from vla_ros.sim.scene import Scene
from vla_ros.sim.shift import RANDOMISATIONS
from vla_ros.sim.task import Task
from vla_ros.sim.tasks import FAMILIES, MULTI_STEP
from vla_ros.sim.ungroundable import Reason, make_ungroundable

MAIN = "main"
_PATIENCE = 2.0  # Times the longest that an expert needs.
_SWAPPED = ("put", "stack", "push", "place", "lift")
_GROUNDABLE_SALT, _SWAP_SALT = 1_000_000, 2_000_000  # Their scenes are none of the main ones.
# Where to look on for a scene that fits a reason, and how often.
_NEXT_SALT, _TRIES = 1_000_000_000, 100


class Kind(Enum):
    """What an episode is to show."""

    TASK = "task"  # the policy does what it was told
    SWAP = "swap"  # ... and something else in the same scene when told so
    UNGROUNDABLE = "ungroundable"  # it refuses what cannot be done
    GROUNDABLE = "groundable"  # it does not refuse what can be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One episode to play.

    Attributes:
        suite: Which figures it counts for.
        kind: What it is to show.
        seed: Of its scene.
        family: Of its task; several for a swap.
        split: Sentences for training, or those held out.
        shift: Name of a shift in `RANDOMISATIONS`.
        pairs: Pairs of colours for training, or those held out; None: any.
        crowd: How many more things than usual lie on the table.
        strangers: How many things lie there that no sentence names.
        reason: Why it cannot be done, if it cannot.
        second: Of a swap, the second instruction.
    """

    suite: str = MAIN
    kind: Kind = Kind.TASK
    seed: int
    family: str
    split: Split = Split.HELD_OUT
    shift: str = "none"
    pairs: Split | None = None
    crowd: int = 0
    strangers: int = 0
    reason: Reason | None = None
    second: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure beside the main figures.

    Attributes:
        families: Task families, each as often.
        episodes: How many of the main figures.
        seed: Of the first scene.
        split: Sentences for training, or those held out.
        shift: Name of a shift in `RANDOMISATIONS`.
        swaps: Pairs of instructions in one scene.
        ungroundable: Instructions that cannot be carried out.
        groundable: Instructions that can, to see whether they are refused.
    """

    families: tuple[str, ...]
    episodes: int
    seed: int
    split: Split = Split.HELD_OUT
    shift: str = "none"
    swaps: int = 0
    ungroundable: int = 0
    groundable: int = 0


# Each differs from the main figures in one thing; but for the pairs, on the same layouts.
SUITES: dict[str, dict[str, object]] = {
    "trained sentences": {"split": Split.TRAIN},
    "new colour pairs": {"pairs": Split.HELD_OUT},
    "more things": {"crowd": 2},
    "new things": {"strangers": 2},
    "camera moved": {"shift": "camera"},
    "light halved": {"shift": "light"},
    "shadows": {"shift": "shadows"},
    "colours": {"shift": "colors"},
    "friction": {"shift": "friction"},
    "delays": {"shift": "delays"},
    "haste": {"shift": "haste"},
}


def make_cases(plan: Plan) -> list[Case]:
    """Return the cases of a plan; families take turns.

    Raises:
        ConfigError: A family or the shift does not exist.
    """
    _check(plan)
    cases = [*_tasks(plan), *_swaps(plan)]
    reasons = tuple(Reason)
    cases += [
        # One family after the other meets one reason after the other.
        _case(
            plan,
            k,
            _GROUNDABLE_SALT,
            Kind.UNGROUNDABLE,
            reason=reasons[(k + k // len(plan.families)) % len(reasons)],
        )
        for k in range(plan.ungroundable)
    ]
    cases += [_case(plan, k, _GROUNDABLE_SALT, Kind.GROUNDABLE) for k in range(plan.groundable)]
    return cases


def make_suites(plan: Plan, suites: Sequence[str] = tuple(SUITES)) -> list[Case]:
    """Return the cases of other suites: the main ones, each time with one thing different.

    Args:
        plan: Of the main ones; its `episodes` says how many of each suite.
        suites: Which.
    """
    return [
        replace(case, suite=suite, **SUITES[suite])  # type: ignore[arg-type]
        for suite in suites
        for case in _tasks(plan)
        if _is_possible(case, SUITES[suite])
    ]


def _is_possible(case: Case, suite: dict[str, object]) -> bool:
    return "pairs" not in suite or bool(FAMILIES[case.family].targets)


def scene_of(case: Case) -> Scene:
    """Return the scene of a case, with its instruction."""
    scene = _sample(case)
    if case.crowd:
        scene = crowded(scene, case.crowd)
    if case.strangers:
        scene = with_strangers(scene, case.strangers)
    return scene if case.reason is None else _refusable(case, scene, case.reason)


def _refusable(case: Case, scene: Scene, reason: Reason) -> Scene:
    """Return the scene, or the first one after it that fits, with what cannot be done there."""
    rng = np.random.default_rng([case.seed, 37])
    for attempt in range(1, _TRIES + 1):
        try:
            said = make_ungroundable(scene, reason, rng, case.split).text
        except SimulationError:  # Every name means one thing at most here.
            scene = _sample(replace(case, seed=case.seed + attempt * _NEXT_SALT))
            continue
        return replace(scene, instruction=said)
    raise SimulationError(f"nothing is '{reason.value}' in {_TRIES} scenes from {case.seed} on")


def patience_s(task: Task) -> float:
    """Return after how long a task is given up [s]."""
    return FAMILIES[task.family].longest_s * _PATIENCE


def _tasks(plan: Plan) -> list[Case]:
    return [_case(plan, k, 0, Kind.TASK) for k in range(plan.episodes)]


def _swaps(plan: Plan) -> list[Case]:
    """Return two cases a pair; what names no thing swaps nothing."""
    names = [name for name in plan.families if name in _SWAPPED]
    if plan.swaps and not names:
        raise ConfigError(
            f"--swap: none of {', '.join(plan.families)} names a thing; "
            f"wanted one of {', '.join(_SWAPPED)}"
        )
    whose = replace(plan, families=(",".join(names),))
    return [
        _case(whose, k, _SWAP_SALT, Kind.SWAP, second=second)
        for k in range(plan.swaps)
        for second in (False, True)
    ]


def _case(
    plan: Plan,
    number: int,
    salt: int,
    kind: Kind,
    *,
    reason: Reason | None = None,
    second: bool = False,
) -> Case:
    return Case(
        suite=MAIN if kind is Kind.TASK else kind.value,
        kind=kind,
        seed=plan.seed + salt + number,
        family=plan.families[number % len(plan.families)],
        split=plan.split,
        shift=plan.shift,
        reason=reason,
        second=second,
    )


def _check(plan: Plan) -> None:
    unknown = [name for name in plan.families if name not in FAMILIES]
    if unknown or not plan.families:
        raise ConfigError(
            f"--tasks {','.join(plan.families)}: '{', '.join(unknown)}' does not exist; "
            f"there are: all, {', '.join(FAMILIES)}"
        )
    if plan.shift not in RANDOMISATIONS:
        raise ConfigError(f"--shift {plan.shift}: wanted one of {', '.join(RANDOMISATIONS)}")


def _sample(case: Case) -> Scene:
    """Return the scene of a case as it is without a crowd, its instruction possible."""
    names = tuple(case.family.split(","))
    wishes = Wishes(
        families=names,
        split=case.split,
        randomisation=RANDOMISATIONS[case.shift],
        pairs=case.pairs,
    )
    if case.kind is Kind.SWAP:
        return sample_swap(case.seed, wishes)[case.second]
    return sample_task_scene(case.seed, wishes)


def aim_of(name: str) -> tuple[float, float]:
    """Return the success rate that a family has to reach, and the one to aim at; of all: ''."""
    if not name:
        return 0.90, 0.95
    return (0.70, 0.80) if name in MULTI_STEP else (0.80, 0.85)


def families_of(asked: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the families that `--tasks` means.

    Args:
        asked: Their names with commas, or `all`.
        known: Those whose sentences the policy understands.

    Raises:
        ConfigError: The policy does not know one that was asked for.
    """
    if asked == "all":
        return known
    names = tuple(asked.split(","))
    strange = [name for name in names if name in FAMILIES and name not in known]
    if strange:
        raise ConfigError(
            f"--tasks {asked}: the policy does not understand the sentences of "
            f"{', '.join(strange)}; it knows {', '.join(known)}"
        )
    return names
