# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How one chunk hands over to the next: joints fade, grippers switch and are never averaged."""

from vla_ros.chunk.curve import Point

GRIPPER_CLOSE_BELOW = 0.35
GRIPPER_OPEN_ABOVE = 0.65


def cross_fade(old: Point, new: Point, elapsed_s: float, blend_s: float) -> Point:
    """Move from one path to another, smoothly in position and velocity.

    Args:
        old: Where the old path is now.
        new: Where the new path is now.
        elapsed_s: Time since the fade began [s].
        blend_s: How long the fade takes [s], above 0.
    """
    u = min(max(elapsed_s / blend_s, 0.0), 1.0)
    w = u * u * (3.0 - 2.0 * u)
    rate = 6.0 * u * (1.0 - u) / blend_s
    ends = tuple(zip(old.position, new.position, old.velocity, new.velocity, strict=True))
    return Point(
        position=tuple([(1.0 - w) * p + w * q for p, q, _, _ in ends]),
        velocity=tuple([(1.0 - w) * v + w * n + rate * (q - p) for p, q, v, n in ends]),
    )


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
