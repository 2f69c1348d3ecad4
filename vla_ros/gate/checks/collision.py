# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that keep the arm clear of itself and of what stands around it.

Near something the plan is followed more slowly, but only while it leads nearer still; a command is
refused when it, or the stop that would follow it, comes nearer than the margins allow.
"""

from collections.abc import Callable

from vla_ros.chunk.schedule import Target
from vla_ros.gate.collision import CollisionModel
from vla_ros.gate.limits import Vector
from vla_ros.gate.pairs import Nearness
from vla_ros.gate.state import Finding, Obstacle
from vla_ros.gate.stop import MotionState, StopTrajectory
from vla_ros.gate.tick import MotionCheck, ScaleCheck, Tick, TickCheck
from vla_ros.gate.vocabulary import Reason, Verdict

STOP_SAMPLES = 6
_AHEAD_S = 0.1
_ROUNDING_M = 1e-8  # A depth differs by this much from one computation to the next.
_NEARER_M = 1e-4  # Less than this is no approach.
_SLOWEST = 0.1  # At the margin; slower still would never arrive there.


def check_scene_age(tick: Tick) -> Finding | None:
    """Object when nobody says what stands around the arm although somebody should."""
    source, obstacles = tick.config.obstacles, tick.inputs.obstacles
    if source is None:
        return None
    if obstacles is None:
        text = f"nobody has said yet on {source.topic} what stands around the arm"
    elif not obstacles.age_s <= source.timeout_s:
        text = f"what stands around the arm was last said {obstacles.age_s:.2f} s ago on "
        text += f"{source.topic}, limit {source.timeout_s} s"
    else:
        return None
    return Finding(Verdict.HOLD, Reason.SCENE_STALE, text)


def scale_by_own_distance(target: Target, tick: Tick) -> tuple[float, Finding | None]:
    """Follow a plan that folds the arm onto itself more slowly."""
    model = tick.config.collision
    if model is None:
        return 1.0, None
    slow_m = model.settings.self_slow_m
    return _slow_down(target, tick, model.slowing_own, model.own_at, slow_m, Reason.SELF_NEAR)


def scale_by_surroundings(target: Target, tick: Tick) -> tuple[float, Finding | None]:
    """Follow a plan that leads towards something more slowly."""
    model = tick.config.collision
    if model is None:
        return 1.0, None
    boxes = obstacles_of(tick)
    return _slow_down(
        target,
        tick,
        lambda q: model.slowing_around(q, boxes),
        lambda q: model.free_at(q, boxes),
        model.settings.environment_slow_m,
        Reason.ENV_NEAR,
    )


def check_own_stop(candidate: MotionState, stop: StopTrajectory, tick: Tick) -> Finding | None:
    """Object to a command or a stop in which the arm touches itself."""
    model = tick.config.collision
    if model is None:
        return None
    near = _first(candidate, stop, tick, model, model.find_own)
    return None if near is None else _too_near(Reason.SELF_STOP, near)


def check_surroundings_stop(
    candidate: MotionState, stop: StopTrajectory, tick: Tick
) -> Finding | None:
    """Object to a command or a stop in which the arm touches something around it.

    An obstacle that came too near by itself may be left: then nothing may come nearer.
    """
    model = tick.config.collision
    if model is None:
        return None
    boxes = obstacles_of(tick)
    near = _first(candidate, stop, tick, model, lambda q: model.find_around(q, boxes))
    if near is None or (boxes and _retreats(candidate, stop, tick, model, boxes)):
        return None
    return _too_near(Reason.ENV_STOP, near)


def check_keep_out_stop(
    candidate: MotionState, stop: StopTrajectory, tick: Tick
) -> Finding | None:
    """Object to a command or a stop that takes a part of the arm into a keep-out box."""
    model = tick.config.collision
    if model is None or not tick.config.keep_out:
        return None
    near = _first(candidate, stop, tick, model, model.find_keep_out)
    return None if near is None else _too_near(Reason.KEEPOUT, near)


def judge_place(q: Vector, tick: Tick) -> Finding | None:
    """Object to joint positions [rad] at which the arm is not clear."""
    model = tick.config.collision
    if model is None:
        return None
    found = (
        (Reason.SELF_STOP, model.find_own(q)),
        (Reason.ENV_STOP, model.find_around(q, obstacles_of(tick))),
        (Reason.KEEPOUT, model.find_keep_out(q)),
    )
    return next((_too_near(reason, near) for reason, near in found if near is not None), None)


def obstacles_of(tick: Tick) -> tuple[Obstacle, ...]:
    """Return the obstacles that are known in a tick."""
    obstacles = tick.inputs.obstacles
    return () if obstacles is None else obstacles.boxes


def _slow_down(
    target: Target,
    tick: Tick,
    slowing: Callable[[Vector], Nearness | None],
    nearness: Callable[[Vector], Nearness | None],
    slow_m: float,
    reason: Reason,
) -> tuple[float, Finding | None]:
    """Return how fast the plan may be followed near something, falling towards the margin."""
    here = slowing(target.position)
    if here is None:
        return 1.0, None
    there = nearness(_ahead(target, tick))
    if there is None or there.excess_m >= here.excess_m - _NEARER_M:
        return 1.0, None
    left = min(max(here.excess_m / (slow_m - here.margin_m), 0.0), 1.0)
    if left >= 1.0:
        return 1.0, None
    scale = _SLOWEST + (1.0 - _SLOWEST) * left
    return scale, Finding(Verdict.SCALE, reason, f"{_words(here)}: {scale:.0%} of the speed")


def _ahead(target: Target, tick: Tick) -> Vector:
    """Return where the plan leads within a moment at its own speed."""
    ahead_s = _AHEAD_S / max(tick.state.schedule.scale, 1e-3)
    return tuple([q + v * ahead_s for q, v in zip(target.position, target.velocity, strict=True)])


def _first(
    candidate: MotionState,
    stop: StopTrajectory,
    tick: Tick,
    model: CollisionModel,
    find: Callable[[Vector], Nearness | None],
) -> Nearness | None:
    """Return what is too near first, at a command or along its stop."""
    places = [motion.position for motion in (candidate, *stop.samples(STOP_SAMPLES))]
    if model.is_clear_along(places, obstacles_of(tick)):
        return None
    return next((near for near in map(find, places) if near is not None), None)


def _retreats(
    candidate: MotionState,
    stop: StopTrajectory,
    tick: Tick,
    model: CollisionModel,
    boxes: tuple[Obstacle, ...],
) -> bool:
    """Say whether an arm that is too near already gets away.

    No pair that is too near may come nearer, and no other one too near.
    """
    motion = tick.state.motion
    now = () if motion is None else model.excesses_around(motion.position, boxes)
    if min(now, default=0.0) >= 0.0:
        return False
    least = [min(excess, 0.0) - _ROUNDING_M for excess in now]
    return all(
        excess >= bound
        for sample in (candidate, *stop.samples(STOP_SAMPLES))
        for excess, bound in zip(model.excesses_around(sample.position, boxes), least, strict=True)
    )


def _too_near(reason: Reason, near: Nearness) -> Finding:
    text = f"{_words(near)}, limit {near.margin_m * 1e3:.0f} mm, on this way or in its stop"
    return Finding(Verdict.HOLD, reason, text)


def _words(near: Nearness) -> str:
    return f"{near.first} and {near.second} would be {near.distance_m * 1e3:.1f} mm apart"


COLLISION_CHECKS = (
    TickCheck(27, check_scene_age),
    ScaleCheck(26, scale_by_own_distance),
    ScaleCheck(27, scale_by_surroundings),
    MotionCheck(25, check_keep_out_stop),
    MotionCheck(26, check_own_stop),
    MotionCheck(27, check_surroundings_stop),
)
