# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How near an arm is to a singularity, where small motions of the tool need huge joint speeds.

The measure is the condition number of the tool's Jacobian: its largest singular value over its
smallest. Metres and radians do not compare, so the rows of the rotation are multiplied by a
length: the root mean square distance of the joint axes from the tool in the arm's home posture.
Both halves of the Jacobian are then of the same size there, for small arms and for large ones.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from vla_ros.gate.limits import Vector
from vla_ros.types import FloatArray

_REMEMBERED = 4  # A tick asks for the same posture more than once.


def make_tool_condition(
    jacobian: Callable[[FloatArray], FloatArray], home: Vector
) -> Callable[[Vector], float]:
    """Return a function from joint positions [rad] to the condition number there, 1 or more.

    Args:
        jacobian: Of the tool, linear rows first, shape (6, J), for joint positions of shape (J,).
        home: Where the characteristic length is taken [rad].
    """
    length_m = characteristic_length_m(jacobian(np.array(home)))

    @lru_cache(maxsize=_REMEMBERED)
    def tool_condition(q: Vector) -> float:
        return condition_number(jacobian(np.array(q)), length_m)

    return tool_condition


def characteristic_length_m(jacobian: FloatArray) -> float:
    """Return the length that makes the rotational rows as large as the linear ones [m]."""
    return float(np.linalg.norm(jacobian[:3]) / np.linalg.norm(jacobian[3:]))


def condition_number(jacobian: FloatArray, length_m: float) -> float:
    """Return the condition number of a Jacobian, shape (6, J); infinite at a singularity."""
    rows = jacobian.copy()
    rows[3:] *= length_m
    values = np.linalg.svd(rows, compute_uv=False)
    least = float(values[-1])
    return float(values[0]) / least if least > 0.0 else np.inf
