# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy answers while no goal runs, and how long its answers take."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from vla_ros.doctor.line import Level, worst
from vla_ros.doctor.probe import INSTRUCTION, Probe, check_probe, make_probe
from vla_ros.policy.backend import PolicyBackend
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import Observation

_AGAIN_NS = 5_000_000_000  # An answer that a goal must not follow is asked for again.
_TIMES = 7
_ENOUGH = 3  # Fewer may have met with a busy machine.


class Rehearsal:
    """The newest word of a policy. One thread asks it, any thread may look.

    Args:
        backend: The policy; used by the thread that calls `run` alone.
        robot: Its robot.
        clock_ns: Any clock that never jumps.
    """

    def __init__(
        self, backend: PolicyBackend, robot: RobotProfile, clock_ns: Callable[[], int]
    ) -> None:
        self._backend = backend
        self._robot = robot
        self._clock_ns = clock_ns
        self._probe: Probe | None = None
        self._asked_ns: int | None = None
        self._times_s: deque[float] = deque(maxlen=_TIMES)

    @property
    def probe(self) -> Probe | None:
        """What it answered, with how long its newest answers took; None before the first."""
        probe, times_s = self._probe, (*self._times_s,)
        if probe is None:
            return None
        return replace(probe, times_s=times_s if len(times_s) >= _ENOUGH else ())

    @property
    def is_due(self) -> bool:
        """It was not asked yet, or a while ago and not to anybody's liking."""
        probe = self.probe
        if probe is None or self._asked_ns is None:
            return self._asked_ns is None
        if self._clock_ns() - self._asked_ns < _AGAIN_NS:
            return False
        return worst(check_probe(probe, self._backend.profile, self._robot)) is Level.FAIL

    def begin(self) -> None:
        """Note that it is going to be asked."""
        self._asked_ns = self._clock_ns()

    def run(self, observation: Observation, go_on: Callable[[], bool]) -> None:
        """Ask it a few times.

        Args:
            observation: What it sees.
            go_on: Whether there is time for another question.
        """
        try:
            probe = make_probe(
                self._backend, self._robot, observation, INSTRUCTION, self._clock_ns, go_on
            )
        except Exception as error:  # noqa: BLE001  A model may raise anything; a goal would end so.
            probe = Probe(live=True, objection=f"{type(error).__name__}: {error}")
        self._times_s.extend(probe.times_s)
        self._probe = probe

    def took(self, time_s: float) -> None:
        """Note how long an answer to a goal took [s]."""
        self._times_s.append(time_s)
