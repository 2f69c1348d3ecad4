# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a trajectory controller has to be told, and when: a little future, and the stop behind it.

A controller that follows a trajectory needs no message while what it was told still holds. Told
anew, it must find in the message where it already is: so each one begins with commands that were
sent before, and what is new comes later than the message takes to arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vla_ros.gate.foresee import foresee
from vla_ros.gate.gate import Gate
from vla_ros.gate.state import GateInputs, GateState
from vla_ros.gate.stop import MotionState
from vla_ros.gate.tail import make_tail
from vla_ros.gate.vocabulary import GateMode

PAST_KNOTS = 3  # Of every trajectory: what was commanded before it.
_LEAD_TICKS = 2  # A command is due so much later than its tick: the way to the controller.
_LEAST_LEAD_TICKS = 1
_STRETCH = 1.05  # How much slower it goes on when ticks came late, until the lead is there again.
_SAME_RAD = 1e-4  # What a tick that is some microseconds late changes; both were checked.
_RUNS_OUT = 2  # Ticks.
_AGAIN = 1  # A message that was lost comes again so many times, before that matters much.
_CLOSEST_NS = 1_000_000
_SET_NS = 100_000_000  # A clock that differs by more was set.
_LEAST_NS = 300_000_000  # How long a trajectory is; what comes later than that comes too late.


@dataclass(frozen=True, slots=True)
class Knot:
    """A point of a trajectory.

    Attributes:
        due_ns: When, node clock.
        motion: Where the arm is then, and how it moves.
    """

    due_ns: int
    motion: MotionState


class TrajectoryFeed:
    """Follows the commands of a gate, and says when a controller has to be told a trajectory.

    Attributes:
        window: Ticks that a trajectory holds before its stop, the present one included.
    """

    def __init__(self, gate: Gate, window_s: float, *, repeats: bool) -> None:
        """Begin with nothing told.

        Args:
            gate: Whose commands they are.
            window_s: How much future a trajectory holds before its stop [s].
            repeats: Tell an arm at rest regularly to stay there, for a controller that was not
                there when it was told first.
        """
        self._gate = gate
        self._dt_ns = round(gate.config.dt_s * 1e9)
        self.window = max(1, round(window_s / gate.config.dt_s))
        self._repeats = repeats
        self._past: tuple[Knot, ...] = ()
        self._told: _Told | None = None
        self._offset_ns: int | None = None

    def follow(
        self, state: GateState, inputs: GateInputs, tick_ns: int, now_ns: int
    ) -> tuple[Knot, ...]:
        """Return the trajectory that has to be told after a tick; empty if none has to be.

        Args:
            state: Of the gate after the tick; to be called after each one that commands.
            inputs: Of the tick.
            tick_ns: Control clock at the tick.
            now_ns: Node clock now.
        """
        motion, told = state.motion, self._told
        if motion is None:
            return ()
        if told is not None and told.states[0].epoch != state.epoch:
            told = self._told = None
            self._past = ()
        self._keep_time(tick_ns, now_ns)
        if self._rests(motion):
            self._count_anew(now_ns, motion)
        due_ns = self._past[-1].due_ns + (self._dt_ns if told is None else told.step_ns)
        if self.window == 1:  # Told in every tick, it never goes on by itself, and need not wait.
            due_ns = max(due_ns, now_ns + _LEAST_LEAD_TICKS * self._dt_ns)
        if told is not None:
            told.age += 1
            kept = told.motion_at(told.age)
            holds = told.holds and kept is not None and _same(kept, motion)
            if kept is not None and holds and not self._is_due(told, state):
                self._past = (*self._past[1:], Knot(due_ns, kept))
                again = self._repeats and told.age <= _AGAIN and not state.resting
                return told.message if again else ()
        return self._tell(state, inputs, tick_ns, due_ns, now_ns)

    def pass_over(self, state: GateState) -> None:
        """Note the command of a tick that never came; the next `follow` tells it if it is new.

        To foresee from each of many missed ticks would take longer than a tick, and make the next
        one late as well.

        Args:
            state: Of the gate after that tick.
        """
        motion, told = state.motion, self._told
        if motion is None or told is None:
            return
        told.age += 1
        kept = told.motion_at(told.age)
        if kept is None or not _same(kept, motion):
            told.holds, kept = False, motion
        self._past = (*self._past[1:], Knot(self._past[-1].due_ns + told.step_ns, kept))

    def _tell(
        self, state: GateState, inputs: GateInputs, tick_ns: int, due_ns: int, now_ns: int
    ) -> tuple[Knot, ...]:
        is_new = self._told is None
        states = (state, *foresee(self._gate, state, inputs, tick_ns, self.window - 1))
        late = due_ns - now_ns < _LEAST_LEAD_TICKS * self._dt_ns
        step_ns = round(self._dt_ns * (_STRETCH if late else 1.0))
        self._told = _Told(states, due_ns, self._dt_ns, step_ns)
        knots = self._told.knots()
        past = self._past
        self._past = (*past[1:], knots[0])
        if is_new and state.resting:  # From wherever the controller thinks it is.
            return (Knot(due_ns + self.window * self._dt_ns, knots[0].motion),)
        end_ns = max(due_ns, now_ns) + _LEAST_NS
        if knots[-1].due_ns < end_ns:  # A trajectory that is over when it arrives is refused.
            knots.append(Knot(end_ns, knots[-1].motion))
        self._told.message = (*past, *knots)
        return self._told.message

    def _rests(self, motion: MotionState) -> bool:
        """Say whether the arm rests, and has done so in all that is remembered."""
        return all(knot.motion == motion for knot in self._past)

    def _count_anew(self, now_ns: int, motion: MotionState) -> None:
        """Begin due times anew: for an arm at rest it does not matter when it is there."""
        ahead = range(_LEAD_TICKS - PAST_KNOTS, _LEAD_TICKS)
        self._past = tuple(Knot(now_ns + k * self._dt_ns, motion) for k in ahead)

    def _keep_time(self, tick_ns: int, now_ns: int) -> None:
        """Count on in the new time when the node clock was set: the motion went on meanwhile."""
        before_ns, self._offset_ns = self._offset_ns, now_ns - tick_ns
        if before_ns is None or not self._past:
            return
        wanted_ns = now_ns + (_LEAD_TICKS - 1) * self._dt_ns
        by_ns = self._offset_ns - before_ns
        if self._past[-1].due_ns - wanted_ns > _SET_NS:  # Back, and the control clock with it.
            by_ns = wanted_ns - self._past[-1].due_ns
        if abs(by_ns) > _SET_NS:
            self._past = tuple(Knot(knot.due_ns + by_ns, knot.motion) for knot in self._past)
            if self._told is not None:
                self._told.due_ns += by_ns
                self._told.message = ()

    def _is_due(self, told: "_Told", state: GateState) -> bool:
        """Say whether something new has to be told though what was told holds."""
        first = told.states[0]
        if state.mode is not first.mode or state.sequence != first.sequence:
            return True
        if state.mode is GateMode.RUN:
            return told.age > len(told.states) - 1 - _RUNS_OUT
        return told.age >= self.window and (self._repeats or not state.resting)


