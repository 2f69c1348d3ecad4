# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of plans that think in tool poses: near a singularity they swing the joints."""

from vla_ros.chunk.schedule import Target
from vla_ros.gate.state import Finding
from vla_ros.gate.tick import ScaleCheck, Tick, TickCheck
from vla_ros.gate.vocabulary import Reason, Verdict

_SLOW_CONDITION = 17.0
_STOP_CONDITION = 30.0
_AHEAD_NS = 100_000_000  # Far enough along the plan to see where it leads.
_LEAST_SCALE = 0.1  # Slower than this an arm would creep up to the limit for ever.


def check_singularity(tick: Tick) -> Finding | None:
    """Object to a target at a singularity, unless the plan leads away from it."""
    if tick.target is None:
        return None
    condition = _condition(tick.target, tick)
    if condition < _STOP_CONDITION or _leaves(condition, tick):
        return None
    text = f"condition number of the tool's Jacobian is {condition:.0f}, limit {_STOP_CONDITION:g}"
    return Finding(Verdict.HOLD, Reason.SINGULAR, text)


def scale_by_singularity(target: Target, tick: Tick) -> tuple[float, Finding | None]:
    """Slow down towards a singularity; the way back is free."""
    condition = _condition(target, tick)
    if condition <= _SLOW_CONDITION or _leaves(condition, tick):
        return 1.0, None
    room = (_STOP_CONDITION - condition) / (_STOP_CONDITION - _SLOW_CONDITION)
    text = f"condition number of the tool's Jacobian is {condition:.0f}, slow from "
    return (
        max(_LEAST_SCALE, room),
        Finding(Verdict.SCALE, Reason.SINGULAR, f"{text}{_SLOW_CONDITION:g}"),
    )


def _condition(target: Target, tick: Tick) -> float:
    """Return the condition number at a target; 1 for plans that think in joint positions."""
    tool_condition = tick.config.tool_condition
    if tool_condition is None or not tick.state.cartesian:
        return 1.0
    return tool_condition(target.position)


def _leaves(condition: float, tick: Tick) -> bool:
    """Say whether the condition number falls along the plan, however slowly it is followed."""
    tool_condition, now_ns = tick.config.tool_condition, tick.now_ns
    ahead = tick.state.schedule.at_scale(1.0, now_ns).sample(now_ns + _AHEAD_NS)
    if tool_condition is None or ahead is None:
        return False
    return tool_condition(ahead.position) < condition


SINGULAR_CHECKS = (
    TickCheck(28, check_singularity),
    ScaleCheck(28, scale_by_singularity),
)
