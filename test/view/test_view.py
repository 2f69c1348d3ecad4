# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vla_ros.chunk.ending import make_ending
from vla_ros.gate.collision import make_collision_model
from vla_ros.gate.state import Obstacle
from vla_ros.gate.vocabulary import GateMode, Reason, Verdict
from vla_ros.resources import urdf_path
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.parts import ObstaclesProfile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import ActionChunk, Gaze, JointSample
from vla_ros.view.marks import GREY, VERDICT_COLORS
from vla_ros.view.view import GateWord, GoalWord, View

S = 1_000_000_000
NOW = 100 * S
ROBOT = load_robot_profile("sim_arm").model_copy(
    update={"obstacles": ObstaclesProfile(topic="/obstacles", timeout_s=0.5)}
)
HOME = np.array(ROBOT.home)
CRATE = Obstacle(
    name="crate", size=(0.1,) * 3, position=(0.5, 0.0, 0.25), rotation=(0.0, 0.0, 0.0, 1.0)
)


@pytest.fixture
def view() -> View:
    collision = make_collision_model(urdf_path(ROBOT.urdf), ROBOT)
    return View(ROBOT, make_kinematics(ROBOT).tool_position, collision)


def chunk(**changes: Any) -> ActionChunk:
    """Sixteen rows from home, turning the base; due from NOW."""
    rows = np.tile(HOME, (16, 1))
    rows[:, 0] = 0.02 * np.arange(16)
    ending = make_ending(
        goal_id="a" * 32,
        session=1,
        epoch=1,
        sequence=1,
        joint_names=ROBOT.joint_names,
        now_ns=NOW,
    )
    fields = {"last": False, "step_ns": S // 10, "position_rad": rows, "gripper": np.ones(16)}
    return replace(ending, **{**fields, **changes})


def gate(**changes: Any) -> GateWord:
    fields = {
        "arrival_ns": NOW,
        "mode": GateMode.RUN,
        "verdict": Verdict.PASS,
        "stopping": False,
        "reasons": (),
        "speed_scale": 1.0,
        "message": "following goal",
    }
    return GateWord(**{**fields, **changes})


def joints(position: Any = HOME, arrival_ns: int = NOW) -> JointSample:
    return JointSample(
        names=ROBOT.joint_names,
        stamp_ns=arrival_ns,
        arrival_ns=arrival_ns,
        position=np.array(position, dtype=float),
    )


def groups(view: View, now_ns: int = NOW) -> set[str]:
    return {mark.group for mark in view.marks(now_ns)}


class TestPlan:
    def test_it_is_where_the_tool_goes_in_the_base_frame(self, view: View) -> None:
        view.see_chunk(chunk())
        way = np.array(view.plan(NOW))
        radius = np.hypot(way[:, 0], way[:, 1])
        assert way[0] == pytest.approx([0.4, 0.0, 0.22], abs=1e-3)
        assert np.allclose(radius, radius[0])
        assert np.arctan2(way[-1, 1], way[-1, 0]) == pytest.approx(0.3)

    def test_it_ends_with_its_goal(self, view: View) -> None:
        view.see_chunk(chunk())
        assert "plan" in groups(view)
        view.see_chunk(chunk(last=True, position_rad=np.zeros((0, 6)), gripper=np.zeros(0)))
        assert "plan" not in groups(view)

    def test_where_the_policy_looks_lasts_as_long(self, view: View) -> None:
        gaze = Gaze(camera="front", object_uv=(0.5, 0.5), goal_uv=(0.25, 0.75))
        assert view.gaze("front", NOW) is None
        view.see_chunk(chunk(gaze=(gaze,)))
        assert view.gaze("front", NOW) is gaze
        assert view.gaze("wrist", NOW) is None
        assert view.gaze("front", NOW + 3 * S) is None
        view.see_chunk(chunk(last=True, position_rad=np.zeros((0, 6)), gripper=np.zeros(0)))
        assert view.gaze("front", NOW) is None

    def test_it_is_forgotten_when_its_last_row_is_past(self, view: View) -> None:
        view.see_chunk(chunk())
        assert view.plan(NOW + 2 * S)
        assert not view.plan(NOW + 3 * S)

    def test_a_slow_one_lasts_longer(self, view: View) -> None:
        view.see_chunk(chunk(speed_scale=0.25))
        assert view.plan(NOW + 6 * S)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e4])
    def test_a_row_that_is_no_pose_shows_nothing(self, view: View, value: float) -> None:
        rows = np.tile(HOME, (16, 1))
        rows[3, 2] = value
        view.see_chunk(chunk())
        view.see_chunk(chunk(position_rad=rows))
        assert view.plan(NOW) == ()

    @pytest.mark.parametrize(
        "changes",
        [
            {"joint_names": ("a", "b")},
            {"position_rad": np.zeros((1, 96))},
            {"position_rad": np.zeros((3, 5))},
        ],
    )
    def test_a_chunk_for_another_arm_shows_nothing(
        self, view: View, changes: dict[str, Any]
    ) -> None:
        view.see_chunk(chunk(**changes))
        assert view.plan(NOW) == ()


