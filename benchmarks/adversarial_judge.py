# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Judges every command of a run: the final checker, and distances of its own along the stop."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from adversarial_contacts import Contacts
from adversarial_distance import Distances
from adversarial_scene import Array

from vla_ros.gate.config import GateConfig
from vla_ros.gate.final import (
    SAMPLING_TOLERANCE_M,
    FinalChecker,
    make_envelope,
    way_to_rest,
)
from vla_ros.gate.limits import Vector
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.vocabulary import GateMode

_DRAWS = 6000
_ROOM_M = 0.03  # Between the tool and the walls of its workspace where an episode begins.


@dataclass(frozen=True, slots=True)
class Postures:
    """Where episodes begin, and where they should never come. Each of shape (N, J) [rad]."""

    starts: Array
    folded: Array
    low: Array
    outside: Array


class Judge:
    """Looks at every command of one arm, and measures distances for every so manieth.

    Attributes:
        distances: Of the arm.
        postures: Of the arm.
        last: Position of the newest command; None before the first of an episode.
        least_self_m: Smallest distance of the arm to itself [m].
        least_env_m: Smallest distance to what stands around it [m].
        least_excess_m: Smallest distance less its margin [m].
        least_pair: The names behind it.
        least_emergency_m: The same during emergency stops, whose way is not proved [m].
        measured: How often distances were measured.
        contacts: Commands at which the arm touches something in a physics engine's eyes.
    """

    def __init__(
        self, config: GateConfig, distances: Distances, contacts: Contacts | None, every: int
    ) -> None:
        """Prepare for an arm.

        Args:
            config: Of its gate.
            distances: Of the arm.
            contacts: Of the arm; None does not ask.
            every: Measure distances for each so manieth command.
        """
        self._config = config
        self._checker = FinalChecker(make_envelope(config))
        self.distances = distances
        self._contacts = contacts
        self._every = every
        self._count = 0
        self._before: deque[PublishedCommand] = deque(maxlen=3)
        self.least_self_m = self.least_env_m = self.least_excess_m = np.inf
        self.least_emergency_m = np.inf
        self.least_pair = ""
        self.measured = self.contacts = 0
        self.postures = self._draw_postures()

    @property
    def last(self) -> Vector | None:
        """Position of the newest command [rad]; None before the first of an episode."""
        return self._before[-1].position if self._before else None

    def begin(self) -> None:
        """Begin an episode: nothing was published before."""
        self._before.clear()

    def objection(self, command: PublishedCommand) -> str | None:
        """Return what is wrong with a command, or None."""
        breach = self._checker.find_breach(tuple(self._before), command)
        moved = self.last != command.position
        self._before.append(command)
        if breach is not None:
            return f"{breach[0].name}: {breach[1]}"
        self._count += 1
        if moved and self._count % self._every == 0:
            return self._measure(command)
        return None

    def _measure(self, command: PublishedCommand) -> str | None:
        """I8, and the distances of I6: here and on the way to rest."""
        if self._contacts is not None and self._contacts.count(np.array(command.position)):
            self.contacts += 1
            return "INVARIANT_I8: the arm touches something"
        for position in (command.position, *way_to_rest(command, self._config.limits)):
            self.measured += 1
            own, env = self.distances.measure(np.array(position))
            worst = min(own, env, key=lambda nearness: nearness.excess_m)
            if command.emergency or command.mode is GateMode.FAULT:
                self.least_emergency_m = min(self.least_emergency_m, worst.excess_m)
                continue
            self.least_self_m = min(self.least_self_m, own.distance_m)
            self.least_env_m = min(self.least_env_m, env.distance_m)
            if worst.excess_m < self.least_excess_m:
                self.least_excess_m, self.least_pair = worst.excess_m, worst.pair
            if not worst.excess_m >= -SAMPLING_TOLERANCE_M:
                text = f"{-1e3 * worst.excess_m:.2f} mm inside the margin of {worst.pair}"
                return f"INVARIANT_I{8 if position is command.position else 6}: {text}"
        return None

    def _draw_postures(self) -> Postures:
        """Sort some postures by what is wrong with them."""
        rng = np.random.default_rng(1)
        limits = self._config.limits
        found: dict[str, list[Array]] = {"starts": [], "folded": [], "low": [], "outside": []}
        for q in rng.uniform(limits.lower, limits.upper, (_DRAWS, len(limits.names))):
            own, env = self.distances.measure(q)
            if own.distance_m <= 0.0:
                found["folded"].append(q)
            elif env.distance_m <= 0.0:
                found["low"].append(q)
            elif not self._in_workspace(q, 0.0):
                found["outside"].append(q)
            elif own.excess_m > 0.0 and env.excess_m > 0.0 and self._in_workspace(q, _ROOM_M):
                found["starts"].append(q)
        empty = [name for name, postures in found.items() if not postures]
        if empty:
            raise SystemExit(f"among {_DRAWS} postures none is for: {', '.join(empty)}")
        return Postures(**{name: np.array(postures) for name, postures in found.items()})

    def _in_workspace(self, q: Array, room_m: float) -> bool:
        tool, box = self._config.tool_position, self._config.workspace
        if tool is None or box is None:
            return True
        ends = zip(box.lower, tool(tuple(q.tolist())), box.upper, strict=True)
        return all(low + room_m <= x <= high - room_m for low, x, high in ends)
