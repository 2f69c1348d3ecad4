# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of what people say and where they are."""

import math

from vla_ros.chunk.schedule import Target
from vla_ros.gate.checks.speed import plan_speed_m_s
from vla_ros.gate.checks.tool import speed_above
from vla_ros.gate.state import Finding, HumanDistance
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import MotionCheck, ScaleCheck, Tick, TickCheck
from vla_ros.gate.vocabulary import Reason, Verdict
from vla_ros.robot.parts import HumanProfile

_SPEED_SHARE = 0.8  # Of what is allowed, for the plan: the arm has to catch up with it.


def check_estop(tick: Tick) -> Finding | None:
    """Object to a pressed or silent emergency stop."""
    if tick.config.estop_topic is None:
        return None
    heartbeat = tick.inputs.estop
    if heartbeat is not None and heartbeat.pressed:
        return Finding(Verdict.ESTOP, Reason.ESTOP_PRESSED, "the emergency stop is pressed")
    timeout_s = tick.config.estop_timeout_s
    silent = heartbeat is not None or tick.state.estop_heard
    if silent and not (heartbeat is not None and heartbeat.age_s <= timeout_s):
        text = f"no heartbeat on {tick.config.estop_topic} for {timeout_s} s"
        return Finding(Verdict.ESTOP, Reason.ESTOP_LOST, text)
    # Before the first heartbeat nothing can be armed; a second button may be a deaf one.
    if tick.inputs.estop_unheard is not None:
        return Finding(Verdict.HOLD, Reason.ESTOP_LOST, tick.inputs.estop_unheard)
    return None


def check_deadman(tick: Tick) -> Finding | None:
    """Object to a dead-man switch that is released or silent."""
    deadman, heartbeat = tick.config.deadman, tick.inputs.deadman
    if deadman is None:
        return None
    if heartbeat is None:
        text = f"the dead-man switch has not been heard yet on {deadman.topic}"
    elif not heartbeat.age_s <= deadman.timeout_s:
        text = f"the dead-man switch is silent on {deadman.topic} for {deadman.timeout_s} s"
    elif not heartbeat.good:
        text = "the dead-man switch is released"
    else:
        return None
    return Finding(Verdict.STOP, Reason.DEADMAN, text)


def check_human(tick: Tick) -> Finding | None:
    """Object to a person so near that the tool may not move at all."""
    human = tick.config.human
    if human is None:
        return None
    distance_m, where = _distance(human, tick.inputs.human)
    if allowed_speed_m_s(distance_m, tick) > 0.0:
        return None
    least_m = human.margin_m + human.speed_m_s * _stopping_s(tick)
    text = f"{where}; the arm may move from {least_m:.2f} m on"
    return Finding(Verdict.STOP, Reason.HUMAN_STOP, text)


def scale_by_human(target: Target, tick: Tick) -> tuple[float, Finding | None]:
    """Slow the plan down so that the arm rests before a person arrives."""
    human = tick.config.human
    if human is None:
        return 1.0, None
    distance_m, where = _distance(human, tick.inputs.human)
    allowed = max(allowed_speed_m_s(distance_m, tick), 0.0) * _SPEED_SHARE
    speed = plan_speed_m_s(target, tick)
    if speed <= allowed:
        return 1.0, None
    text = f"{where}; the plan moves the tool at {speed:.2f} m/s, allowed is {allowed:.2f} m/s"
    return allowed / speed, Finding(Verdict.SCALE, Reason.HUMAN_NEAR, text)


def check_speed_near_people(
    candidate: MotionState,
    stop: StopTrajectory,
    tick: Tick,
) -> Finding | None:
    """Object to a command or a stop too fast for how near a person is, as when the arm catches up.

    The arm then brakes for a tick.
    """
    human = tick.config.human
    if human is None:
        return None
    distance_m, where = _distance(human, tick.inputs.human)
    allowed = max(allowed_speed_m_s(distance_m, tick), 0.0)
    if allowed >= tick.config.tcp_speed_m_s:
        return None  # So fast the tool never is, whoever is near: check 24.
    speed = speed_above(allowed, candidate, stop, tick)
    if speed is None:
        return None
    text = f"{where}; the tool would move at {speed:.2f} m/s, allowed is {allowed:.2f} m/s"
    return Finding(Verdict.SCALE, Reason.HUMAN_NEAR, text)


def allowed_speed_m_s(distance_m: float, tick: Tick) -> float:
    """Return how fast the tool may move with a person at a distance; not above 0: not at all.

    Speed and separation monitoring as in ISO/TS 15066: while the gate reacts and the arm stops
    (time T together) the person walks v_h T towards the arm and the tool moves at most v T
    towards the person, if it kept its speed to the very end, which covers joints that stop one
    after the other. So the separation S = v_h T + v T + margin; solved for v.
    """
    human = tick.config.human
    if human is None:
        return math.inf
    return (distance_m - human.margin_m) / _stopping_s(tick) - human.speed_m_s


def _stopping_s(tick: Tick) -> float:
    """Return the longest time from a measured distance to rest [s].

    The age of the measurement, two ticks, the delay of the drive, and the stop.
    """
    config, measured = tick.config, tick.inputs.human
    age_s = 0.0
    if measured is not None and config.human is not None:
        age_s = min(measured.age_s, config.human.timeout_s)
    reaction_s = 2.0 * config.dt_s + config.tracking_window_s
    return age_s + reaction_s + config.limits.operating.longest_stop_s


def _distance(human: HumanProfile, measured: HumanDistance | None) -> tuple[float, str]:
    """Return the distance to count with [m], and why in words; 0 if it is not known."""
    if measured is None:
        return 0.0, f"nobody has measured the distance of people yet on {human.topic}"
    if not measured.age_s <= human.timeout_s:
        return 0.0, f"nobody measures the distance of people on {human.topic}"
    if not measured.distance_m >= 0.0:
        return 0.0, f"the distance of people is {measured.distance_m} m, counted as 0 m"
    return measured.distance_m, f"a person is {measured.distance_m:.2f} m away"


PEOPLE_CHECKS = (
    TickCheck(2, check_estop),
    TickCheck(9, check_deadman),
    TickCheck(29, check_human),
    ScaleCheck(29, scale_by_human),
    MotionCheck(29, check_speed_near_people),
)
