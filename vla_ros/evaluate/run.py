# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plays many cases in parallel processes; the same cases always give the same episodes."""

import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from vla_ros.evaluate.actors import EXPERT, Actor, make_actor
from vla_ros.evaluate.cases import Case
from vla_ros.evaluate.episode import EpisodeResult, play
from vla_ros.learn.parallel import in_parallel
from vla_ros.learn.rollout import Rollout
from vla_ros.policy.model_file import sha256_of
from vla_ros.policy.registry import with_model
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.world import World

_ROBOT, _EXPERTS_PROFILE = "sim_arm", "tabletop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is measured.

    Attributes:
        policy: Name or path of a policy profile, or `expert`.
        model: A model file instead of the profile's; a checkpoint of a training, too.
        may_refuse: Whether it ends an episode that it says cannot be done.
    """

    policy: str
    model: Path | None = None
    may_refuse: bool = True

    def profile(self) -> PolicyProfile:
        """Return its profile; the expert answers as the embedded policy would.

        Raises:
            ConfigError: There is none, or it is wrong.
        """
        name = _EXPERTS_PROFILE if self.policy == EXPERT else self.policy
        profile = load_policy_profile(name)
        if self.model is not None:
            profile = with_model(profile, self.model)
        return profile if self.may_refuse else profile.model_copy(update={"grounding": None})

    def model_sha256(self) -> str:
        """Return the SHA-256 of its model file; empty if it has none."""
        return "" if self.policy == EXPERT else sha256_of(self.profile().model)


class Player:
    """Plays cases, one after the other. Belongs to one thread."""

    def __init__(self, subject: Subject) -> None:
        profile, robot = subject.profile(), load_robot_profile(_ROBOT)
        self.actor: Actor = make_actor(subject.policy, profile, robot)
        self.rollout = Rollout(World(), robot, profile)

    def play(self, case: Case) -> EpisodeResult:
        """Play one."""
        return play(self.rollout, self.actor, case)

    def close(self) -> None:
        """Free the policy and the renderer."""
        self.rollout.world.close()
        self.actor.close()


@contextmanager
def player(subject: Subject) -> Iterator[Player]:
    """Open a player for a while."""
    opened = Player(subject)
    try:
        yield opened
    finally:
        opened.close()


def families_known(subject: Subject) -> tuple[str, ...]:
    """Return the task families that a policy can be measured in.

    Raises:
        ConfigError: The policy cannot be loaded, or knows no task of the simulator.
    """
    actor = make_actor(subject.policy, subject.profile(), load_robot_profile(_ROBOT))
    try:
        return actor.families
    finally:
        actor.close()


def play_all(
    subject: Subject,
    cases: Sequence[Case],
    processes: int,
    tell: Callable[[EpisodeResult], None] = lambda _: None,
) -> list[EpisodeResult]:
    """Play cases; the results come in their order.

    Args:
        subject: What is measured.
        cases: What to play.
        processes: How many work at a time.
        tell: Called with each result as soon as it and all before it are there.

    Raises:
        ConfigError: The policy cannot be loaded.
        SimulationError: The processes that play die again and again.
    """
    subject.profile()
    results: list[EpisodeResult] = []
    with closing(_played(subject, cases, processes)) as played:
        for result in played:
            tell(result)
            results.append(result)
    return results


def _played(
    subject: Subject, cases: Sequence[Case], processes: int
) -> Generator[EpisodeResult, None, None]:
    if processes == 1:
        with player(subject) as alone:
            yield from map(alone.play, cases)
    else:
        yield from in_parallel(_play, cases, processes, _begin, (subject,))


# Of this process, if it is a worker: what it measures, and with its first case, who plays.
_subjects: list[Subject] = []
_players: list[Player] = []


def _begin(subject: Subject) -> None:
    """Fail only in `_play`: what fails here would be taken for a process that died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits for them.
    _subjects.append(subject)


def _play(case: Case) -> EpisodeResult:
    if not _players:
        _players.append(Player(_subjects[0]))
    return _players[0].play(case)