@dataclass(slots=True)
class _Told:
    """What a controller was told.

    Attributes:
        states: Of the gate: at that tick, and foreseen.
        due_ns: When the first of them is due, node clock.
        dt_ns: Time between two commands.
        step_ns: The same as it was told: a little longer while it is late.
        age: Ticks since.
        message: All of it.
        holds: Every command since was what was told for it.
    """

    states: Sequence[GateState]
    due_ns: int
    dt_ns: int
    step_ns: int
    age: int = 0
    message: tuple[Knot, ...] = ()
    holds: bool = True

    def motion_at(self, age: int) -> MotionState | None:
        """Return what was told for a tick."""
        beyond = age - len(self.states) + 1
        if beyond <= 0:
            motion = self.states[age].motion
        else:
            last = self.states[-1]
            elapsed_s = last.stop_elapsed_s + beyond * self.dt_ns * 1e-9
            motion = None if last.stop is None else last.stop.at(elapsed_s)
        return None if motion is None else self._slower(motion)

    def knots(self) -> list[Knot]:
        """Return all that was told, to its end at rest."""
        last = len(self.states) - 1
        motions = map(self.motion_at, range(last))
        knots = [
            Knot(self.due_ns + k * self.step_ns, motion)
            for k, motion in enumerate(motions)
            if motion is not None
        ]
        slow = self.step_ns / self.dt_ns
        due_ns = self.due_ns + last * self.step_ns
        for time_s, motion in make_tail(self.states[-1], 0.0):
            soonest_ns = knots[-1].due_ns + _CLOSEST_NS if knots else due_ns
            at_ns = due_ns + round(time_s * slow * 1e9)
            knots.append(Knot(max(at_ns, soonest_ns), self._slower(motion)))
        return knots

    def _slower(self, motion: MotionState) -> MotionState:
        slow = self.step_ns / self.dt_ns
        if slow == 1.0:
            return motion
        return MotionState(
            motion.position,
            tuple([v / slow for v in motion.velocity]),
            tuple([a / slow**2 for a in motion.acceleration]),
        )


def _same(told: MotionState, motion: MotionState) -> bool:
    """Say whether a command is what was told for it."""
    pairs = zip(told.position, motion.position, strict=True)
    return all(abs(a - b) <= _SAME_RAD for a, b in pairs)
