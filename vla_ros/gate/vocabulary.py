# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The words of the gate: modes, verdicts and reasons. Numbers are those of msg/GateState.msg."""

from enum import Enum, IntEnum


class GateMode(IntEnum):
    """What the gate does with chunks."""

    INACTIVE = 0
    IDLE = 1
    ARMED = 2
    RUN = 3
    HOLD = 4
    PSTOP = 5
    ESTOP = 6
    FAULT = 7


LATCHED = (GateMode.PSTOP, GateMode.ESTOP, GateMode.FAULT)


class Verdict(IntEnum):
    """How severe a finding is; the worst of a tick wins."""

    PASS = 0
    SCALE = 1
    CLAMP = 2
    DROP = 3
    HOLD = 4
    STOP = 5
    ESTOP = 6
    FAULT = 7


class Request(Enum):
    """What a person may ask of the gate."""

    ARM = "arm"
    STOP = "stop"
    ESTOP = "estop"
    RESET = "reset"


class Reason(IntEnum):
    """Why the gate objects; msg/GateState.msg says each in words."""

    TICK_OVERRUN = 10
    ESTOP_PRESSED = 20
    ESTOP_LOST = 21
    JS_STALE = 30
    JS_LOST = 31
    JS_FROZEN = 40
    JS_INVALID = 50
    JS_OUT_OF_RANGE = 60
    TRACKING_WARN = 70
    TRACKING = 71
    DRIVER_LATE = 80
    DRIVER_LOST = 81
    DRIVER_PROTECTIVE = 82
    DEADMAN = 90
    NOT_OWNER = 100
    DUP_PUBLISHER = 101
    NO_CONTROLLER = 102
    BAD_DIM = 110
    BAD_NAMES = 111
    NON_FINITE = 112
    BAD_CHUNK = 113
    OUT_OF_ORDER = 120
    DUPLICATE = 121
    OLD_EPOCH = 122
    FUTURE_STAMP = 130
    OBS_STALE = 140
    CAM_FROZEN = 150
    CHUNK_TRIMMED = 160
    CHUNK_LATE = 161
    STARVED = 170
    INFER_DEADLINE = 180
    CLOCK_JUMP = 190
    START_MISMATCH = 200
    CHUNK_JUMP = 210
    CHUNK_INCONSISTENT = 211
    POS_CLAMPED = 220
    RATE_LIMITED = 230
    TCP_SPEED = 240
    WORKSPACE = 250
    KEEPOUT = 251
    SELF_NEAR = 260
    SELF_STOP = 261
    ENV_NEAR = 270
    ENV_STOP = 271
    SCENE_STALE = 272
    SINGULAR = 280
    HUMAN_NEAR = 290
    HUMAN_STOP = 291
    GRIP_CLAMPED = 300
    LOW_CONFIDENCE = 310
    NO_SAFE_STOP = 320
    OTG_ERROR = 330
    INVARIANT_I1 = 341
    INVARIANT_I2 = 342
    INVARIANT_I3 = 343
    INVARIANT_I4 = 344
    INVARIANT_I5 = 345
    INVARIANT_I6 = 346
    INVARIANT_I7 = 347
    INVARIANT_I8 = 348
    INVARIANT_I9 = 349
    INVARIANT_I11 = 351
    INVARIANT_I13 = 353
    INVARIANT_I16 = 356
    SPEED_SCALE = 360
    POLICY_DIVERGED = 370
    FLAPPING = 371
    OPERATOR_STOP = 380
    OPERATOR_ESTOP = 381
    HOLD_TIMEOUT = 390
    ARM_TIMEOUT = 391
    INTERNAL_ERROR = 400
    AUDIT_DEGRADED = 410


# What only the policy can cause: these count for the escalation to POLICY_DIVERGED and FLAPPING.
# CHUNK_INCONSISTENT is a remark: nothing is refused or changed for it.
POLICY_REASONS = frozenset(
    reason for reason in Reason if 110 <= reason <= 161 or 200 <= reason <= 230
) - {Reason.CHUNK_INCONSISTENT}
