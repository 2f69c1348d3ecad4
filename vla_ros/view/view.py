# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known for a person to see: the newest of everything, and what to draw of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vla_ros.gate.collision import CollisionModel
from vla_ros.gate.limits import Vector
from vla_ros.gate.state import Obstacle
from vla_ros.gate.vocabulary import GateMode, Reason, Verdict
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import ActionChunk, Gaze, JointSample
from vla_ros.view.marks import (
    GREY,
    VERDICT_COLORS,
    Color,
    Mark,
    Point,
    mark_gaps,
    mark_obstacles,
    mark_plan,
    mark_status,
    mark_surroundings,
)

_GATE_SILENT_S = 2.5  # It speaks once a second at least.
_GOAL_SILENT_S = 1.0
_OVER_S = 0.5  # A plan stays to be seen for this long after its last row.
_LARGEST_RAD = 1e3
_MOST_LETTERS = 160
_FULL_SPEED = 0.995


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWord:
    """What executor_node last said about the gate.

    Attributes:
        arrival_ns: When, node clock.
        mode: What it does.
        verdict: Of its newest tick.
        stopping: The arm still moves along its verified stop.
        reasons: What is objected to; a number for one not known here.
        speed_scale: Factor on the speed along the plan, 0 to 1.
        message: Its newest event.
    """

    arrival_ns: int
    mode: GateMode
    verdict: Verdict
    stopping: bool
    reasons: tuple[Reason | int, ...]
    speed_scale: float
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalWord:
    """What inference_node last said about the running goal.

    Attributes:
        arrival_ns: When, node clock.
        phase: What the goal is doing.
        progress: 0 to 1; NaN if the policy has no such output.
        confidence: 0 to 1; NaN if the policy has none.
    """

    arrival_ns: int
    phase: str
    progress: float
    confidence: float


class View:
    """Remembers the newest of everything and turns it into marks and lines of text.

    Attributes:
        gate: The gate's newest word; None before the first.
        goal: The running goal's newest word; None before the first.
        instruction: Of the running goal; empty if none runs.
        joints: The newest joint state; None before the first.
    """

    def __init__(
        self,
        robot: RobotProfile,
        tool_position: Callable[[Vector], Point],
        collision: CollisionModel | None,
    ) -> None:
        """Prepare.

        Args:
            robot: Profile of the robot.
            tool_position: Tool position in the base frame [m] for joint positions [rad].
            collision: For nobody else's use; None shows no distances.
        """
        self.gate: GateWord | None = None
        self.goal: GoalWord | None = None
        self.instruction = ""
        self.joints: JointSample | None = None
        self._robot = robot
        self._tool_position = tool_position
        self._collision = collision
        self._surroundings = mark_surroundings(robot)
        self._plan: tuple[Point, ...] = ()
        self._plan_until_ns = 0
        self._gaze: tuple[Gaze, ...] = ()
        self._obstacles: tuple[Obstacle, ...] = ()
        self._obstacles_ns = 0

    # ---- what is new ----

    def see_chunk(self, chunk: ActionChunk) -> None:
        """Take in a chunk; one that ends its goal, or that is for no such arm, ends the plan."""
        self._plan = self._way(chunk)
        lasts_s = len(chunk.position_rad) * chunk.step_ns * 1e-9 / max(chunk.speed_scale, 0.01)
        self._plan_until_ns = chunk.first_ns + round((lasts_s + _OVER_S) * 1e9)
        self._gaze = chunk.gaze

    def see_obstacles(self, boxes: tuple[Obstacle, ...], now_ns: int) -> None:
        """Take in what stands around the arm."""
        self._obstacles, self._obstacles_ns = boxes, now_ns

    # ---- what is shown ----

    def plan(self, now_ns: int) -> tuple[Point, ...]:
        """Return where the tool is planned to be, in the base frame [m]; empty without a plan."""
        return self._plan if now_ns <= self._plan_until_ns else ()

    def gaze(self, camera: str, now_ns: int) -> Gaze | None:
        """Return where the policy looks in a camera's image; None without a plan."""
        if now_ns > self._plan_until_ns:
            return None
        return next((gaze for gaze in self._gaze if gaze.camera == camera), None)

    def color(self, now_ns: int) -> Color:
        """Return the colour of the gate's verdict; grey while the gate is silent."""
        gate = self._gate_now(now_ns)
        return GREY if gate is None else VERDICT_COLORS[gate.verdict]

    def gate_lines(self, now_ns: int) -> list[str]:
        """Return what the gate says, in words."""
        gate = self._gate_now(now_ns)
        if gate is None:
            return ["no word of executor_node"]
        named = (r.name if isinstance(r, Reason) else f"reason {r}" for r in gate.reasons)
        names = list(dict.fromkeys(named))  # Several checks may give the same one.
        stopping = " stopping" if gate.stopping else ""
        slow = f" speed {gate.speed_scale:.0%}" if gate.speed_scale < _FULL_SPEED else ""
        first = f"{gate.mode.name}{stopping} {gate.verdict.name}{slow}"
        return [line for line in (first, " ".join(names), gate.message[:_MOST_LETTERS]) if line]

    def goal_lines(self, now_ns: int) -> list[str]:
        """Return what the running goal is about, in words."""
        goal = self.goal
        if not self.instruction:
            return ["no goal"]
        if goal is None or (now_ns - goal.arrival_ns) * 1e-9 > _GOAL_SILENT_S:
            return [f"'{self.instruction}'", "no word of inference_node"]
        return [
            f"'{self.instruction}'",
            f"{goal.phase}  progress {_share(goal.progress)}  "
            f"confidence {_share(goal.confidence)}",
        ]

    def marks(self, now_ns: int) -> tuple[Mark, ...]:
        """Return everything that is to be seen now."""
        obstacles = self._obstacles_now(now_ns)
        return (
            *self._surroundings,
            *mark_obstacles(obstacles),
            *mark_plan(self.plan(now_ns), self.color(now_ns)),
            *self._gap_marks(obstacles, now_ns),
            mark_status(self.gate_lines(now_ns), self.color(now_ns), self._robot),
        )

    def _gap_marks(self, obstacles: tuple[Obstacle, ...], now_ns: int) -> tuple[Mark, ...]:
        joints = self.joints
        if self._collision is None or joints is None:
            return ()
        age_s = (now_ns - joints.arrival_ns) * 1e-9
        if not age_s <= self._robot.thresholds.joint_state_lost_s:
            return ()
        return mark_gaps(self._collision.gaps(tuple(joints.position.tolist()), obstacles))

    def _way(self, chunk: ActionChunk) -> tuple[Point, ...]:
        rows = chunk.position_rad
        if chunk.joint_names != self._robot.joint_names or not len(rows):
            return ()
        if rows.shape[1] != len(chunk.joint_names) or not (np.abs(rows) < _LARGEST_RAD).all():
            return ()
        way = tuple(self._tool_position(tuple(row)) for row in rows.tolist())
        return way if all(math.isfinite(x) for point in way for x in point) else ()

    def _gate_now(self, now_ns: int) -> GateWord | None:
        gate = self.gate
        silent = gate is None or (now_ns - gate.arrival_ns) * 1e-9 > _GATE_SILENT_S
        return None if silent else gate

    def _obstacles_now(self, now_ns: int) -> tuple[Obstacle, ...]:
        source = self._robot.obstacles
        if source is None or (now_ns - self._obstacles_ns) * 1e-9 > source.timeout_s:
            return ()
        return self._obstacles


def _share(value: float) -> str:
    return f"{value:.0%}" if math.isfinite(value) else "?"
