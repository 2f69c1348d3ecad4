# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a check may look at, and the kinds of checks there are."""

from collections.abc import Callable
from dataclasses import dataclass

from vla_ros.chunk.schedule import Target
from vla_ros.gate.config import GateConfig
from vla_ros.gate.limits import Vector
from vla_ros.gate.state import Finding, GateInputs, GateState
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.types import ActionChunk


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tick:
    """One tick, as the checks see it.

    Attributes:
        now_ns: Control clock.
        config: The gate's constants.
        state: As the last tick left it, with the newest joint state.
        inputs: What is new.
        target: What the plan wants now; None without a plan.
        tracking_rad: Largest distance of a measured joint from its recent commands, or NaN.
    """

    now_ns: int
    config: GateConfig
    state: GateState
    inputs: GateInputs
    target: Target | None
    tracking_rad: float

    def since_s(self, stamp_ns: int) -> float:
        """Return the time from a stamp to now [s]."""
        return (self.now_ns - stamp_ns) * 1e-9

    @property
    def measured(self) -> Vector | None:
        """The newest measured joint positions [rad]; None if there were none."""
        joints = self.state.joints
        return None if joints is None else tuple(joints.position.tolist())


@dataclass(frozen=True, slots=True)
class TickCheck:
    """Judges the situation, every tick."""

    number: int
    judge: Callable[[Tick], Finding | None]


@dataclass(frozen=True, slots=True)
class ChunkCheck:
    """Judges a chunk on admission. A verdict of DROP or worse refuses it and ends its checks."""

    number: int
    judge: Callable[[ActionChunk, Tick], Finding | None]


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """Changes a target that asks for too much, and says so."""

    number: int
    judge: Callable[[Target, Tick], tuple[Target, Finding | None]]


@dataclass(frozen=True, slots=True)
class ScaleCheck:
    """Says how fast the plan may be followed, 0 to 1, and why not faster."""

    number: int
    judge: Callable[[Target, Tick], tuple[float, Finding | None]]


@dataclass(frozen=True, slots=True)
class MotionCheck:
    """Judges the next command together with the stop that would follow it."""

    number: int
    judge: Callable[[MotionState, StopTrajectory, Tick], Finding | None]


Check = TickCheck | ChunkCheck | TargetCheck | ScaleCheck | MotionCheck
