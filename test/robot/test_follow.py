# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Paths that end in a swing where nobody looks: singularities, edges, and behind the base."""

import re
from pathlib import Path

import numpy as np
import pinocchio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vla_ros.errors import UnreachableError
from vla_ros.robot.follow import LAG_M, LAG_RAD, PathFollower
from vla_ros.robot.kinematics import Kinematics, make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import FloatArray

SEVEN = Path(__file__).parents[2] / "benchmarks" / "robots" / "seven_joint.yaml"
NAMES = ("sim_arm", "seven_joint")
Pose = tuple[FloatArray, FloatArray]


class Rig:
    """One arm, and how far its joints may go in a row of 0.1 s."""

    def __init__(self, name: str, *, drifts: bool = True) -> None:
        profile = load_robot_profile(SEVEN if name == "seven_joint" else name)
        speed = np.array([joint.operating.velocity_rad_s for joint in profile.joints])
        self.arm: Kinematics = make_kinematics(profile)
        self.home = np.array(profile.home)
        self.bound = 0.4 * speed
        self.wrist = profile.joint_names.index({"sim_arm": "joint5"}.get(name, "wrist_pitch"))
        self.follower = PathFollower(self.arm, self.bound, (0.01 if drifts else 0.0) * speed)

    def between(self, start: FloatArray, end: FloatArray, rows: int) -> list[Pose]:
        """Return the straight way between the tool poses of two joint positions."""
        (p, r), (p2, r2) = self.arm.forward(start), self.arm.forward(end)
        turn = pinocchio.log3(r.T @ r2)
        return [(p + s * (p2 - p), r @ pinocchio.exp3(s * turn)) for s in np.linspace(0, 1, rows)]

    def towards(self, place: tuple[float, float, float], rows: int) -> list[Pose]:
        """Return the straight way from home to a place, the tool as it is at home."""
        p, r = self.arm.forward(self.home)
        return [(p + s * (np.array(place) - p), r) for s in np.linspace(0.01, 1.0, rows)]

    def follow(self, poses: list[Pose], start: FloatArray) -> tuple[FloatArray, str]:
        """Follow, and hold what always has to hold."""
        rows, why = self.follower.follow(poses, start, self.home)
        steps = np.abs(np.diff(np.vstack((start, rows)), axis=0))
        assert (steps <= self.bound + 1e-9).all()
        assert ((rows >= self.arm.lower_rad) & (rows <= self.arm.upper_rad)).all()
        for row, (position, rotation) in zip(rows, poses, strict=False):
            p, r = self.arm.forward(row)
            assert np.linalg.norm(p - position) <= LAG_M + 1e-9
            assert np.linalg.norm(pinocchio.log3(rotation @ r.T)) <= LAG_RAD + 1e-9
        assert (len(rows) == len(poses)) == (why == "")
        return rows, why


@pytest.fixture(scope="module", params=NAMES)
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(request.param)


@pytest.mark.parametrize("aside_rad", [0.0, 0.02, 0.1, 0.3])
def test_a_path_through_a_wrist_singularity_is_followed_without_a_swing(
    rig: Rig, aside_rad: float
) -> None:
    start, end = rig.home.copy(), rig.home.copy()
    start[rig.wrist], end[rig.wrist] = 0.5, -0.5
    start[rig.wrist - 1], end[rig.wrist - 1] = aside_rad, -aside_rad
    poses = rig.between(start, end, 40)
    rows, why = rig.follow(poses, start)
    assert why == ""
    assert np.linalg.norm(rig.arm.forward(rows[-1])[0] - poses[-1][0]) < 1e-3


def test_the_singularity_of_that_path_is_one() -> None:
    """Without a bound the same path swings, so that the bound is what is tested."""
    rig = Rig("sim_arm")
    start, end = rig.home.copy(), rig.home.copy()
    start[4], start[3], end[4], end[3] = 0.5, 0.1, -0.5, -0.1
    free = [start]
    for pose in rig.between(start, end, 40)[:22]:
        free.append(rig.arm.inverse(*pose, free[-1], swing_rad=7.0))
    assert np.abs(np.diff(free, axis=0)).max() > rig.bound.max()


@pytest.mark.parametrize("place", [(1.5, 0.0, 0.22), (0.4, 0.0, 2.0), (0.4, 1.6, 0.3)])
def test_a_path_past_the_edge_of_the_workspace_ends_with_numbers(
    rig: Rig, place: tuple[float, float, float]
) -> None:
    rows, why = rig.follow(rig.towards(place, 60), rig.home)
    assert 5 < len(rows) < 60
    numbers = (
        rf"row {len(rows)}: tool position \(.*\) m .*the closest that one row of motion gets to "
        r"is \d+\.\d mm and \d\.\d{3} rad away, limits 5 mm and 0\.1 rad"
    )
    assert re.fullmatch(numbers, why), why


@pytest.mark.parametrize("y", [0.0, 0.02, 0.05, 0.2])
def test_a_path_over_the_base_to_behind_it_never_swings(rig: Rig, y: float) -> None:
    rows, why = rig.follow(rig.towards((-0.5, y, 0.4), 60), rig.home)
    assert len(rows) > 5
    assert why == "" or "at its limit" in why or "swing" in why or "out of reach" in why


