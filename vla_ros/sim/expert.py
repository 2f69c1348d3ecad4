# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scripted expert without memory: what to do next follows from the state alone.

So it can label any state, also one it would never have reached by itself. `plan` rolls the
decision out on a small kinematic model; nothing here needs MuJoCo.
"""

import math
from dataclasses import dataclass, replace

from vla_ros.sim.parts import Vector
from vla_ros.sim.scene import BOWL_FLOOR_M, CUBE_SIDE_M
from vla_ros.sim.tasks import Task
from vla_ros.sim.world import World

ROLL_OUT_STEPS = 120
_TURN_RAD_S = 0.8
_FAST_M_S = 0.26
_SLOW_M_S = 0.15
_GRIPPER_PER_S = 1.75  # Opening fraction per second that the roll-out assumes.

_HOVER_M = 0.10  # Above the table: where the hand aligns itself over the cube.
_CARRY_M = 0.14
_RELEASE_M = 0.050
_LEFT_M = 0.16
_RETREAT_M = 0.18
_GRASP_BELOW_CENTER_M = 0.004
_MAX_YAW_RAD = 1.1

_HELD_OPENING = (0.36, 0.56)  # A cube stops the fingers at 0.476.
_OPEN = 0.80


@dataclass(frozen=True, kw_only=True)
class ExpertState:
    """What the expert looks at; everything in base_link.

    Attributes:
        tool_m: TCP position [m].
        yaw_rad: TCP yaw, tool down [rad].
        opening: Measured gripper opening, 0..1.
        cube_m: Centre of the cube to move [m].
        cube_yaw_rad: Its yaw, modulo a quarter turn [rad].
        bowl_m: Centre of the target bowl, x and y [m].
    """

    tool_m: Vector
    yaw_rad: float
    opening: float
    cube_m: Vector
    cube_yaw_rad: float
    bowl_m: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Waypoint:
    """Where to go next.

    Attributes:
        at_m: TCP position in base_link [m].
        yaw_rad: TCP yaw [rad].
        gripper: Wanted opening, 0 or 1.
        speed_m_s: Fastest tool speed on the way.
        done: The task is finished and the hand has left.
    """

    at_m: Vector
    yaw_rad: float
    gripper: float
    speed_m_s: float = _FAST_M_S
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class ExpertPlan:
    """What the expert would do from a state on.

    Attributes:
        rows: Per step, where the tool shall be one step later: x, y, z [m], yaw [rad].
        gripper: Per step, the wanted opening, 0 or 1.
        remaining_steps: Steps until the task is finished, at most `ROLL_OUT_STEPS`.
        done: The task is finished already.
    """

    rows: tuple[tuple[float, float, float, float], ...]
    gripper: tuple[float, ...]
    remaining_steps: int
    done: bool


def observe(world: World, task: Task) -> ExpertState:
    """Read the state out of the simulator."""
    tool = world.tool()
    cube = world.cube(task.object)
    return ExpertState(
        tool_m=tool.position_m,
        yaw_rad=tool.yaw_rad,
        opening=world.joint_state().opening,
        cube_m=cube.position_m,
        cube_yaw_rad=cube.yaw_rad,
        bowl_m=world.bowl(task.target),
    )


def plan(state: ExpertState, horizon: int = 16, step_s: float = 0.1) -> ExpertPlan:
    """Return what to do from a state on, `horizon` rows of `step_s` each."""
    rows: list[tuple[float, float, float, float]] = []
    gripper: list[float] = []
    remaining = ROLL_OUT_STEPS
    for index in range(max(horizon, ROLL_OUT_STEPS)):
        waypoint = decide(state)
        if waypoint.done:
            remaining = min(remaining, index)
        if len(rows) >= horizon and remaining < ROLL_OUT_STEPS:
            break
        state = _advance(state, waypoint, step_s)
        if len(rows) < horizon:
            rows.append((*state.tool_m, state.yaw_rad))
            gripper.append(waypoint.gripper)
    return ExpertPlan(
        rows=tuple(rows), gripper=tuple(gripper), remaining_steps=remaining, done=remaining == 0
    )


def decide(state: ExpertState) -> Waypoint:
    """Return the next waypoint for putting the cube in the bowl."""
    to_bowl = _flat(state.cube_m, state.bowl_m)
    height = state.cube_m[2]
    if to_bowl < 0.042 and height < 0.048:
        return _leave(state)
    if to_bowl < 0.030 and height < 0.060:
        return _let_go(state)
    if is_held(state):
        return _carry(state)
    return _fetch(state)


def is_held(state: ExpertState) -> bool:
    """Tell whether the cube is between closed fingers."""
    low, high = _HELD_OPENING
    around = _flat(state.tool_m, state.cube_m) < 0.020
    level = abs(state.tool_m[2] - state.cube_m[2]) < 0.025
    return around and level and low <= state.opening <= high


def grasp_yaw(cube_yaw_rad: float, tool_yaw_rad: float) -> float:
    """Return the tool yaw for a cube: one of its four, near the present one and within reach."""
    quarter = math.pi / 2
    first = math.remainder(cube_yaw_rad, quarter)
    choices = [first + k * quarter for k in (-1, 0, 1)]
    reachable = [yaw for yaw in choices if abs(yaw) <= _MAX_YAW_RAD]
    # Leaning towards zero keeps the choice steady while a cube is nudged.
    return min(reachable, key=lambda yaw: abs(yaw - tool_yaw_rad) + 0.3 * abs(yaw))


def _leave(state: ExpertState) -> Waypoint:
    """The cube is in the bowl: open, then rise straight up."""
    x, y, z = state.tool_m
    if state.opening < 0.85:
        return Waypoint(at_m=(x, y, z), yaw_rad=state.yaw_rad, gripper=1.0)
    return Waypoint(
        at_m=(x, y, max(z, _RETREAT_M)), yaw_rad=state.yaw_rad, gripper=1.0, done=z >= _LEFT_M
    )


def _let_go(state: ExpertState) -> Waypoint:
    """The cube is over the floor of the bowl, low enough to fall."""
    return Waypoint(at_m=state.tool_m, yaw_rad=state.yaw_rad, gripper=1.0)


def _carry(state: ExpertState) -> Waypoint:
    x, y, z = state.tool_m
    bowl_x, bowl_y = state.bowl_m
    to_bowl = _flat(state.tool_m, state.bowl_m)
    if to_bowl < (0.012 if z > 0.11 else 0.025):
        speed = _SLOW_M_S if z < 0.09 else _FAST_M_S
        at = (bowl_x, bowl_y, _RELEASE_M)
        return Waypoint(at_m=at, yaw_rad=state.yaw_rad, gripper=0.0, speed_m_s=speed)
    if z < 0.09:
        return Waypoint(at_m=(x, y, _CARRY_M), yaw_rad=state.yaw_rad, gripper=0.0)
    return Waypoint(at_m=(bowl_x, bowl_y, _CARRY_M), yaw_rad=state.yaw_rad, gripper=0.0)


def _fetch(state: ExpertState) -> Waypoint:
    """Align over the cube with open fingers, go down around it, close."""
    x, y, z = state.tool_m
    cube_x, cube_y, cube_z = state.cube_m
    yaw = grasp_yaw(state.cube_yaw_rad, state.yaw_rad)
    aside = _flat(state.tool_m, state.cube_m)
    askew = abs(yaw - state.yaw_rad)
    above = z - cube_z
    bottom = cube_z - _GRASP_BELOW_CENTER_M
    missed = state.opening < _HELD_OPENING[0]
    if above < 0.008 and aside < 0.012 and askew < 0.2 and not missed:
        return Waypoint(at_m=(cube_x, cube_y, bottom), yaw_rad=yaw, gripper=0.0)
    # Fingers that are low beside the cube, or not open around it, must first rise over it.
    high = above > 0.055
    lined_up = aside < (0.012 if high else 0.018) and askew < (0.07 if high else 0.20)
    ready = state.opening >= _OPEN
    if lined_up and ready:
        speed = _SLOW_M_S if above < 0.045 else _FAST_M_S
        return Waypoint(at_m=(cube_x, cube_y, bottom), yaw_rad=yaw, gripper=1.0, speed_m_s=speed)
    hover = cube_z + _HOVER_M - CUBE_SIDE_M / 2
    if above < 0.045:
        return Waypoint(at_m=(x, y, hover), yaw_rad=state.yaw_rad, gripper=1.0)
    return Waypoint(at_m=(cube_x, cube_y, hover), yaw_rad=yaw, gripper=1.0)


def _advance(state: ExpertState, waypoint: Waypoint, step_s: float) -> ExpertState:
    """Move the tool, the fingers, and with them the cube, for one step."""
    tool = _approach(state.tool_m, waypoint.at_m, waypoint.speed_m_s * step_s)
    turn = _TURN_RAD_S * step_s
    yaw = state.yaw_rad + min(max(waypoint.yaw_rad - state.yaw_rad, -turn), turn)
    held = is_held(state)
    moved = replace(
        state, tool_m=tool, yaw_rad=yaw, opening=_next_opening(state, waypoint.gripper, step_s)
    )
    if not held:
        return replace(moved, cube_m=_dropped(state)) if state.cube_m[2] > 0.035 else moved
    if is_held(moved) or waypoint.gripper < 0.5:
        shift = [b - a for a, b in zip(state.tool_m, tool, strict=True)]
        x, y, z = (c + s for c, s in zip(state.cube_m, shift, strict=True))
        cube_yaw = state.cube_yaw_rad + yaw - state.yaw_rad
        return replace(moved, cube_m=(x, y, z), cube_yaw_rad=cube_yaw)
    return replace(moved, cube_m=_dropped(state))


def _dropped(state: ExpertState) -> Vector:
    in_bowl = _flat(state.cube_m, state.bowl_m) < 0.045
    floor = BOWL_FLOOR_M if in_bowl else 0.0
    return state.cube_m[0], state.cube_m[1], floor + CUBE_SIDE_M / 2


def _next_opening(state: ExpertState, gripper: float, step_s: float) -> float:
    change = _GRIPPER_PER_S * step_s
    if gripper > 0.5:
        return min(1.0, state.opening + change)
    around = (
        _flat(state.tool_m, state.cube_m) < 0.020
        and abs(state.tool_m[2] - state.cube_m[2]) < 0.025
        and state.opening > 0.4
    )
    return max(0.476 if around else 0.0, state.opening - change)


def _approach(start: Vector, goal: Vector, reach: float) -> Vector:
    """Go towards a point by at most `reach`, slowing down over the last steps."""
    distance = math.dist(start, goal)
    if distance < 1e-9:
        return start
    share = min(1.0, min(reach, 0.6 * distance + 0.004) / distance)
    x, y, z = (a + share * (b - a) for a, b in zip(start, goal, strict=True))
    return x, y, z


def _flat(a: Vector, b: tuple[float, ...]) -> float:
    """Horizontal distance [m]."""
    return math.hypot(a[0] - b[0], a[1] - b[1])
