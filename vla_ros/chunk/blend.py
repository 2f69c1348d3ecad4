# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How one path hands over to another: joints are weighed, grippers switch, never averaged."""

from vla_ros.chunk.curve import Point

GRIPPER_CLOSE_BELOW = 0.35
GRIPPER_OPEN_ABOVE = 0.65


def ease(u: float) -> tuple[float, float]:
    """Return a way from 0 to 1 for u from 0 to 1, level at both ends, and its slope."""
    if u <= 0.0:
        return 0.0, 0.0
    if u >= 1.0:
        return 1.0, 0.0
    return u * u * (3.0 - 2.0 * u), 6.0 * u * (1.0 - u)


def mix(old: Point, new: Point, weight: float, rate: float) -> Point:
    """Return the point between two paths.

    Args:
        old: Where the one path is now.
        new: Where the other path is now.
        weight: Of the new path, 0 to 1.
        rate: How fast the weight changes [1/s].
    """
    rest = 1.0 - weight
    ends = zip(old.position, new.position, old.velocity, new.velocity, strict=True)
    pairs = [
        (rest * p + weight * q, rest * v + weight * n + rate * (q - p)) for p, q, v, n in ends
    ]
    position, velocity = zip(*pairs, strict=True)
    return Point(position=position, velocity=velocity)


def switch_gripper(held: float | None, wanted: float) -> float | None:
    """Return 0 (close) or 1 (open), keeping what is held while the wish is undecided.

    None leaves the gripper alone: nothing was commanded before, and the wish is undecided.

    Args:
        held: The opening commanded so far; None before the first.
        wanted: The opening a policy asks for, 0 closed to 1 open.
    """
    if wanted <= GRIPPER_CLOSE_BELOW:
        return 0.0
    if wanted >= GRIPPER_OPEN_ABOVE:
        return 1.0
    return held