def test_the_joint_at_its_limit_is_named_with_the_limit() -> None:
    rig = Rig("sim_arm")
    _, why = rig.follow(rig.towards((-0.5, 0.0, 0.4), 60), rig.home)
    assert re.search(r"at its limit: joint5 \(upper, 2\.15 rad\)", why)


def test_a_first_pose_out_of_reach_is_an_error(rig: Rig) -> None:
    _, rotation = rig.arm.forward(rig.home)
    with pytest.raises(UnreachableError, match=r"out of reach: closest is \d+.*; the closest"):
        rig.follower.follow([(np.array([2.0, 0.0, 0.3]), rotation)], rig.home, rig.home)


def test_a_leap_to_the_first_row_may_be_left_to_the_gate() -> None:
    rig = Rig("sim_arm")
    away = rig.home + np.array([0.8, 0.0, 0.0, 0.0, 0.0, 0.8])
    pose = rig.arm.forward(away)
    with pytest.raises(UnreachableError, match=r"joint. to turn by 0\.80 rad, limit 0\.60 rad"):
        rig.follower.follow([pose], rig.home, rig.home)
    lenient = PathFollower(rig.arm, rig.bound, 0.0 * rig.bound, start_rad=1.0)
    rows, why = lenient.follow([pose, pose, rig.arm.forward(rig.home)], rig.home, rig.home)
    assert rows[0] == pytest.approx(away, abs=1e-4)
    assert len(rows) == 2  # Back in one row would be a swing, as ever.
    assert "would be a swing" in why


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_pose_that_is_no_number_is_an_error(rig: Rig, bad: float) -> None:
    _, rotation = rig.arm.forward(rig.home)
    with pytest.raises(UnreachableError, match="not finite"):
        rig.follower.follow([(np.array([bad, 0.0, 0.3]), rotation)], rig.home, rig.home)


def test_an_arm_far_outside_of_its_limits_is_not_pulled_back(rig: Rig) -> None:
    outside = rig.home.copy()
    outside[0] = rig.arm.upper_rad[0] + 2.0 * rig.bound[0]
    with pytest.raises(UnreachableError):
        rig.follower.follow([rig.arm.forward(rig.home)], outside, rig.home)


@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("name", NAMES)
@given(
    place=st.tuples(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9), st.floats(0.0, 1.2)),
    turn=st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)),
)
def test_no_path_makes_the_arm_swing(
    name: str, place: tuple[float, float, float], turn: tuple[float, float, float]
) -> None:
    rig = Rig(name)
    p, r = rig.arm.forward(rig.home)
    poses = [
        (p + s * (np.array(place) - p), r @ pinocchio.exp3(s * np.array(turn)))
        for s in np.linspace(0.05, 1.0, 16)
    ]
    try:
        rig.follow(poses, rig.home)
    except UnreachableError as error:
        assert re.search(r"\d mm|\d rad", str(error))  # noqa: PT017


def circle(rig: Rig, start: FloatArray) -> list[Pose]:
    p, r = rig.arm.forward(start)
    angles = np.linspace(0.0, 2.0 * np.pi, 60)
    return [(p + 0.1 * np.array([np.cos(a) - 1.0, np.sin(a), 0.0]), r) for a in angles]


def test_the_elbow_of_a_redundant_arm_drifts_to_its_posture_and_stays_there() -> None:
    rig = Rig("seven_joint")
    q = rig.home + np.array([0.0, 0.1, 0.6, 0.1, -0.3, 0.1, 0.0])
    ends = []
    for _ in range(4):
        rows, _ = rig.follow(circle(rig, q), q)
        q = rows[-1]
        ends.append(q)
    assert np.abs(ends[-1] - ends[-2]).max() < 1e-3
    first = rig.home + np.array([0.0, 0.1, 0.6, 0.1, -0.3, 0.1, 0.0])
    assert np.linalg.norm(ends[-1] - rig.home) < 0.7 * np.linalg.norm(first - rig.home)


def test_without_a_posture_the_elbow_creeps() -> None:
    """Going round in circles moves it a little every time: hence the posture."""
    rig = Rig("seven_joint", drifts=False)
    q = rig.home + np.array([0.0, 0.1, 0.6, 0.1, -0.3, 0.1, 0.0])
    rows, _ = rig.follow(circle(rig, q), q)
    again, _ = rig.follow(circle(rig, rows[-1]), rows[-1])
    assert np.abs(again[-1] - rows[-1]).max() > 0.03


def test_the_posture_moves_the_elbow_but_not_the_tool() -> None:
    rig = Rig("seven_joint")
    q = rig.home + np.array([0.0, 0.1, 0.4, 0.1, -0.3, 0.1, 0.0])
    pose = rig.arm.forward(q)
    rows, _ = rig.follow([pose] * 30, q)
    assert np.abs(np.diff(rows, axis=0)).max() <= 2.0 * rig.follower._drift_rad.max()
    for row in rows:
        assert np.linalg.norm(rig.arm.forward(row)[0] - pose[0]) < 1e-4
    assert abs(rows[-1][2]) < abs(q[2])
