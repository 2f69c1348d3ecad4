# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The table of faults: what happens, what the gate has to say, and how soon the arm rests."""

from collections.abc import Callable

from vla_ros.faults.bounds import Bounds
from vla_ros.faults.fault import Fault, Setting, Wanted
from vla_ros.gate.vocabulary import Reason


def _joints(
    word: str,
    what: str,
    *reasons: Reason,
    bound: Callable[[Bounds], float],
    hints: tuple[Reason, ...] = (),
) -> Fault:
    return Fault(
        name=f"joint_states_{word}",
        what=what,
        act=("relay", word),
        wanted=Wanted.PSTOP,
        reasons=reasons,
        hints=hints,
        bound_s=bound,
    )


def _chunks(word: str, what: str, reason: Reason) -> Fault:
    return Fault(
        name=f"chunks_{word}",
        what=what,
        act=("policy", word),
        wanted=Wanted.MOTION,
        reasons=(reason,),
    )


def _starved(name: str, what: str, *act: str, hints: tuple[Reason, ...] = ()) -> Fault:
    return Fault(
        name=name,
        what=what,
        act=act,
        wanted=Wanted.HOLD,
        reasons=(Reason.STARVED, *hints),
        hints=hints,
        bound_s=lambda b: b.plan_s,
    )


def _latched(
    name: str,
    what: str,
    wanted: Wanted,
    reason: Reason,
    bound: Callable[[Bounds], float],
    *act: str,
    jog: bool = False,
) -> Fault:
    return Fault(
        name=name, what=what, act=act, wanted=wanted, reasons=(reason,), bound_s=bound, jog=jog
    )


def _clock(name: str, what: str, *act: str, may_latch: bool) -> Fault:
    return Fault(
        name=name,
        what=what,
        act=("clock", *act),
        wanted=Wanted.PASSING,
        reasons=(Reason.CLOCK_JUMP,),
        bound_s=lambda b: b.stop_s,
        setting=Setting.CLOCK,
        may_latch=may_latch,
    )


def _blind(
    word: str,
    what: str,
    says: str,
    said: Callable[[Bounds], float] = lambda b: b.picture_s,
    setting: Setting = Setting.CAMERA,
) -> Fault:
    """A camera that cannot be used any more: the newest observation grows old.

    Whether the plan made from it first runs out or becomes too old is a matter of milliseconds.
    """
    return Fault(
        name=f"camera_{word}",
        what=what,
        act=("imager", word),
        wanted=Wanted.HOLD,
        reasons=(Reason.STARVED, Reason.OBS_STALE),
        bound_s=lambda b: b.blind_s,
        says=says,
        said_s=said,
        setting=setting,
    )


