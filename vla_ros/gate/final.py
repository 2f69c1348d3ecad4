# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The last look at a command: does what is published keep every invariant?

It knows nothing of how the gate works. It takes the backward differences of what was published,
computes stops in its own way, and judges values only, never timing. Each invariant has a number:

- I1 finite, all joints, in order. I2 inside the joint range with its margin.
- I3, I4, I5 velocity, acceleration, jerk; an emergency stop may use the hard values of the last
  two.
- I6 the arm can stop inside the range, in bounded time, and (`ThoroughChecker`) on a way that
  keeps the distances. The velocity and acceleration sent along belong to the positions.
- I7 speed of the tool. I8 distances of the arm to itself, the table and what the profile names.
- I9 outside RUN the arm only comes to rest, and at rest it stays where it is.
- I11 what moves the arm is a chunk of this epoch whose observation is not older than the epoch.
- I13 an epoch begins where the arm is. I16 gripper: in range, not too fast, and outside RUN it
  never opens.

An emergency stop takes another way than the verified one, and in FAULT there is nothing better
left to publish than the stop: there I7 and I8 are not judged, in FAULT I6 neither. Obstacles that
a topic reports may come nearer by themselves and are not part of I8.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vla_ros.gate.braking import plan_brake
from vla_ros.gate.config import GateConfig, ToolPosition
from vla_ros.gate.limits import JointLimits, RateLimits, Vector
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.vocabulary import GateMode, Reason

SAMPLING_TOLERANCE_M = 1.5e-3  # Between the samples of a stop the arm may come nearer.
_POSITION_SLACK = 1e-6
_RATE_SLACK = 1.0 + 1e-6
_JERK_SLACK = 1.0 + 1e-4
_STATE_SLACK = 1e-8
_FIRST_RAD = 0.01
_WAY_SAMPLES = 8
_HURRY = 0.9  # A stop has to come nearer to its end by at least this part of each tick.

Breach = tuple[Reason, str]


class Clearance(Protocol):
    """Knows how far the arm is from itself and from what always stands around it."""

    def is_clear(self, position: Vector, tolerance_m: float) -> bool:
        """Say whether every pair keeps its margin less a tolerance [m] at some positions [rad]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the commands of an arm have to keep.

    Attributes:
        limits: Of the joints.
        dt_s: Time between two commands [s].
        tool_position: Of the tool in the base frame [m], for joint positions; None: not known.
        tcp_speed_m_s: Fastest speed of the tool [m/s].
        gripper_speed_per_s: Fastest change of the gripper's opening [1/s].
        clearance: Of the arm; None where the profile says that there is no collision model.
    """

    limits: JointLimits
    dt_s: float
    tool_position: ToolPosition | None
    tcp_speed_m_s: float
    gripper_speed_per_s: float
    clearance: Clearance | None = None


def make_envelope(config: GateConfig) -> Envelope:
    """Take from the gate's constants what the final checker has to know."""
    return Envelope(
        limits=config.limits,
        dt_s=config.dt_s,
        tool_position=config.tool_position,
        tcp_speed_m_s=config.tcp_speed_m_s,
        gripper_speed_per_s=config.gripper_speed_per_s,
        clearance=config.collision,
    )


