# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The gripper: it moves no faster than it may, holds fast in every stop, never opens by itself."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """What the gripper is told.

    Attributes:
        opening: Commanded now, 0 closed to 1 open; None before the first of an epoch.
        goal: Where it goes. It outlasts the epoch, so that an undecided wish does not let go of
            what is held; None if nothing was ever commanded.
    """

    opening: float | None = None
    goal: float | None = None

    def follow(self, goal: float | None, step: float) -> "Grip":
        """Return the grip one tick later on the way to where a plan wants it.

        Args:
            goal: Opening wanted; None leaves the gripper alone.
            step: Largest change of the opening in a tick.
        """
        if goal is None:
            return self
        begin = self.opening if self.opening is not None else self.goal
        if begin is None or abs(goal - begin) <= step:
            return Grip(opening=goal, goal=goal)
        return Grip(opening=begin + math.copysign(step, goal - begin), goal=goal)

    def hold(self, step: float) -> "Grip":
        """Return the grip one tick later in a stop: it goes on closing, and opens no further."""
        if self.opening is None or self.goal is None:
            return self
        return self.follow(min(self.goal, self.opening), step)

    def released(self) -> "Grip":
        """Return what outlasts an epoch: nothing is commanded, and the goal is remembered."""
        return Grip(goal=self.goal)