FAULTS = (
    _starved("policy_killed", "SIGKILL to the policy", "kill", "policy"),
    _starved("policy_stopped", "SIGSTOP to the policy", "pause", "policy"),
    _starved(
        "chunks_nan",
        "a target in every chunk is NaN",
        "policy",
        "nan",
        hints=(Reason.NON_FINITE,),
    ),
    Fault(
        name="camera_frozen",
        what="a camera behind every chunk repeats itself",
        act=("policy", "frozen"),
        wanted=Wanted.HOLD,
        reasons=(Reason.CAM_FROZEN,),
        bound_s=lambda b: b.chunk_s,
    ),
    _joints(
        "drop",
        "the joint states end",
        Reason.JS_LOST,
        bound=lambda b: b.joints_lost_s,
        hints=(Reason.JS_STALE,),
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
        Reason.TRACKING,  # Names that stay wrong jump only once.
        bound=lambda b: b.joints_odd_s,
        hints=(Reason.JS_INVALID,),
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
    Fault(
        name="chunks_200_ms_late",
        what="every chunk arrives 0.2 s late",
        act=("policy", "delay", "0.2"),
        wanted=Wanted.MOTION,
    ),
    _starved(
        "chunks_600_ms_late",
        "every chunk arrives 0.6 s late",
        "policy",
        "old",
        "0.6",
        hints=(Reason.OBS_STALE,),
    ),
    _starved("chunks_2000_ms_late", "every chunk arrives 2 s late", "policy", "old", "2.0"),
    _chunks("duplicate", "every chunk arrives twice", Reason.DUPLICATE),
    _chunks("reorder", "an older chunk arrives after every chunk", Reason.OUT_OF_ORDER),
    _chunks("epoch", "chunks of the epoch before arrive between others", Reason.OLD_EPOCH),
    _chunks("stranger", "chunks of another session arrive between others", Reason.NOT_OWNER),
    _latched(
        "second_commander",
        "a second publisher on the command topic",
        Wanted.PSTOP,
        Reason.DUP_PUBLISHER,
        lambda b: b.graph_s,
        "intrude",
        "command",
    ),
    _latched(
        "second_policy",
        "a second publisher on the chunk topic",
        Wanted.PSTOP,
        Reason.DUP_PUBLISHER,
        lambda b: b.graph_s,
        "intrude",
        "chunk",
    ),
    _latched(
        "estop_pressed",
        "the emergency stop is pressed",
        Wanted.ESTOP,
        Reason.ESTOP_PRESSED,
        lambda b: b.emergency_s,
        "button",
        "press",
    ),
    _latched(
        "estop_released",
        "the emergency stop is pressed, and released at once",
        Wanted.ESTOP,
        Reason.ESTOP_PRESSED,
        lambda b: b.emergency_s,
        "button",
        "tap",
    ),
    _latched(
        "estop_killed",
        "SIGKILL to the emergency stop's node",
        Wanted.ESTOP,
        Reason.ESTOP_LOST,
        lambda b: b.button_lost_s,
        "kill",
        "button",
    ),
    _latched(
        "arm_jogged",
        "the arm is stopped, and then moved by another",
        Wanted.PSTOP,
        Reason.OPERATOR_STOP,
        lambda b: b.stop_s,
        "ask",
        "stop",
        jog=True,
    ),
    Fault(
        name="gate_killed",
        what="SIGKILL to executor_node",
        act=("kill", "executor_node"),
        wanted=Wanted.DRIVER,
        bound_s=lambda b: b.driver_s,
    ),
    Fault(
        name="gate_stalled",
        what="executor_node stands still for 50 ms",
        act=("stall", "executor_node", "0.05"),
        wanted=Wanted.STALL,
    ),
    _latched(
        "driver_killed",
        "SIGKILL to the driver, which comes back",
        Wanted.PSTOP,
        Reason.JS_LOST,
        lambda b: b.joints_lost_s,
        "kill",
        "sim_node",
    ),
    Fault(
        name="cpu_hog",
        what="every core is busy",
        act=("hog",),
        wanted=Wanted.GATING,
        voidable=False,
    ),
    Fault(
        name="disk_full",
        what="the disk is full while the arm moves",
        act=("fill",),
        wanted=Wanted.MOTION,
        reasons=(Reason.AUDIT_DEGRADED,),
    ),
    Fault(
        name="camera_repeats",
        what="a camera repeats its last picture, and perception_node sees it",
        act=("imager", "freeze"),
        wanted=Wanted.HOLD,
        reasons=(Reason.CAM_FROZEN,),
        bound_s=lambda b: b.camera_s,
        says="repeats itself",
        said_s=lambda b: b.camera_s,
        setting=Setting.CAMERA,
    ),
    Fault(
        name="camera_half_rate",
        what="a camera leaves out every other picture",
        act=("imager", "half_rate"),
        wanted=Wanted.MOTION,
        says="(rate_hz in the robot profile)",
        said_s=lambda b: b.rate_s,
        setting=Setting.CAMERA,
    ),
    _blind("clock_ahead", "a camera's clock is 1 s ahead", "in the future"),
    _blind(
        "clock_behind",
        "a camera's clock is 1 s behind",
        "(thresholds.image_max_age_s in the robot profile)",
        lambda b: b.old_picture_s,
    ),
    _blind("encoding", "a camera changes its encoding", "encoding '32FC1' is not supported"),
    _blind("size", "a camera changes the size of its pictures", "(size in the robot profile)"),
    _blind(
        "garbage",
        "the data of a camera's JPEG pictures are garbage",
        "image cannot be decoded",
        setting=Setting.JPEG,
    ),
    Fault(
        name="audit_folder",
        what="the audit log has no folder from the start",
        act=("nothing",),
        wanted=Wanted.MOTION,
        reasons=(Reason.AUDIT_DEGRADED,),
        setting=Setting.NO_AUDIT,
    ),
    # On a clock that has jumped forwards every joint state is old, until the next one comes.
    _clock("clock_forward", "/clock jumps by 1 s", "jump", "1", may_latch=True),
    _clock("clock_back", "/clock jumps by -1 s", "jump", "-1", may_latch=False),
    _clock("clock_hour", "/clock jumps by an hour", "jump", "3600", may_latch=True),
    Fault(
        name="clock_paused",
        what="/clock stands still",
        act=("clock", "pause"),
        wanted=Wanted.SILENCE,
        bound_s=lambda b: b.react_s,
        setting=Setting.CLOCK,
    ),
)