class FinalChecker:
    """Judges commands, each together with the ones published before it.

    It keeps the newest tool position so as not to compute it twice, and no other memory.
    """

    def __init__(self, envelope: Envelope) -> None:
        """Prepare for an arm."""
        self.envelope = envelope
        self._tool_memo: tuple[Vector, tuple[float, float, float]] | None = None

    def find_breach(
        self, before: Sequence[PublishedCommand], command: PublishedCommand
    ) -> Breach | None:
        """Return what is wrong with a command, or None.

        Args:
            before: At least the three newest commands published before, oldest first; fewer if
                there were fewer. Those of other epochs are left out of account.
            command: About to be published.
        """
        epoch = [old for old in before[-3:] if old.epoch == command.epoch]
        breach = (
            _judge_form(command, self.envelope.limits)
            or _judge_source(command)
            or _judge_gripper(before, command)
            or self._judge_gripper_speed(epoch, command)
        )
        if breach is not None:
            return breach
        if not epoch:
            return (
                _judge_beginning(command)
                or self._judge_joints([command], command)
                or self._judge_space(command, command)
            )
        if epoch[-1].position == command.position and not any(command.velocity):
            return _judge_rest(epoch, command) or self._judge_joints(epoch, command)
        return (
            self._judge_joints(epoch, command)
            or _judge_rest(epoch, command)
            or self._judge_stopping(epoch[-1], command)
            or self._judge_space(epoch[-1], command)
        )

    def _rates(self, command: PublishedCommand) -> RateLimits:
        limits = self.envelope.limits
        return limits.hard if command.emergency else limits.operating

    def _judge_gripper_speed(
        self, epoch: Sequence[PublishedCommand], command: PublishedCommand
    ) -> Breach | None:
        """I16: the opening changes gradually within an epoch."""
        was, opening = epoch[-1].gripper if epoch else None, command.gripper
        if was is None or opening is None:
            return None
        speed = abs(opening - was) / self.envelope.dt_s
        top = self.envelope.gripper_speed_per_s
        if speed <= top * _RATE_SLACK:
            return None
        return Reason.INVARIANT_I16, f"the gripper's opening changes by {speed} 1/s, limit {top}"

    def _judge_joints(
        self, epoch: Sequence[PublishedCommand], command: PublishedCommand
    ) -> Breach | None:
        """I2 to I6, joint by joint."""
        limits, dt = self.envelope.limits, self.envelope.dt_s
        rates = self._rates(command)
        p2 = epoch[-1].position
        p1 = epoch[-2].position if len(epoch) > 1 else p2
        p0 = epoch[-3].position if len(epoch) > 2 else p1
        columns = zip(
            p0,
            p1,
            p2,
            command.position,
            command.velocity,
            command.acceleration,
            limits.lower,
            limits.upper,
            limits.operating.velocity,  # In an emergency stop too.
            rates.acceleration,
            rates.jerk,
            strict=True,
        )
        stops = command.mode is not GateMode.FAULT
        for j, (q0, q1, q2, q, v, a, low, high, top_v, top_a, top_j) in enumerate(columns):
            if not low - _POSITION_SLACK <= q <= high + _POSITION_SLACK:
                return self._breach(2, j, f"{q} rad is outside [{low}, {high}]")
            v2, v1, v0 = (q - q2) / dt, (q2 - q1) / dt, (q1 - q0) / dt
            if not (abs(v2) <= top_v * _RATE_SLACK and abs(v) <= top_v * _RATE_SLACK):
                return self._breach(3, j, f"{v2} rad/s (sent: {v}) is above {top_v}")
            a2, a1 = (v2 - v1) / dt, (v1 - v0) / dt
            if not (abs(a2) <= top_a * _RATE_SLACK and abs(a) <= top_a * _RATE_SLACK):
                return self._breach(4, j, f"{a2} rad/s^2 (sent: {a}) is above {top_a}")
            j2 = (a2 - a1) / dt
            if not abs(j2) <= top_j * _JERK_SLACK:
                return self._breach(5, j, f"{j2} rad/s^3 is above {top_j}")
            # With at most this jerk the state sent cannot be further from the positions sent.
            near = top_j * dt**3 / 6.0 * _JERK_SLACK
            nearest = q2 - q + dt * (v - dt * a / 2.0)
            second = q1 - q + 2.0 * dt * (v - dt * a)
            if not (
                abs(nearest) <= near + _STATE_SLACK and abs(second) <= 8.0 * near + _STATE_SLACK
            ):
                text = f"{v} rad/s and {a} rad/s^2 were sent, the positions say {v2} and {a2}"
                return self._breach(6, j, text)
            ease = a * a / (2.0 * top_j)
            if not abs(v + math.copysign(ease, a)) <= top_v * _RATE_SLACK:
                # Exactly then it comes to rest within v/a + 2 a/j.
                return self._breach(6, j, f"{v} rad/s at {a} rad/s^2 grows beyond {top_v}")
            reach = (abs(v) + ease) * (top_v / top_a + 2.0 * top_a / top_j)
            if stops and not low <= q - reach <= q + reach <= high:
                least, most = plan_brake(v, a, top_a, top_j).extremes()
                if not low - _POSITION_SLACK <= q + least <= q + most <= high + _POSITION_SLACK:
                    text = f"stops between {q + least} and {q + most} rad, not in [{low}, {high}]"
                    return self._breach(6, j, text)
        return None

    def _judge_stopping(self, last: PublishedCommand, command: PublishedCommand) -> Breach | None:
        """I9: what follows no chunk comes to rest, and without delay."""
        if command.source_epoch is not None:
            return None
        rates, dt = self._rates(command), self.envelope.dt_s
        for j in range(len(command.position)):
            top, jerk = rates.acceleration[j], rates.jerk[j]
            left_s = plan_brake(command.velocity[j], command.acceleration[j], top, jerk).duration_s
            was_s = plan_brake(last.velocity[j], last.acceleration[j], top, jerk).duration_s
            if not left_s <= max(was_s - _HURRY * dt, 0.1 * dt):
                text = f"no chunk moves the arm, and rest is {left_s} s away after {was_s} s"
                return self._breach(9, j, text)
        return None

    def _judge_space(self, last: PublishedCommand, command: PublishedCommand) -> Breach | None:
        """I7 and I8: where the arm is in space."""
        if command.emergency or command.mode is GateMode.FAULT:
            return None
        envelope = self.envelope
        if envelope.tool_position is not None:
            memo = self._tool_memo
            known = memo is not None and memo[0] == last.position
            began = memo[1] if known and memo else envelope.tool_position(last.position)
            tool = envelope.tool_position(command.position)
            self._tool_memo = (command.position, tool)
            speed = math.dist(began, tool) / envelope.dt_s
            if not speed <= envelope.tcp_speed_m_s * _RATE_SLACK:
                top = envelope.tcp_speed_m_s
                return Reason.INVARIANT_I7, f"the tool moves at {speed} m/s, limit {top} m/s"
        clearance = envelope.clearance
        if clearance is not None and not clearance.is_clear(
            command.position, SAMPLING_TOLERANCE_M
        ):
            return Reason.INVARIANT_I8, f"the arm is too near to something at {command.position}"
        return None

    def _breach(self, number: int, joint: int, text: str) -> Breach:
        return Reason[f"INVARIANT_I{number}"], f"{self.envelope.limits.names[joint]}: {text}"


