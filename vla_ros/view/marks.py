# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is drawn into the robot's base frame; `ros/markers.py` makes messages of it."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from vla_ros.gate.pairs import Gap
from vla_ros.gate.state import Obstacle
from vla_ros.gate.vocabulary import Verdict
from vla_ros.robot.parts import BoxProfile
from vla_ros.robot.profile import RobotProfile

Point = tuple[float, float, float]
Color = tuple[float, float, float, float]

_GREEN: Color = (0.1, 0.8, 0.2, 1.0)
_YELLOW: Color = (0.95, 0.8, 0.1, 1.0)
_ORANGE: Color = (1.0, 0.5, 0.0, 1.0)
_RED: Color = (0.9, 0.1, 0.1, 1.0)
_MAGENTA: Color = (0.85, 0.0, 0.7, 1.0)
GREY: Color = (0.6, 0.6, 0.6, 1.0)
VERDICT_COLORS = {
    Verdict.PASS: _GREEN,
    Verdict.SCALE: _YELLOW,
    Verdict.CLAMP: _ORANGE,
    Verdict.DROP: _ORANGE,
    Verdict.HOLD: _RED,
    Verdict.STOP: _RED,
    Verdict.ESTOP: _MAGENTA,
    Verdict.FAULT: _MAGENTA,
}
_WORKSPACE: Color = (0.2, 0.6, 1.0, 0.8)
_KEEP_OUT: Color = (0.9, 0.1, 0.1, 0.3)
_SCENE: Color = (0.55, 0.45, 0.35, 0.35)
_OBSTACLE: Color = (1.0, 0.5, 0.0, 0.5)
_LINE_M = 0.004
_DOT_M = 0.012
_TEXT_M = 0.035
_ABOVE_M = 0.08
_UPRIGHT = (0.0, 0.0, 0.0, 1.0)


class Form(Enum):
    """What a mark looks like."""

    BOX = "box"
    LINES = "lines"  # Each two points are a line.
    STRIP = "strip"  # Each point is joined to the next.
    DOTS = "dots"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing that is drawn, in the base frame [m].

    Attributes:
        group: What it tells of; marks of a group have different numbers.
        number: In its group.
        form: What it looks like.
        color: Red, green, blue and opacity, 0 to 1.
        size: Edges of a box; width of a line, a dot or a letter in the first [m].
        position: Of the centre of a box or text [m].
        rotation: Of a box; quaternion (x, y, z, w).
        points: Of lines, a strip or dots [m].
        text: Of a text.
        stays: It is true as long as nobody says otherwise; else it fades.
    """

    group: str
    number: int
    form: Form
    color: Color
    size: Point
    position: Point = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float, float] = _UPRIGHT
    points: tuple[Point, ...] = ()
    text: str = ""
    stays: bool = False


def mark_surroundings(robot: RobotProfile) -> tuple[Mark, ...]:
    """Return what the profile says of the surroundings: workspace, keep-out and scene boxes."""
    scene = () if robot.collision == "none" else robot.collision.scene
    marks = [
        Mark(
            group="workspace",
            number=0,
            form=Form.LINES,
            color=_WORKSPACE,
            size=(_LINE_M,) * 3,
            points=_edges(robot.workspace),
            stays=True,
        )
    ]
    marks += [_box("keep_out", k, box, _KEEP_OUT) for k, box in enumerate(robot.keep_out)]
    marks += [_box("scene", k, box, _SCENE) for k, box in enumerate(scene)]
    return tuple(marks)


def mark_obstacles(obstacles: Iterable[Obstacle]) -> tuple[Mark, ...]:
    """Return what stands around the arm now."""
    return tuple(
        Mark(
            group="obstacle",
            number=k,
            form=Form.BOX,
            color=_OBSTACLE,
            size=box.size,
            position=box.position,
            rotation=box.rotation,
        )
        for k, box in enumerate(obstacles)
    )


def mark_plan(points: Sequence[Point], color: Color) -> tuple[Mark, ...]:
    """Return the way that the tool is planned to take; nothing for less than two points."""
    if len(points) < 2:
        return ()
    way = tuple(points)
    return (
        Mark(
            group="plan",
            number=0,
            form=Form.STRIP,
            color=color,
            size=(_LINE_M,) * 3,
            points=way,
        ),
        Mark(group="plan", number=1, form=Form.DOTS, color=color, size=(_DOT_M,) * 3, points=way),
    )


def mark_gaps(gaps: Iterable[Gap]) -> tuple[Mark, ...]:
    """Return a line between each two shapes that are near each other, red at their margin."""
    return tuple(
        Mark(
            group="gap",
            number=k,
            form=Form.LINES,
            color=_gap_color(gap),
            size=(_LINE_M,) * 3,
            points=gap.ends_m,
        )
        for k, gap in enumerate(gaps)
    )


def mark_status(lines: Sequence[str], color: Color, robot: RobotProfile) -> Mark:
    """Return what the gate says, as a text above the workspace."""
    low, high = robot.workspace.lower_m, robot.workspace.upper_m
    middle = ((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, high[2] + _ABOVE_M)
    return Mark(
        group="gate",
        number=0,
        form=Form.TEXT,
        color=color,
        size=(_TEXT_M,) * 3,
        position=middle,
        text="\n".join(lines),
    )


def _gap_color(gap: Gap) -> Color:
    """Return red at the margin that stops the arm, yellow where it begins to slow down."""
    width_m = gap.slow_m - gap.near.margin_m
    share = gap.near.excess_m / width_m if width_m > 0.0 else 0.0
    share = min(max(share, 0.0), 1.0)
    red, green, blue, opacity = (
        (1.0 - share) * at_margin + share * at_slow
        for at_margin, at_slow in zip(_RED, _YELLOW, strict=True)
    )
    return red, green, blue, opacity


def _box(group: str, number: int, box: BoxProfile, color: Color) -> Mark:
    (x0, y0, z0), (x1, y1, z1) = box.lower_m, box.upper_m
    return Mark(
        group=group,
        number=number,
        form=Form.BOX,
        color=color,
        size=(x1 - x0, y1 - y0, z1 - z0),
        position=((x0 + x1) / 2.0, (y0 + y1) / 2.0, (z0 + z1) / 2.0),
        stays=True,
    )


def _edges(box: BoxProfile) -> tuple[Point, ...]:
    """Return the twelve edges of a box, two points each."""
    corners = list(itertools.product(*zip(box.lower_m, box.upper_m, strict=True)))
    pairs = itertools.combinations(corners, 2)
    along = [pair for pair in pairs if sum(a != b for a, b in zip(*pair, strict=True)) == 1]
    return tuple((x, y, z) for pair in along for x, y, z in pair)
