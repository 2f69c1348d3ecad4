# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a person does about each reason; docs/reference/reasons.md is made from it."""

from vla_ros.gate.vocabulary import Reason

_BUG = "Keep the audit log and the black box, clean up and configure the node, report the bug."

REMEDIES: dict[Reason, str] = {
    Reason.TICK_OVERRUN: "Give executor_node a processor of its own; see its lateness in "
    "`/diagnostics`.",
    Reason.ESTOP_PRESSED: "Release the button once the cause is gone, `~/reset`, `~/arm`.",
    Reason.ESTOP_LOST: "Start the button's node again; it publishes reliably, at 20 Hz or more. "
    "Then `~/reset`, `~/arm`.",
    Reason.JS_STALE: "Look for a slow driver or network: `ros2 topic hz` on the joint states.",
    Reason.JS_LOST: "Start the driver again, `~/reset`, `~/arm`.",
    Reason.JS_FROZEN: "The driver repeats itself: start it again, `~/reset`, `~/arm`.",
    Reason.JS_INVALID: "Compare `ros2 topic echo` of the joint states with the profile's joints; "
    "three in a row latch.",
    Reason.JS_OUT_OF_RANGE: "Bring the joint back with the robot's own controls; check the "
    "profile's limits.",
    Reason.TRACKING_WARN: "Check payload and speed; a blocked joint is next.",
    Reason.TRACKING: "Look for what blocks the arm, or a robot that is in another mode. Then "
    "`~/reset`, `~/arm`.",
    Reason.DRIVER_LATE: "Look for a slow driver or network.",
    Reason.DRIVER_LOST: "Start the driver again, `~/reset`, `~/arm`.",
    Reason.DRIVER_PROTECTIVE: "Clear the robot's own stop at its panel, `~/reset`, `~/arm`.",
    Reason.DEADMAN: "Hold the switch, `~/reset`, `~/arm`.",
    Reason.NOT_OWNER: "Call `~/arm` once the arm rests, to let a restarted policy in; stop a "
    "second policy.",
    Reason.DUP_PUBLISHER: "Stop the other node, `~/reset`, `~/arm`. After a crash wait until DDS "
    "has forgotten it.",
    Reason.NO_CONTROLLER: "Start the controller that listens on the command topics; compare their "
    "names and types.",
    Reason.BAD_DIM: "Fix the policy profile: rows are (T, J).",
    Reason.BAD_NAMES: "Fix the policy profile: all arm joints, in the order of the robot profile.",
    Reason.NON_FINITE: "Look at the policy's inputs and weights.",
    Reason.BAD_CHUNK: "Look at the policy's units (radians) and its step.",
    Reason.OUT_OF_ORDER: "None if it is rare; else look for a second policy or a lossy network.",
    Reason.DUPLICATE: "None if it is rare; else look for what repeats messages.",
    Reason.OLD_EPOCH: "None: it was planned before the last `~/arm`.",
    Reason.FUTURE_STAMP: "Synchronise the clocks of the machines.",
    Reason.OBS_STALE: "Make cameras, network or policy faster: `/diagnostics` names the slow one.",
    Reason.CAM_FROZEN: "Look at the camera; start its driver again.",
    Reason.CHUNK_TRIMMED: "Make the policy faster, or let it answer with more rows.",
    Reason.CHUNK_LATE: "Make the policy faster, or let it answer with more rows.",
    Reason.STARVED: "Look at inference_node: it is slow, or gone.",
    Reason.INFER_DEADLINE: "Make the policy faster, or raise `infer_deadline_s` in the profile.",
    Reason.CLOCK_JUMP: "Let the clock be slewed, not stepped (chrony, or PTP without steps).",
    Reason.START_MISMATCH: "Look at the policy's observation of the joints. Three in a row latch: "
    "`~/reset`, `~/arm`.",
    Reason.CHUNK_JUMP: "Look at the policy: no arm connects such rows.",
    Reason.CHUNK_INCONSISTENT: "None if it is rare; a policy that often changes its mind needs "
    "more training.",
    Reason.POS_CLAMPED: "None if it is rare; else start the task further from the joint limits.",
    Reason.RATE_LIMITED: "None if it is rare; else train the policy for this arm's limits.",
    Reason.TCP_SPEED: "None: the same path, more slowly.",
    Reason.WORKSPACE: "Move the task into the workspace, or measure the workspace again.",
    Reason.KEEPOUT: "Move the task away from the box, or measure the box again.",
    Reason.SELF_NEAR: "None: the arm goes more slowly.",
    Reason.SELF_STOP: "Start the task from another posture.",
    Reason.ENV_NEAR: "None: the arm goes more slowly.",
    Reason.ENV_STOP: "Move the obstacle or the task; compare the profile's scene with the place.",
    Reason.SCENE_STALE: "Start the node that describes the surroundings again.",
    Reason.SINGULAR: "Start the task from another posture.",
    Reason.HUMAN_NEAR: "None: the arm is slow while a person is near.",
    Reason.HUMAN_STOP: "Let the person step back, or start the sensor again; then `~/reset`, "
    "`~/arm`.",
    Reason.GRIP_CLAMPED: "None if it is rare; else look at the policy's gripper output.",
    Reason.LOW_CONFIDENCE: "Show the policy a scene it knows, or train it for this one.",
    Reason.NO_SAFE_STOP: "None if it is rare; else start the task further from the limits.",
    Reason.OTG_ERROR: "None if it is rare; else report it with the audit log.",
    Reason.INVARIANT_I1: _BUG,
    Reason.INVARIANT_I2: _BUG,
    Reason.INVARIANT_I3: _BUG,
    Reason.INVARIANT_I4: _BUG,
    Reason.INVARIANT_I5: _BUG,
    Reason.INVARIANT_I6: _BUG,
    Reason.INVARIANT_I7: _BUG,
    Reason.INVARIANT_I8: _BUG,
    Reason.INVARIANT_I9: _BUG,
    Reason.INVARIANT_I11: _BUG,
    Reason.INVARIANT_I13: _BUG,
    Reason.INVARIANT_I16: _BUG,
    Reason.SPEED_SCALE: "None: somebody asked for it.",
    Reason.POLICY_DIVERGED: "Look at the audit log: the policy was corrected in more than half of "
    "the last 2 s.",
    Reason.FLAPPING: "Look at the audit log for what held five times in a minute; `~/reset`, "
    "`~/arm`.",
    Reason.OPERATOR_STOP: "`~/reset`, `~/arm` when it is safe to go on.",
    Reason.OPERATOR_ESTOP: "`~/reset`, `~/arm` when it is safe to go on.",
    Reason.HOLD_TIMEOUT: "Remove what the hold was for, `~/arm`, give the goal again.",
    Reason.ARM_TIMEOUT: "`~/arm` when there is a goal.",
    Reason.INTERNAL_ERROR: "Report the traceback in the log of executor_node. After a fault clean "
    "up and configure the node.",
    Reason.AUDIT_DEGRADED: "Make room on the disk; the gate goes on without its log.",
}
