# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plays one case through the same schedule and gate as on the robot, and says how it went."""

import math
import time
from dataclasses import dataclass, fields
from enum import Enum

import numpy as np

from vla_ros.evaluate.actors import Actor
from vla_ros.evaluate.cases import Case, Kind, patience_s, scene_of
from vla_ros.evaluate.failure import Failure, judge
from vla_ros.evaluate.witness import Witness
from vla_ros.learn.rollout import Act, Ending, Rollout, RolloutOptions, Watch
from vla_ros.policy.admission import Patience
from vla_ros.sim.shift import RANDOMISATIONS
from vla_ros.sim.tasks import check as check_task
from vla_ros.types import Observation, PolicyOutput

_LOOK_S = {Kind.UNGROUNDABLE: 5.0, Kind.GROUNDABLE: 2.0}  # Long enough to see a motion.


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeResult:
    """One episode.

    Attributes:
        suite: Which figures it counts for.
        kind: What it was to show.
        seed: Of its scene.
        family: Of its task.
        instruction: What was said.
        contents: What lay on the table.
        reason: Why it could not be done, if it could not.
        failure: What went wrong; `NONE` for a success.
        ending: How the roll-out ended.
        message: What physics, gate or policy say at the end.
        duration_s: Until it ended, in simulated time [s].
        inferences: Answers of the policy.
        interventions: Corrections by the gate.
        stages: Steps to success that were reached at some time.
        partial: Their share, 0 to 1.
        path_m: How far the tool went [m].
        joint_motion_rad: Farthest that a joint was from its start [rad].
        confidence: Of each answer, 0 to 1; empty if the policy has none.
        infer_ms: Median time of an answer [ms].
    """

    suite: str
    kind: Kind
    seed: int
    family: str
    instruction: str
    contents: str = ""
    reason: str = ""
    failure: Failure
    ending: Ending
    message: str = ""
    duration_s: float = 0.0
    inferences: int = 0
    interventions: int = 0
    stages: tuple[str, ...] = ()
    partial: float = 0.0
    path_m: float = 0.0
    joint_motion_rad: float = 0.0
    confidence: tuple[float, ...] = ()
    infer_ms: float = math.nan

    @property
    def success(self) -> bool:
        """The policy said done, and physics agreed a second later."""
        return self.failure is Failure.NONE

    @property
    def refused(self) -> bool:
        """The policy said that it cannot be done."""
        return self.ending is Ending.REFUSED

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {"success": self.success} | {
            f.name: _plain(getattr(self, f.name)) for f in fields(self)
        }


def play(rollout: Rollout, actor: Actor, case: Case, also: Watch | None = None) -> EpisodeResult:
    """Let a policy act in the scene of a case.

    Args:
        rollout: Whose world it is.
        actor: Who moves the arm.
        case: What to play.
        also: Called before every tick with the simulated time [ns].
    """
    scene = scene_of(case)
    rollout.world.reset(scene)
    witness, timed = Witness(rollout.world, scene.task), Timed(actor.begin(rollout, scene))

    def watch(time_ns: int) -> None:
        witness.watch(time_ns)
        if also is not None:
            also(time_ns)

    options = RolloutOptions(
        see=actor.sees,
        timeout_s=_LOOK_S.get(case.kind) or patience_s(scene.task),
        latency_s=RANDOMISATIONS[case.shift].latency_s,
        failures=Patience().policy_failures,
    )
    rng = np.random.default_rng([case.seed, 13])
    result = rollout.run(timed, options, rng, watch, witness.judge_claim)
    check = check_task(witness.look(), scene.task)
    physics = result.ending in (Ending.DONE, Ending.TIMEOUT)
    return EpisodeResult(
        suite=case.suite,
        kind=case.kind,
        seed=case.seed,
        family=scene.task.family,
        instruction=scene.instruction,
        contents=scene.contents,
        reason="" if case.reason is None else case.reason.value,
        failure=judge(result.ending, witness, scene.task.family, solved=check.solved),
        ending=result.ending,
        message=check.message if physics else result.message,
        duration_s=result.duration_s,
        inferences=result.inferences,
        interventions=result.interventions,
        stages=witness.reached,
        partial=witness.partial,
        path_m=witness.path_m,
        joint_motion_rad=witness.joint_motion_rad,
        confidence=timed.confidence,
        infer_ms=timed.median_ms,
    )


class Timed:
    """A policy whose answers are timed."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._taken_ms: list[float] = []
        self._confidence: list[float] = []

    def __call__(self, observation: Observation) -> PolicyOutput:
        """Return the policy's answer."""
        began_s = time.perf_counter()
        output = self._act(observation)
        self._taken_ms.append((time.perf_counter() - began_s) * 1e3)
        if math.isfinite(output.confidence):
            self._confidence.append(round(output.confidence, 4))
        return output

    @property
    def confidence(self) -> tuple[float, ...]:
        """Of each answer that had one."""
        return tuple(self._confidence)

    @property
    def median_ms(self) -> float:
        """Median time of an answer [ms]; NaN without one."""
        return float(np.median(self._taken_ms)) if self._taken_ms else math.nan


def _plain(value: object) -> object:
    """Return a value that JSON knows; NaN becomes null."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
