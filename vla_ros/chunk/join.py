# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much of a new path is followed, from the instant at which it joins the running one.

All times are plan time: seconds along the plan, which run slower when the arm is slowed down, so
that a slower arm follows the same path. Every weight and its rate are continuous, so that smooth
paths give a smooth plan.
"""

import math
from dataclasses import dataclass

import numpy as np

from vla_ros.chunk.blend import ease
from vla_ros.chunk.curve import Curve, Point, Vector, make_curve

DEFAULT_BLEND_S = 0.1
SWITCH_S = 0.03  # Hardly more than a tick: a switch that is still no step.
ALIGN_S = 0.5
ENSEMBLE_DECAY = 0.01  # Of ACT (arXiv 2304.13705): the oldest chunk counts most, but hardly.
TIRED = 0.03  # What is left of a vote where its path comes to rest.


@dataclass(frozen=True, slots=True)
class Fade:
    """The new path takes over within a time.

    Attributes:
        begin_s: When it begins [s].
        blend_s: How long it takes [s], above 0.
    """

    begin_s: float
    blend_s: float

    @property
    def taken_s(self) -> float:
        """From when on nothing of what ran before is left [s]."""
        return self.begin_s + self.blend_s

    def weigh(self, plan_s: float) -> tuple[float, float]:
        """Return the weight of the new path, 0 to 1, and its rate [1/s]."""
        weight, slope = ease((plan_s - self.begin_s) / self.blend_s)
        return weight, slope / self.blend_s


@dataclass(frozen=True, slots=True)
class Guide:
    """The running path is kept up to the next row, and guides the new one less with each after.

    Attributes:
        begin_s: One row before that next row [s].
        weights: Of the running path, a row for each row of the chunk from then on.
    """

    begin_s: float
    weights: Curve

    @property
    def taken_s(self) -> float:
        """From when on nothing of what ran before is left [s]."""
        return self.begin_s + (len(self.weights.rows) - 1) * self.weights.step_s

    def weigh(self, plan_s: float) -> tuple[float, float]:
        """Return the weight of the new path, 0 to 1, and its rate [1/s]."""
        old = self.weights.held(plan_s - self.begin_s)
        return 1.0 - old.position[0], -old.velocity[0]


@dataclass(frozen=True, slots=True)
class Align:
    """The new path begins where the running one is, and as fast; the difference fades out.

    Attributes:
        begin_s: When it begins [s].
        fade_s: How long the difference lasts [s], above 0.
        position: By how much the running path is ahead at the beginning [rad]. Length J.
        velocity: By how much it is faster there [rad/s]. Length J.
    """

    begin_s: float
    fade_s: float
    position: Vector
    velocity: Vector

    @property
    def taken_s(self) -> float:
        """From when on nothing of what ran before is left [s]."""
        return self.begin_s

    def weigh(self, plan_s: float) -> tuple[float, float]:  # noqa: ARG002 - a join.
        """Return the weight of the new path, which is all, and its rate."""
        return 1.0, 0.0

    def shift(self, point: Point, plan_s: float) -> Point:
        """Return a point of the new path with what is left of the difference."""
        u = (plan_s - self.begin_s) / self.fade_s
        if u >= 1.0:
            return point
        away, turn = 1.0 - u * u * (3.0 - 2.0 * u), u * (1.0 - u) * (1.0 - u) * self.fade_s
        slope, bend = -6.0 * u * (1.0 - u) / self.fade_s, (1.0 - u) * (1.0 - 3.0 * u)
        apart = tuple(zip(self.position, self.velocity, strict=True))
        return Point(
            position=tuple(
                [p + away * d + turn * e for p, (d, e) in zip(point.position, apart, strict=True)]
            ),
            velocity=tuple(
                [v + slope * d + bend * e for v, (d, e) in zip(point.velocity, apart, strict=True)]
            ),
        )


@dataclass(frozen=True, slots=True)
class Vote:
    """The new path is one of several that are averaged.

    Each path comes to rest at its last row, in the middle of a motion that newer ones go on with.
    So there it hardly counts, unless it is alone.

    Attributes:
        begin_s: When it begins to count [s]; it counts in full `blend_s` later.
        rests_s: When it begins to come to rest [s]; from then on it hardly counts.
        end_s: When its rows are over [s]; it counts no more `blend_s` later.
        blend_s: How long it takes to join and to leave [s], above 0.
        number: Of the chunk; older ones count a little more.
    """

    begin_s: float
    rests_s: float
    end_s: float
    blend_s: float
    number: int

    @property
    def taken_s(self) -> float:
        """From when on nothing of what ran before is left: never."""
        return math.inf

    @property
    def left_s(self) -> float:
        """From when on it counts no more [s]."""
        return self.end_s + self.blend_s

    def count(self, plan_s: float, oldest: int) -> tuple[float, float]:
        """Return how much it counts, 0 to 1, and the rate of that [1/s].

        Args:
            plan_s: Now [s].
            oldest: Number of the oldest chunk that has a vote.
        """
        least = math.exp(-ENSEMBLE_DECAY * (self.number - oldest))
        come, coming = ease((plan_s - self.begin_s) / self.blend_s)
        tired, tiring = ease((plan_s - self.rests_s) / self.blend_s + 1.0)
        gone, going = ease((plan_s - self.end_s) / self.blend_s)
        awake, waning = 1.0 - (1.0 - TIRED) * tired, (1.0 - TIRED) * tiring
        here = come * (1.0 - gone)
        rate = ((coming * (1.0 - gone) - come * going) * awake - here * waning) / self.blend_s
        return least * here * awake, least * rate


Join = Fade | Guide | Align | Vote


def make_guide(next_row_s: float, step_s: float, over_s: float, rows_left: int) -> Guide | None:
    """Return the soft mask of real-time chunking (arXiv 2506.07339) as a join.

    The next row, to which the arm is under way, is the last one that is kept. With n rows between
    it and the end of the running plan, the k-th after it trusts that plan by
    c (e^c - 1) / (e - 1), where c = (n - k) / n.

    Args:
        next_row_s: When the next row of the chunk is due [s].
        step_s: Time between rows [s].
        over_s: When the running plan is over [s].
        rows_left: Of the chunk, from its next row on.

    Returns:
        None if there is no row to guide: the plans do not overlap by so much.
    """
    overlap = min(int((over_s - next_row_s) / step_s), rows_left - 1)
    if overlap < 1:
        return None
    shares = (overlap - np.arange(overlap + 1)) / overlap
    weights = shares * np.expm1(shares) / math.expm1(1.0)
    curve = make_curve(np.append(1.0, weights)[:, None], step_s)
    return Guide(next_row_s - step_s, curve)
