# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who moves the arm in an evaluation: a policy, or the expert, to see what the scenes allow."""

from dataclasses import replace
from typing import Protocol

from vla_ros.errors import ConfigError, InstructionError, SimulationError
from vla_ros.learn.labels import make_label
from vla_ros.learn.rollout import Act, Rollout
from vla_ros.policy.backend import PolicyBackend
from vla_ros.policy.registry import make_backend
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.sim.language.grammar import Split
from vla_ros.sim.sample import Wishes, sample_task_scene
from vla_ros.sim.scene import Scene
from vla_ros.sim.tasks import FAMILIES
from vla_ros.sim.ungroundable import ground
from vla_ros.types import Observation, PolicyOutput

EXPERT = "expert"
_SAMPLE = range(8)  # Seeds of sentences; who understands these is measured in the family.


class Actor(Protocol):
    """Who moves the arm."""

    @property
    def sees(self) -> bool:
        """Whether it needs pictures."""

    @property
    def families(self) -> tuple[str, ...]:
        """The task families that it can be measured in."""

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        """Return who answers in the episode that begins."""

    def close(self) -> None:
        """Free what it holds."""


class PolicyActor:
    """A policy, as the nodes run it."""

    sees = True

    def __init__(self, backend: PolicyBackend) -> None:
        self._backend = backend

    @property
    def families(self) -> tuple[str, ...]:
        """Those whose sentences it understands.

        Raises:
            ConfigError: It understands none.
        """
        complaints = {name: self._complaint(name) for name in FAMILIES}
        known = tuple(name for name, complaint in complaints.items() if not complaint)
        if not known:
            raise ConfigError(
                f"policy '{self._backend.profile.name}' knows no task of the simulator: "
                f"{next(iter(complaints.values()))}"
            )
        return known

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        """Return the policy."""
        del rollout
        return lambda observation: self._backend.infer(observation, scene.instruction)

    def close(self) -> None:
        """Free the policy."""
        self._backend.close()

    def _complaint(self, family: str) -> str:
        wishes = Wishes(families=(family,), split=Split.TRAIN)
        try:
            for seed in _SAMPLE:
                self._backend.check_instruction(sample_task_scene(seed, wishes).instruction)
        except InstructionError as error:
            return str(error)
        return ""


class ExpertActor:
    """The scripted expert, which sees the state: no policy can do better than its teacher."""

    sees = False
    families = tuple(FAMILIES)

    def begin(self, rollout: Rollout, scene: Scene) -> Act:
        """Return the expert; it tells whether the instruction can be carried out."""
        action, can = rollout.policy.action, float(_can_be_done(rollout, scene))

        def act(observation: Observation) -> PolicyOutput:
            anchor = rollout.adapter.anchor(observation)
            output = make_label(rollout.world, scene.task, anchor, action, ()).as_output()
            return replace(output, grounded_probability=can)

        return act

    def close(self) -> None:
        """Hold nothing."""


def make_actor(name: str, profile: PolicyProfile, robot: RobotProfile) -> Actor:
    """Return a policy that is ready, or the expert if that is its name.

    Raises:
        ConfigError: The policy cannot be loaded.
    """
    return ExpertActor() if name == EXPERT else PolicyActor(make_backend(profile, robot))


def _can_be_done(rollout: Rollout, scene: Scene) -> bool:
    try:
        ground(rollout.world.table(), scene.instruction)
    except SimulationError:
        return False
    return True
