# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The gate: every command for the arm is decided here, and proved to leave room for a stop.

Pure: no ROS, no clock, no input or output, no randomness.
"""

import math
from dataclasses import replace

from vla_ros.chunk.schedule import Target
from vla_ros.gate.checks import ALL_CHECKS
from vla_ros.gate.checks.chunks import ends_goal, is_doubtful
from vla_ros.gate.config import GateConfig
from vla_ros.gate.decide import decide
from vla_ros.gate.degrade import degrade
from vla_ros.gate.final import FinalChecker, make_envelope
from vla_ros.gate.grip import Grip
from vla_ros.gate.intake import (
    note_motion,
    note_tracking,
    take_in,
    tracking_error,
    turn_back,
)
from vla_ros.gate.rates import find_fast_rows
from vla_ros.gate.record import PublishedCommand
from vla_ros.gate.requests import answer
from vla_ros.gate.state import Decision, Finding, GateInputs, GateState
from vla_ros.gate.stop import MotionError, MotionGenerator, MotionState, StopTrajectory
from vla_ros.gate.tick import (
    Check,
    ChunkCheck,
    MotionCheck,
    ScaleCheck,
    TargetCheck,
    Tick,
    TickCheck,
)
from vla_ros.gate.turn import Turn
from vla_ros.gate.vocabulary import POLICY_REASONS, GateMode, Reason, Verdict
from vla_ros.types import ActionChunk

_DIVERGED_S = 2.0
_BAD_IN_ROW = 3
_MALFORMED = (Reason.BAD_DIM, Reason.BAD_NAMES, Reason.NON_FINITE, Reason.BAD_CHUNK)
_LISTENING = (GateMode.ARMED, GateMode.RUN, GateMode.HOLD)


class Gate:
    """Decides, tick by tick, what the arm is told."""

    def __init__(self, config: GateConfig, checks: tuple[Check, ...] = ALL_CHECKS) -> None:
        """Prepare for one arm.

        Args:
            config: The gate's constants.
            checks: What to check. Only tests pass fewer than all.
        """
        self.config = config
        self.checks = checks
        self._tick_checks = [c for c in checks if isinstance(c, TickCheck)]
        self._chunk_checks = [c for c in checks if isinstance(c, ChunkCheck)]
        self._target_checks = [c for c in checks if isinstance(c, TargetCheck)]
        self._scale_checks = [c for c in checks if isinstance(c, ScaleCheck)]
        self._motion_checks = [c for c in checks if isinstance(c, MotionCheck)]
        self._generator = MotionGenerator(config.limits, config.dt_s)
        self._final = FinalChecker(make_envelope(config))
        self._window = round(_DIVERGED_S / config.dt_s)
        self._remembered = max(3, round(config.tracking_window_s / config.dt_s))
        self._grip_step = config.gripper_speed_per_s * config.dt_s
        self._zeros = (0.0,) * len(config.limits.names)

    def step(
        self, state: GateState, inputs: GateInputs, now_ns: int
    ) -> tuple[GateState, Decision]:
        """Decide one tick.

        Args:
            state: What the last step returned; `GateState()` in the beginning.
            inputs: What is new.
            now_ns: Control clock; one tick after the last step.
        """
        try:
            return self._step(state, inputs, now_ns)
        except Exception as error:  # noqa: BLE001 - a bug here must become a stop, not a crash.
            return self._degrade(state, inputs, now_ns, error)

    def _step(
        self, state: GateState, inputs: GateInputs, now_ns: int
    ) -> tuple[GateState, Decision]:
        state = take_in(note_motion(turn_back(state, now_ns), now_ns), inputs, self.config)
        error_rad = tracking_error(state)
        state = note_tracking(state, error_rad, self.config, now_ns)
        turn = self._turn(state, now_ns)
        for chunk in inputs.chunks:
            self._admit(turn, self._look(turn, inputs, error_rad), chunk)
        tick = self._look(turn, inputs, error_rad)
        found = [f for check in self._tick_checks if (f := check.judge(tick)) is not None]
        turn.findings += found
        turn.react(found)
        for request in inputs.requests:
            answer(turn, tick, request)
        if turn.state is not tick.state:
            tick = self._look(turn, inputs, error_rad)
        turn.let_go()
        self._move(turn, tick)
        self._escalate(turn)
        turn.time_out()
        turn.close()
        if turn.state.failures:
            turn.change(failures=0)
        return turn.state, decide(turn, tick)

    def _turn(self, state: GateState, now_ns: int) -> Turn:
        return Turn(config=self.config, generator=self._generator, now_ns=now_ns, state=state)

    def _look(
        self, turn: Turn, inputs: GateInputs, error_rad: float, *, blind: bool = False
    ) -> Tick:
        running = turn.state.mode is GateMode.RUN and not blind
        return Tick(
            now_ns=turn.now_ns,
            config=self.config,
            state=turn.state,
            inputs=inputs,
            target=turn.state.schedule.sample(turn.now_ns) if running else None,
            tracking_rad=error_rad,
        )

    # ---- chunks ----

    def _admit(self, turn: Turn, tick: Tick, chunk: ActionChunk) -> None:
        """Check a chunk and take it into the plan."""
        state = turn.state
        if state.mode not in _LISTENING:
            return
        found = []
        for check in self._chunk_checks:
            finding = check.judge(chunk, tick)
            if finding is not None:
                found.append(finding)
                if finding.verdict >= Verdict.DROP:
                    break
        turn.findings += found
        if any(finding.verdict >= Verdict.DROP for finding in found):
            self._refused(turn, found[-1])
        elif ends_goal(chunk):
            if state.owner is not None:  # Else its number would bar the session that comes next.
                turn.change(sequence=chunk.sequence)
            if state.mode is not GateMode.ARMED:
                turn.end_goal()
        elif state.mode is not GateMode.HOLD or self._may_resume(state, chunk, turn.now_ns):
            self._follow(turn, chunk)

    def _may_resume(self, state: GateState, chunk: ActionChunk, now_ns: int) -> bool:
        cleared_s = (now_ns - max(state.blocked_ns, state.entered_ns)) * 1e-9
        return (
            state.resting
            and cleared_s >= self.config.clear_s
            and (now_ns - state.entered_ns) * 1e-9 <= self.config.resume_s
            and chunk.observed_ns > state.entered_ns
            and chunk.goal_id == state.goal_id
        )

    def _follow(self, turn: Turn, chunk: ActionChunk) -> None:
        """Make a chunk part of the plan; the first one starts the motion."""
        state = turn.state
        schedule = state.schedule
        if state.mode is not GateMode.RUN:
            if state.blocked_ns == state.tick_ns:
                return  # Something still objects; the policy will send another chunk.
            scale = 0.0 if state.mode is GateMode.HOLD else chunk.speed_scale
            schedule = schedule.flush().at_scale(scale, turn.now_ns)
        doubts = state.record.doubts_in_row + 1 if is_doubtful(chunk, self.config) else 0
        turn.change(
            owner=chunk.session,
            goal_id=chunk.goal_id,
            sequence=chunk.sequence,
            observed_ns=chunk.observed_ns,
            admitted_ns=turn.now_ns,
            cartesian=chunk.cartesian,
            goal_scale=chunk.speed_scale,
            ending=chunk.last,
            schedule=schedule.admit(chunk, turn.now_ns),
            fast_rows=find_fast_rows(chunk, self.config.limits),
            record=replace(state.record, bad_in_row=0, mismatches_in_row=0, doubts_in_row=doubts),
        )
        if state.mode is not GateMode.RUN:
            was = state.mode.name
            turn.enter(GateMode.RUN)
            turn.tell(f"{was} -> RUN: following goal {chunk.goal_id}")

    def _refused(self, turn: Turn, finding: Finding) -> None:
        """Count refusals in a row; too many end in a stop."""
        record = turn.state.record
        bad = record.bad_in_row + 1 if finding.reason in _MALFORMED else 0
        mismatch = finding.reason is Reason.START_MISMATCH
        mismatches = record.mismatches_in_row + 1 if mismatch else 0
        doubts = record.doubts_in_row + (finding.reason is Reason.LOW_CONFIDENCE)
        turn.change(
            record=replace(
                record, bad_in_row=bad, mismatches_in_row=mismatches, doubts_in_row=doubts
            )
        )
        if finding.verdict >= Verdict.HOLD:
            turn.react([finding])
        elif mismatches >= _BAD_IN_ROW:
            turn.react([replace(finding, verdict=Verdict.STOP)])
        elif bad >= _BAD_IN_ROW:
            turn.react([replace(finding, verdict=Verdict.HOLD)])

    # ---- motion ----

    def _move(self, turn: Turn, tick: Tick) -> None:
        """Advance the command by one tick."""
        state = turn.state
        if state.motion is None:
            return
        if state.mode is GateMode.RUN:
            if state.ending and self._plan_ends(state, turn.now_ns):
                turn.end_goal()
            elif tick.target is not None and self._follow_target(turn, tick, tick.target):
                return
        self._follow_stop(turn)

    def _plan_ends(self, state: GateState, now_ns: int) -> bool:
        stop_s = 0.0 if state.stop is None else state.stop.duration_s
        return state.schedule.queue_s(now_ns) <= stop_s + 2.0 * self.config.dt_s

    def _follow_target(self, turn: Turn, tick: Tick, target: Target) -> bool:
        """Step towards the target if a stop remains possible; say whether it was done."""
        self._set_scale(turn, tick, target)
        for check in self._target_checks:
            target, finding = check.judge(target, tick)
            if finding is not None:
                turn.findings.append(finding)
        proposal = self._propose(turn.state, target, tick)
        if isinstance(proposal, Finding):
            turn.findings.append(proposal)
            turn.react([proposal])
            return False
        candidate, stop = proposal
        grip = turn.state.grip.follow(target.gripper, self._grip_step)
        return self._accept(turn, candidate, grip, stop, source=target)

    def _set_scale(self, turn: Turn, tick: Tick, target: Target) -> None:
        rise = self.config.scale_slew_per_s * self.config.dt_s
        scale = min(1.0, turn.state.schedule.scale + rise)
        for check in self._scale_checks:
            allowed, finding = check.judge(target, tick)
            scale = min(scale, allowed)
            if finding is not None:
                turn.findings.append(finding)
        schedule = turn.state.schedule.at_scale(scale, turn.now_ns)
        if schedule is not turn.state.schedule:
            turn.change(schedule=schedule)

    def _propose(
        self, state: GateState, target: Target, tick: Tick
    ) -> tuple[MotionState, StopTrajectory] | Finding:
        """Return the next command and its stop; the objection if there is no safe one."""
        motion = state.motion
        finding = Finding(Verdict.HOLD, Reason.OTG_ERROR, "nothing to move")
        if motion is None:
            return finding
        # At a limit the plan's own speed may not leave room to stop; its position may.
        for velocity in (target.velocity, self._zeros):
            try:
                candidate = self._generator.track(motion, target.position, velocity)
                stop = self._generator.stop(candidate)
            except MotionError as error:
                finding = Finding(Verdict.HOLD, Reason.OTG_ERROR, str(error))
                continue
            objections = (check.judge(candidate, stop, tick) for check in self._motion_checks)
            objection = next((f for f in objections if f is not None), None)
            if objection is None:
                return candidate, stop
            finding = objection
        return finding

    def _follow_stop(self, turn: Turn) -> None:
        """Advance along the stored stop; at rest, stay."""
        state = turn.state
        if state.stop is None:
            return
        elapsed_s = state.stop_elapsed_s + self.config.dt_s
        motion = state.stop.at(elapsed_s)
        grip = state.grip.hold(self._grip_step)
        if self._accept(turn, motion, grip, state.stop, elapsed_s=elapsed_s):
            return
        # Now in FAULT, where less is asked of the stop, since there is nothing better.
        if not self._accept(turn, motion, grip, state.stop, elapsed_s=elapsed_s):
            turn.change(motion=None)  # Not even the stop can be trusted: silence, the drive holds.

    def _accept(
        self,
        turn: Turn,
        motion: MotionState,
        grip: Grip,
        stop: StopTrajectory,
        *,
        elapsed_s: float = 0.0,
        source: Target | None = None,
    ) -> bool:
        """Have the final checker look, and make a motion the next command."""
        state = turn.state
        command = PublishedCommand(
            stamp_ns=turn.now_ns,
            names=self.config.limits.names,
            position=motion.position,
            velocity=motion.velocity,
            acceleration=motion.acceleration,
            gripper=grip.opening,
            mode=state.mode,
            emergency=state.emergency,
            epoch=state.epoch,
            armed_ns=state.armed_ns,
            measured=state.armed_rad,
            source_epoch=None if source is None else source.epoch,
            observed_ns=None if source is None else source.observed_ns,
        )
        breach = self._final.find_breach(state.published, command)
        if breach is not None:
            finding = Finding(Verdict.FAULT, *breach)
            turn.findings.append(finding)
            turn.fault((finding,))
            return False
        switched = source is not None and state.grip.goal not in (None, grip.goal)
        turn.change(
            motion=motion,
            stop=stop,
            stop_elapsed_s=elapsed_s,
            grip=grip,
            gripper_ns=(*state.gripper_ns[-9:], turn.now_ns) if switched else state.gripper_ns,
            commands=(*state.commands[1 - self._remembered :], motion.position),
            published=(*state.published[-2:], command),
        )
        return True

    # ---- the end of a tick ----

    def _escalate(self, turn: Turn) -> None:
        """Hold a policy that needs correction most of the time."""
        state = turn.state
        if state.mode is not GateMode.RUN:
            return
        corrected = any(
            f.reason in POLICY_REASONS and f.verdict <= Verdict.DROP for f in turn.findings
        )
        bits = (state.record.corrected << 1 | corrected) & ((1 << self._window) - 1)
        if bits != state.record.corrected:
            turn.change(record=replace(state.record, corrected=bits))
        if 2 * bits.bit_count() > self._window:
            text = f"corrected in more than half of the last {_DIVERGED_S:.0f} s"
            finding = Finding(Verdict.HOLD, Reason.POLICY_DIVERGED, text)
            turn.findings.append(finding)
            turn.react([finding])

    def _degrade(
        self, state: GateState, inputs: GateInputs, now_ns: int, error: Exception
    ) -> tuple[GateState, Decision]:
        """End a tick in which something went wrong."""
        turn = self._turn(state.but(failures=state.failures + 1), now_ns)
        tick = self._look(turn, inputs, math.nan, blind=True)
        degrade(turn, tick, self._tick_checks, error)
        if turn.state.motion is not None:
            try:
                self._follow_stop(turn)
            except Exception as worse:  # noqa: BLE001 - silence; the drive holds the arm.
                text = f"the stop cannot be followed: {type(worse).__name__}: {worse}"
                turn.fault((Finding(Verdict.FAULT, Reason.INTERNAL_ERROR, text),))
                turn.change(motion=None)
        turn.close()
        return turn.state, replace(decide(turn, tick), error=error)
