# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vla_ros.policy.parking import ARRIVED_RAD, Parking
from vla_ros.policy.transforms import ChunkHeader, PolicyAdapter
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import JointSample, Observation

ROBOT = load_robot_profile("sim_arm")
HOME = np.array(ROBOT.home)
TOP = np.array([joint.operating.velocity_rad_s for joint in ROBOT.joints])
STEP_S = 0.1
AWAY = np.array([1.2, -0.4, 0.3, -1.0, 0.5, 2.0])


def observe(position: np.ndarray, gripper: float = 1.0) -> Observation:
    joints = JointSample(names=ROBOT.joint_names, stamp_ns=1, arrival_ns=1, position=position)
    return Observation(stamp_ns=1, frames=(), frozen=(), joints=joints, gripper=gripper)


@pytest.fixture(scope="module")
def parking() -> Parking:
    return Parking(ROBOT)


@given(st.lists(st.floats(-2.0, 2.0), min_size=6, max_size=6))
def test_from_everywhere_it_comes_home_within_the_operating_velocity(away: list[float]) -> None:
    parking = Parking(ROBOT)
    position = HOME + np.array(away)
    for _ in range(30):
        rows = parking.infer(observe(position), "").rows
        speed = np.abs(np.diff(np.vstack((position, rows)), axis=0)) / STEP_S
        assert (speed <= TOP * (1.0 + 1e-9)).all()
        position = rows[2]
    assert np.abs(position - HOME).max() <= ARRIVED_RAD


def test_all_joints_go_the_same_share_of_their_ways(parking: Parking) -> None:
    rows = parking.infer(observe(HOME + AWAY), "").rows
    shares = (rows - HOME) / AWAY
    assert np.allclose(shares, shares[:, :1])
    assert (np.diff(shares[:, 0]) < 0.0).all()


def test_what_is_left_depends_on_where_the_arm_is_and_not_on_when_it_was_asked(
    parking: Parking,
) -> None:
    first = parking.infer(observe(HOME + AWAY), "").rows
    later = parking.infer(observe(first[4]), "").rows
    assert np.allclose(later[:11], first[5:], atol=1e-9)


def test_it_brakes_with_half_of_what_the_joints_could(parking: Parking) -> None:
    limit = np.array([joint.operating.acceleration_rad_s2 for joint in ROBOT.joints])
    position = HOME + AWAY
    rows = [position]
    for _ in range(8):
        rows += list(parking.infer(observe(rows[-1]), "").rows[:3])
    acceleration = np.abs(np.diff(np.array(rows), n=2, axis=0)) / STEP_S**2
    assert (acceleration <= 0.5 * limit).all()


@pytest.mark.parametrize(("away_rad", "done"), [(0.0, 1.0), (0.0099, 1.0), (0.0101, 0.0)])
def test_it_has_arrived_where_every_joint_is_near_home(
    parking: Parking, away_rad: float, done: float
) -> None:
    position = HOME.copy()
    position[3] += away_rad
    output = parking.infer(observe(position), "")
    assert output.done_probability == done
    assert np.isfinite(output.rows).all()


@pytest.mark.parametrize(("opening", "wanted"), [(1.0, 1.0), (0.95, 1.0), (0.6, 0.0), (0.0, 0.0)])
def test_what_the_hand_holds_it_goes_on_holding(
    parking: Parking, opening: float, wanted: float
) -> None:
    assert set(parking.infer(observe(HOME + AWAY, opening), "").gripper) == {wanted}


def test_its_answer_becomes_a_chunk_that_begins_where_the_arm_is(parking: Parking) -> None:
    header = ChunkHeader(goal_id="0" * 32, session=1, epoch=2, sequence=3)
    seen = observe(HOME + AWAY)
    chunk = PolicyAdapter(parking.profile, ROBOT).make_chunk(parking.infer(seen, ""), seen, header)
    assert np.allclose(chunk.position_rad[0], HOME + AWAY)
    assert chunk.joint_names == ROBOT.joint_names
    assert not chunk.cartesian
    assert len(chunk.position_rad) == parking.profile.action.horizon + 1


def test_there_is_time_enough_for_the_longest_way(parking: Parking) -> None:
    longest_s = max(
        (joint.upper_rad - joint.lower_rad) / joint.operating.velocity_rad_s
        for joint in ROBOT.joints
    )
    assert longest_s + 5.0 < parking.profile.timeout_s <= 3600.0