class TestGate:
    def test_its_verdict_is_the_colour_of_the_plan(self, view: View) -> None:
        view.see_chunk(chunk())
        view.gate = gate(verdict=Verdict.HOLD)
        plan = next(mark for mark in view.marks(NOW) if mark.group == "plan")
        assert plan.color == VERDICT_COLORS[Verdict.HOLD]

    def test_its_words_are_mode_verdict_reasons_and_event(self, view: View) -> None:
        view.gate = gate(
            verdict=Verdict.HOLD,
            mode=GateMode.HOLD,
            stopping=True,
            speed_scale=0.5,
            reasons=(Reason.STARVED, 999, Reason.STARVED),
        )
        assert view.gate_lines(NOW) == [
            "HOLD stopping HOLD speed 50%",
            "STARVED reason 999",
            "following goal",
        ]

    def test_when_it_is_silent_nothing_old_is_shown(self, view: View) -> None:
        assert view.gate_lines(NOW) == ["no word of executor_node"]
        view.gate = gate()
        assert view.color(NOW + 2 * S) == VERDICT_COLORS[Verdict.PASS]
        assert view.color(NOW + 3 * S) == GREY
        assert view.gate_lines(NOW + 3 * S) == ["no word of executor_node"]


class TestGoal:
    def test_it_is_told_with_phase_progress_and_confidence(self, view: View) -> None:
        view.instruction = "put the red cube in the blue bowl"
        view.goal = GoalWord(arrival_ns=NOW, phase="running", progress=0.4, confidence=math.nan)
        assert view.goal_lines(NOW) == [
            "'put the red cube in the blue bowl'",
            "running  progress 40%  confidence ?",
        ]

    def test_without_an_instruction_no_goal_runs(self, view: View) -> None:
        view.goal = GoalWord(arrival_ns=NOW, phase="stopping", progress=1.0, confidence=1.0)
        assert view.goal_lines(NOW) == ["no goal"]

    def test_a_silent_goal_is_called_so(self, view: View) -> None:
        view.instruction = "nod"
        assert view.goal_lines(NOW) == ["'nod'", "no word of inference_node"]


class TestGaps:
    def test_a_crate_beside_the_hand_is_joined_to_it(self, view: View) -> None:
        view.joints = joints()
        assert "gap" not in groups(view)
        # The tool is at 0.4, 0, 0.22.
        view.see_obstacles((replace(CRATE, position=(0.49, 0.0, 0.22)),), NOW)
        gaps = [mark for mark in view.marks(NOW) if mark.group == "gap"]
        assert gaps
        for mark in gaps:
            (x0, y0, z0), (x1, y1, z1) = mark.points
            assert math.dist((x0, y0, z0), (x1, y1, z1)) < 0.04
            assert x1 == pytest.approx(0.44, abs=1e-3)

    def test_old_joint_states_say_nothing_about_distances(self, view: View) -> None:
        view.joints = joints()
        view.see_obstacles((replace(CRATE, position=(0.49, 0.0, 0.22)),), NOW)
        view.joints = joints(arrival_ns=NOW - S)
        assert "gap" not in groups(view)

    def test_without_a_collision_model_there_are_none(self) -> None:
        view = View(ROBOT, lambda _: (0.0, 0.0, 0.0), None)
        view.joints = joints()
        assert groups(view) == {"workspace", "scene", "gate"}


def test_obstacles_that_nobody_renews_are_gone(view: View) -> None:
    view.see_obstacles((CRATE,), NOW)
    assert "obstacle" in groups(view, NOW + S // 3)
    assert "obstacle" not in groups(view, NOW + S)


def test_every_mark_has_a_name_of_its_own(view: View) -> None:
    view.joints, view.gate = joints(), gate()
    view.see_chunk(chunk())
    view.see_obstacles((CRATE, replace(CRATE, name="lid")), NOW)
    names = [(mark.group, mark.number) for mark in view.marks(NOW)]
    assert len(set(names)) == len(names)