class ThoroughChecker(FinalChecker):
    """Looks along the whole stop as well, which takes too long within a tick: for replays."""

    def find_breach(
        self, before: Sequence[PublishedCommand], command: PublishedCommand
    ) -> Breach | None:
        """Return what is wrong with a command or with the stop from it, or None."""
        return super().find_breach(before, command) or self._judge_way(command)

    def _judge_way(self, command: PublishedCommand) -> Breach | None:
        """I6: the distances on the way to rest."""
        clearance = self.envelope.clearance
        if clearance is None or command.emergency or command.mode is GateMode.FAULT:
            return None
        for position in way_to_rest(command, self.envelope.limits):
            if not clearance.is_clear(position, SAMPLING_TOLERANCE_M):
                text = f"the arm would come too near to something at {position} when it stops"
                return Reason.INVARIANT_I6, text
        return None


def way_to_rest(command: PublishedCommand, limits: JointLimits) -> list[Vector]:
    """Return positions [rad] evenly in time on the fastest way to rest; none if it rests."""
    rates = limits.hard if command.emergency else limits.operating
    joints = zip(
        command.velocity, command.acceleration, rates.acceleration, rates.jerk, strict=True
    )
    brakes = [plan_brake(v, a, top, jerk) for v, a, top, jerk in joints]
    longest_s = max(brake.duration_s for brake in brakes)
    if longest_s == 0.0:
        return []
    times = [longest_s * k / _WAY_SAMPLES for k in range(1, _WAY_SAMPLES + 1)]
    columns = tuple(zip(command.position, brakes, strict=True))
    return [tuple([q + brake.offset(t) for q, brake in columns]) for t in times]


def _judge_form(command: PublishedCommand, limits: JointLimits) -> Breach | None:
    """I1: the right joints, and numbers."""
    if command.names != limits.names:
        return Reason.INVARIANT_I1, f"joints are {command.names}, wanted {limits.names}"
    for vector in (command.position, command.velocity, command.acceleration):
        if len(vector) != len(limits.names) or not all(map(math.isfinite, vector)):
            return Reason.INVARIANT_I1, f"got {vector}, wanted {len(limits.names)} numbers"
    return None


def _judge_source(command: PublishedCommand) -> Breach | None:
    """I9 and I11: only RUN follows a chunk, and only one made after arming."""
    if command.source_epoch is None:
        return None
    if command.mode is not GateMode.RUN:
        return Reason.INVARIANT_I9, f"follows a chunk in {command.mode.name}"
    if command.source_epoch != command.epoch:
        text = f"follows a chunk of epoch {command.source_epoch} in epoch {command.epoch}"
        return Reason.INVARIANT_I11, text
    if command.observed_ns is None or not command.observed_ns >= command.armed_ns:
        return Reason.INVARIANT_I11, "follows a chunk whose observation is older than ~/arm"
    return None


def _judge_gripper(before: Sequence[PublishedCommand], command: PublishedCommand) -> Breach | None:
    """I16: in range, and only a chunk may open it."""
    opening = command.gripper
    last = before[-1] if before else None
    was = None if last is None else last.gripper
    if opening is None:
        if was is None or (last is not None and last.epoch != command.epoch):
            return None
        return Reason.INVARIANT_I16, f"no gripper opening after {was}: the grip is to be kept"
    if not 0.0 <= opening <= 1.0:
        return Reason.INVARIANT_I16, f"gripper opening is {opening}, wanted 0 to 1"
    if command.source_epoch is None and not (was is not None and opening <= was):
        return Reason.INVARIANT_I16, f"the gripper opens from {was} to {opening} without a chunk"
    return None


def _judge_beginning(command: PublishedCommand) -> Breach | None:
    """I13: an epoch begins at rest, where the arm is."""
    pairs = zip(command.position, command.measured, strict=True)
    if not all(abs(q - m) <= _FIRST_RAD for q, m in pairs):
        text = f"an epoch begins at {command.position} rad, the arm is at {command.measured} rad"
        return Reason.INVARIANT_I13, text
    if any(command.velocity) or any(command.acceleration):
        return Reason.INVARIANT_I13, "an epoch begins in motion"
    return None


def _judge_rest(epoch: Sequence[PublishedCommand], command: PublishedCommand) -> Breach | None:
    """I9: what rests and follows no chunk stays exactly where it is."""
    last = epoch[-1]
    if command.source_epoch is not None or any(last.velocity) or any(last.acceleration):
        return None
    if command.position != last.position or any(command.velocity) or any(command.acceleration):
        text = f"the arm rested at {last.position} rad and is sent to {command.position} rad"
        return Reason.INVARIANT_I9, text
    return None
