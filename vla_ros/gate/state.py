# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate is told each tick, what it remembers, and what it answers."""

from dataclasses import dataclass, field
from typing import Any

from vla_ros.chunk.schedule import ChunkSchedule
from vla_ros.gate.grip import Grip
from vla_ros.gate.limits import Vector
from vla_ros.gate.rates import FastRows
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.vocabulary import LATCHED, GateMode, Reason, Request, Verdict
from vla_ros.types import ActionChunk, JointCommand, JointSample


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check objects to.

    Attributes:
        verdict: How severe it is.
        reason: Its code.
        message: What, got, wanted, in words.
    """

    verdict: Verdict
    reason: Reason
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EstopInput:
    """The newest heartbeat of the emergency stop.

    Attributes:
        pressed: The button is pressed.
        age_s: Since it arrived, on a clock that never jumps [s].
    """

    pressed: bool
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The newest word of somebody who has to say regularly that all is well.

    Attributes:
        good: What was said.
        age_s: Since it arrived, on a clock that never jumps [s].
    """

    good: bool
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanDistance:
    """The newest distance between the arm and the nearest person.

    Attributes:
        distance_m: Measured [m]; NaN counts as 0.
        age_s: Since it arrived, on a clock that never jumps [s].
    """

    distance_m: float
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A box that stands around the arm now, in the base frame.

    Attributes:
        name: What messages call it.
        size: Lengths of its edges [m].
        position: Of its centre [m].
        rotation: Quaternion (x, y, z, w) of unit length.
    """

    name: str
    size: tuple[float, float, float]
    position: tuple[float, float, float]
    rotation: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """The newest description of what stands around the arm.

    Attributes:
        boxes: All of them; a new description replaces the one before.
        age_s: Since it arrived, on a clock that never jumps [s].
    """

    boxes: tuple[Obstacle, ...]
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateInputs:
    """What is new since the last tick. All stamps are on the clock of `now_ns`.

    Attributes:
        joints: The newest joint state; None if there was never one.
        chunks: New chunks, oldest first.
        requests: What people ask for, oldest first.
        estop: The newest heartbeat; None if there was never one.
        estop_unheard: Whose emergency stop cannot be heard, in words; None if all can.
        intruder: Who else publishes chunks or commands, in words; None if nobody does.
        deaf: Which controller does not listen, in words; None if all do.
        audit: Why the audit log is not written, in words; None if it is, or is switched off.
        driver: Whether the robot is ready to move; None if it never said so.
        deadman: Whether the dead-man switch is held; None if it never said so.
        human: How far the nearest person is; None if nobody ever said so.
        obstacles: What stands around the arm; None if nobody ever said so.
        clock_step_s: Step of the wall clock against the control clock since the last tick, or of
            the control clock beyond a tick if it may jump [s].
        speed_scale: Speed along the path that an operator allows, 0 to 1.
    """

    joints: JointSample | None = None
    chunks: tuple[ActionChunk, ...] = ()
    requests: tuple[Request, ...] = ()
    estop: EstopInput | None = None
    estop_unheard: str | None = None
    intruder: str | None = None
    deaf: str | None = None
    audit: str | None = None
    driver: Heartbeat | None = None
    deadman: Heartbeat | None = None
    human: HumanDistance | None = None
    obstacles: Obstacles | None = None
    clock_step_s: float = 0.0
    speed_scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """How the policy behaved, for escalation.

    Attributes:
        corrected: One bit per tick, newest lowest: the policy was corrected.
        bad_in_row: Malformed chunks in a row.
        mismatches_in_row: Chunks in a row that start away from the arm.
        doubts_in_row: Chunks in a row that the policy itself does not trust.
        holds_ns: When it caused the newest holds.
    """

    corrected: int = 0
    bad_in_row: int = 0
    mismatches_in_row: int = 0
    doubts_in_row: int = 0
    holds_ns: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class GateState:
    """What the gate remembers between ticks; `GateState()` is the beginning.

    Attributes:
        mode: See `GateMode`.
        epoch: Counts arming; 0 before the first.
        owner: Session whose chunks are followed in this epoch; None before the first chunk.
        goal_id: Goal that moves the arm; None if none does.
        sequence: Of the newest admitted chunk; -1 before the first of a session.
        observed_ns: Behind the newest admitted chunk.
        admitted_ns: When the newest chunk was admitted.
        cartesian: The newest admitted chunk thinks in tool poses.
        goal_scale: Speed along the path that the newest admitted chunk asks for.
        ending: The goal ends with the plan: its last chunk is admitted.
        entered_ns: When `mode` began.
        armed_ns: When the epoch began.
        armed_rad: Measured joints when the epoch began [rad]; empty before the first.
        blocked_ns: When something last asked for a stop.
        tracking_ns: Since when the tracking error is too large; None if it is not.
        lagging_ns: Since when it is large enough to slow down; None if it is not.
        moving_ns: Since when the commanded arm moves; None while it (nearly) rests.
        frozen_ns: Since when the joint states only repeat though the arm should move; None if they
            do not.
        tick_ns: Of the previous tick; None before the first.
        joints: The newest joint state that is complete and finite.
        seen_ns: Arrival of the newest joint state, right or wrong.
        speed_rad_s: Of the fastest measured joint.
        invalid_samples: Joint states in a row that cannot be right.
        estop_heard: The emergency stop has sent a heartbeat.
        motion: The newest command; None before the first of an epoch.
        stop: The way to rest from where it was computed, verified.
        stop_elapsed_s: How much of `stop` has been followed [s].
        emergency: `stop` uses the hard limits.
        commands: The newest commanded positions, oldest first.
        published: The newest three commands, as the final checker saw them.
        grip: What the gripper is told.
        gripper_ns: When the gripper switched, newest last.
        schedule: The plan.
        fast_rows: Where the newest chunk asks for more than the rate limits; None if nowhere.
        record: Of the policy.
        findings: Of the newest tick.
        cause: What the present hold or latched stop is for.
        verdict: Of the newest tick.
        slowed_ns: When each reason to slow down was last there, of the newest ones.
        event_id: Of the newest event.
        event_ns: When it was; None before the first.
        message: Its words.
        interventions: How often the policy was corrected or refused.
        failures: Internal errors in a row.
    """

    mode: GateMode = GateMode.IDLE
    epoch: int = 0
    owner: int | None = None
    goal_id: str | None = None
    sequence: int = -1
    observed_ns: int = 0
    admitted_ns: int = 0
    cartesian: bool = False
    goal_scale: float = 1.0
    ending: bool = False
    entered_ns: int = 0
    armed_ns: int = 0
    armed_rad: Vector = ()
    blocked_ns: int = 0
    tracking_ns: int | None = None
    lagging_ns: int | None = None
    moving_ns: int | None = None
    frozen_ns: int | None = None
    tick_ns: int | None = None
    joints: JointSample | None = None
    seen_ns: int | None = None
    speed_rad_s: float = 0.0
    invalid_samples: int = 0
    estop_heard: bool = False
    motion: MotionState | None = None
    stop: StopTrajectory | None = None
    stop_elapsed_s: float = 0.0
    emergency: bool = False
    commands: tuple[Vector, ...] = ()
    published: tuple[PublishedCommand, ...] = ()
    grip: Grip = field(default_factory=Grip)
    gripper_ns: tuple[int, ...] = ()
    schedule: ChunkSchedule = field(default_factory=ChunkSchedule)
    fast_rows: FastRows | None = None
    record: PolicyRecord = field(default_factory=PolicyRecord)
    findings: tuple[Finding, ...] = ()
    cause: tuple[Finding, ...] = ()
    verdict: Verdict = Verdict.PASS
    slowed_ns: tuple[tuple[Reason, int], ...] = ()
    event_id: int = 0
    event_ns: int | None = None
    message: str = ""
    interventions: int = 0
    failures: int = 0

    def but(self, **fields: Any) -> "GateState":
        """Return the same with some fields replaced; ten times as fast as dataclasses.replace.

        Raises:
            TypeError: There is no such field.
        """
        if not fields.keys() <= self.__dict__.keys():
            raise TypeError(f"GateState has no {sorted(fields.keys() - self.__dict__.keys())}")
        changed = object.__new__(GateState)
        changed.__dict__.update(self.__dict__)
        changed.__dict__.update(fields)
        return changed

    def paused(self) -> "GateState":
        """Return what must outlast a time without ticks: latches, and numbers that count up."""
        latched = self.mode in LATCHED
        return GateState(
            mode=self.mode if latched else GateMode.IDLE,
            epoch=self.epoch,
            cause=self.cause if latched else (),
            event_id=self.event_id,
            message=self.message,
            grip=self.grip.released(),
            interventions=self.interventions,
        )

    @property
    def resting(self) -> bool:
        """The commanded arm stands still."""
        if self.motion is None:
            return True
        return not any(self.motion.velocity) and not any(self.motion.acceleration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something an operator may want to know.

    Attributes:
        number: Counts up by one.
        stamp_ns: When, node clock.
        mode: The mode after it.
        reasons: Why; empty for an ordinary change of mode.
        message: In words.
    """

    number: int
    stamp_ns: int
    mode: GateMode
    reasons: tuple[Reason, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a request: what was asked, whether it was done, and words for the person."""

    request: Request
    done: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decision:
    """What the gate decided in one tick.

    Attributes:
        mode: The mode after the tick.
        verdict: The worst of the tick.
        findings: What is objected to; in a latched mode what latched it.
        command: What to publish; None publishes nothing.
        published: The same with where it came from, for the audit log; None as well.
        stopping: The arm moves along its verified stop.
        events: What is new, oldest first.
        answers: To the requests, in their order.
        queue_s: How much of the plan is left [s].
        tracking_rad: Largest distance of a measured joint from its recent commands, or NaN.
        observation_age_s: Of what is behind the target; NaN without a target.
        interventions: How often the policy was corrected or refused so far.
        error: What went wrong inside, for the log; None if nothing did.
    """

    mode: GateMode
    verdict: Verdict
    findings: tuple[Finding, ...]
    command: JointCommand | None
    stopping: bool
    events: tuple[Event, ...]
    answers: tuple[Answer, ...]
    queue_s: float
    tracking_rad: float
    observation_age_s: float
    interventions: int
    error: Exception | None = None
    published: PublishedCommand | None = None
