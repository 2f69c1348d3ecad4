# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The faults: what happens, what the gate has to say, and how soon the arm has to rest."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from vla_ros.faults.bounds import Bounds
from vla_ros.gate.vocabulary import Reason


class Wanted(Enum):
    """What a fault has to lead to."""

    REST = "rest"  # The commanded arm comes to rest within the bound.
    MEASURED_REST = "measured rest"  # The measured arm does: nobody commands any more.
    MOTION = "motion"  # The arm goes on; what is wrong moves nothing.
    ANYTHING = "limits"  # Whatever the gate decides, every command keeps its limits.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the table.

    Attributes:
        name: As on the command line.
        what: In words.
        act: Who does it, and what that one is told (see `bench.py`).
        reasons: The gate has to give one of these; none if empty.
        bound_s: Longest time to standstill [s]; None without one.
        wanted: What it has to lead to.
        clock: It needs a simulated clock.
        audit: False where the audit log cannot be written.
        voidable: A machine that was late makes the repeat void.
    """

    name: str
    what: str
    act: tuple[str, ...]
    reasons: tuple[Reason, ...]
    bound_s: Callable[[Bounds], float] | None = None
    wanted: Wanted = Wanted.REST
    clock: bool = False
    audit: bool = True
    voidable: bool = True


def _joints(word: str, what: str, *reasons: Reason, bound: Callable[[Bounds], float]) -> Fault:
    name = f"joint_states_{word}"
    return Fault(name=name, what=what, act=("relay", word), reasons=reasons, bound_s=bound)


def _chunks(word: str, what: str, *reasons: Reason) -> Fault:
    name, act = f"chunks_{word}", ("policy", word)
    return Fault(name=name, what=what, act=act, reasons=reasons, wanted=Wanted.MOTION)


def _delayed(delay_s: float, wanted: Wanted, *reasons: Reason) -> Fault:
    return Fault(
        name=f"chunks_{delay_s * 1e3:.0f}_ms_late",
        what=f"every chunk arrives {delay_s} s late",
        act=("policy", "delay", str(delay_s)),
        reasons=reasons,
        bound_s=(lambda b: b.plan_s) if wanted is Wanted.REST else None,
        wanted=wanted,
    )


def _clock(name: str, what: str, *act: str) -> Fault:
    return Fault(
        name=name,
        what=what,
        act=("clock", *act),
        reasons=(Reason.CLOCK_JUMP,),
        bound_s=lambda b: b.stop_s,
        clock=True,
    )


FAULTS = (
    Fault(
        name="policy_killed",
        what="SIGKILL to the policy",
        act=("kill", "policy"),
        reasons=(Reason.STARVED,),
        bound_s=lambda b: b.plan_s,
    ),
    Fault(
        name="policy_stopped",
        what="SIGSTOP to the policy",
        act=("pause", "policy"),
        reasons=(Reason.STARVED,),
        bound_s=lambda b: b.plan_s,
    ),
    Fault(
        name="chunks_nan",
        what="a target in every chunk is NaN",
        act=("policy", "nan"),
        reasons=(Reason.NON_FINITE,),
        bound_s=lambda b: b.plan_s,
    ),
    Fault(
        name="camera_frozen",
        what="a camera behind every chunk repeats itself",
        act=("policy", "frozen"),
        reasons=(Reason.CAM_FROZEN,),
        bound_s=lambda b: b.plan_s,
    ),
    _joints(
        "drop",
        "the joint states end",
        Reason.JS_STALE,
        Reason.JS_LOST,
        bound=lambda b: b.joints_lost_s,
    ),
    _joints(
        "freeze",
        "the joint states repeat themselves",
        Reason.JS_FROZEN,
        bound=lambda b: b.joints_frozen_s,
    ),
    _joints("nan", "every joint is at NaN", Reason.JS_INVALID, bound=lambda b: b.joints_odd_s),
    _joints(
        "permute",
        "the joint states name the wrong joints",
        Reason.JS_INVALID,
        bound=lambda b: b.joints_odd_s,
    ),
    _joints(
        "replay",
        "the joint states are those of a second ago",
        Reason.JS_INVALID,
        Reason.TRACKING,
        bound=lambda b: b.tracking_s,
    ),
    _joints(
        "block", "the first joint stays where it is", Reason.TRACKING, bound=lambda b: b.tracking_s
    ),
    _delayed(0.2, Wanted.MOTION),
    _delayed(0.6, Wanted.REST, Reason.OBS_STALE, Reason.CHUNK_LATE),
    _delayed(2.0, Wanted.REST, Reason.OBS_STALE, Reason.STARVED),
    _chunks("duplicate", "every chunk arrives twice", Reason.DUPLICATE),
    _chunks("reorder", "every chunk arrives once more after its successor", Reason.OUT_OF_ORDER),
    _chunks("epoch", "chunks of the epoch before arrive between others", Reason.OLD_EPOCH),
    Fault(
        name="second_commander",
        what="a second publisher on the command topic",
        act=("intrude", "command"),
        reasons=(Reason.DUP_PUBLISHER,),
        bound_s=lambda b: b.graph_s,
    ),
    Fault(
        name="second_policy",
        what="a second publisher on the chunk topic",
        act=("intrude", "chunk"),
        reasons=(Reason.DUP_PUBLISHER,),
        bound_s=lambda b: b.graph_s,
    ),
    Fault(
        name="estop_pressed",
        what="the emergency stop is pressed",
        act=("button", "press"),
        reasons=(Reason.ESTOP_PRESSED,),
        bound_s=lambda b: b.emergency_s,
    ),
    Fault(
        name="estop_killed",
        what="SIGKILL to the emergency stop's node",
        act=("kill", "button"),
        reasons=(Reason.ESTOP_LOST,),
        bound_s=lambda b: b.button_lost_s,
    ),
    Fault(
        name="gate_killed",
        what="SIGKILL to executor_node",
        act=("kill", "executor_node"),
        reasons=(),
        bound_s=lambda b: b.driver_s,
        wanted=Wanted.MEASURED_REST,
    ),
    Fault(
        name="driver_killed",
        what="SIGKILL to the driver",
        act=("kill", "sim_node"),
        reasons=(Reason.JS_STALE, Reason.JS_LOST),
        bound_s=lambda b: b.joints_lost_s,
    ),
    Fault(
        name="cpu_hog",
        what="every core is busy",
        act=("hog",),
        reasons=(),
        wanted=Wanted.ANYTHING,
        voidable=False,
    ),
    Fault(
        name="audit_folder",
        what="the audit log cannot be written",
        act=("nothing",),
        reasons=(Reason.AUDIT_DEGRADED,),
        wanted=Wanted.MOTION,
        audit=False,
    ),
    _clock("clock_forward", "/clock jumps by 1 s", "jump", "1"),
    _clock("clock_back", "/clock jumps by -1 s", "jump", "-1"),
    _clock("clock_hour", "/clock jumps by an hour", "jump", "3600"),
    Fault(
        name="clock_paused",
        what="/clock stands still",
        act=("clock", "pause"),
        reasons=(),
        bound_s=lambda b: b.stop_s,
        clock=True,
    ),
)
