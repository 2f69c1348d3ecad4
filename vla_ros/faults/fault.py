# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a fault is: who makes it, what it has to lead to, and how soon."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from vla_ros.faults.bounds import Bounds
from vla_ros.gate.vocabulary import Reason


class Wanted(Enum):
    """What a fault has to lead to.

    In each case nothing but ~/reset and ~/arm, or ~/arm alone where nothing is latched, moves an
    arm again that the gate has given up.
    """

    PSTOP = "PSTOP"  # The commanded arm rests within the bound; latched.
    ESTOP = "ESTOP"  # The same, as fast as the hard limits allow.
    HOLD = "HOLD"  # The commanded arm rests within the bound; nothing resumes, so it becomes IDLE.
    PASSING = "HOLD, then RUN"  # It rests within the bound, and goes on by itself.
    STALL = "RUN"  # It goes on, and may hold for a moment before that.
    MOTION = "RUN, moving"  # The arm goes on without a break; what is wrong moves nothing.
    SILENCE = "silence"  # Nothing is commanded until the cause is gone; then the arm goes on.
    DRIVER = "at rest"  # The measured arm rests: nobody commands any more.
    GATING = "gating"  # Whatever the gate decides meanwhile, it obeys ~/stop.


class Setting(Enum):
    """What a fault needs around it; also the name of the folder of its logs."""

    USUAL = "real_time"
    CLOCK = "sim_time"  # A simulated clock.
    CAMERA = "camera"  # perception_node, a camera to see with, and a policy that needs it.
    JPEG = "jpeg"  # The same with compressed pictures.
    NO_AUDIT = "no_audit"  # An audit log that cannot be written.

    @property
    def sees(self) -> bool:
        """True if perception_node takes part."""
        return self in {Setting.CAMERA, Setting.JPEG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the table.

    Attributes:
        name: As on the command line.
        what: In words.
        act: Who does it, and what that one is told (see `bench.py`).
        wanted: What it has to lead to.
        reasons: The gate has to give one of these when it stops, or while the arm goes on.
        hints: The gate has to give all of these as well.
        bound_s: Longest time to standstill [s]; None without one.
        says: What perception_node has to say of a camera on /diagnostics; empty for nothing.
        said_s: Longest time until then [s].
        setting: What it needs around it.
        may_latch: It may also lead to a latched stop, in the same time.
        jog: The arm is moved by another before it is armed again.
        voidable: A machine that was late makes the repeat void.
    """

    name: str
    what: str
    act: tuple[str, ...]
    wanted: Wanted
    reasons: tuple[Reason, ...] = ()
    hints: tuple[Reason, ...] = ()
    bound_s: Callable[[Bounds], float] | None = None
    says: str = ""
    said_s: Callable[[Bounds], float] = lambda bounds: bounds.picture_s
    setting: Setting = Setting.USUAL
    may_latch: bool = False
    jog: bool = False
    voidable: bool = True
