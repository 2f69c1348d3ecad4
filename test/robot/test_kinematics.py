# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vla_ros.errors import ConfigError, UnreachableError
from vla_ros.resources import urdf_path
from vla_ros.robot.kinematics import Kinematics, make_kinematics
from vla_ros.robot.profile import load_robot_profile
from vla_ros.types import FloatArray

# Two joints about z, each with an arm of 0.5 m along x; listed tip first.
PLANAR = """<robot name="planar">
  <link name="world"/><link name="base"/><link name="upper"/><link name="lower"/><link name="tip"/>
  <joint name="mount" type="fixed">
    <parent link="world"/><child link="base"/><origin xyz="1 2 3" rpy="0 0 1.5707963267948966"/>
  </joint>
  <joint name="elbow" type="revolute">
    <parent link="upper"/><child link="lower"/><origin xyz="0.5 0 0"/><axis xyz="0 0 1"/>
    <limit lower="-2" upper="2" velocity="1" effort="1"/>
  </joint>
  <joint name="shoulder" type="revolute">
    <parent link="base"/><child link="upper"/><axis xyz="0 0 1"/>
    <limit lower="-1" upper="1" velocity="1" effort="1"/>
  </joint>
  <joint name="wrist" type="fixed">
    <parent link="lower"/><child link="tip"/><origin xyz="0.5 0 0"/>
  </joint>
</robot>"""

HOME = np.array(load_robot_profile("sim_arm").home)


@pytest.fixture(scope="module")
def arm() -> Kinematics:
    """Return the kinematics of the simulated arm."""
    return make_kinematics(load_robot_profile("sim_arm"))


@pytest.fixture
def planar(tmp_path: Path) -> Path:
    """Return the path of a URDF of two joints in a plane."""
    path = tmp_path / "planar.urdf"
    path.write_text(PLANAR)
    return path


def tool_down(yaw_rad: float) -> FloatArray:
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])


def test_the_tool_is_over_the_table_and_points_down_at_home(arm: Kinematics) -> None:
    position, rotation = arm.forward(HOME)
    assert position == pytest.approx([0.40, 0.0, 0.22], abs=1e-4)
    assert rotation == pytest.approx(tool_down(0.0), abs=1e-4)


@pytest.mark.parametrize("names", [("shoulder", "elbow"), ("elbow", "shoulder")])
def test_joint_positions_are_in_the_order_of_the_names(
    planar: Path, names: tuple[str, str]
) -> None:
    kinematics = Kinematics(planar, names, "tip", base_frame="base")
    q = np.array([0.3 if name == "shoulder" else 0.9 for name in names])
    position, rotation = kinematics.forward(q)
    wanted = 0.5 * np.array([math.cos(0.3) + math.cos(1.2), math.sin(0.3) + math.sin(1.2), 0.0])
    assert position == pytest.approx(wanted)
    assert math.atan2(rotation[1, 0], rotation[0, 0]) == pytest.approx(1.2)
    found = kinematics.inverse(position, rotation, q - 0.1)
    assert found == pytest.approx(q, abs=1e-4)


def test_poses_are_in_the_base_frame_and_not_in_the_root_of_the_urdf(planar: Path) -> None:
    names = ("shoulder", "elbow")
    position, _ = Kinematics(planar, names, "tip", base_frame="base").forward(np.zeros(2))
    assert position == pytest.approx([1.0, 0.0, 0.0])
    position, _ = Kinematics(planar, names, "tip").forward(np.zeros(2))
    assert position == pytest.approx([1.0, 3.0, 3.0])


@pytest.mark.parametrize("base_frame", ["base", "world"])
def test_the_short_ways_to_place_and_speed_of_the_tool_agree_with_the_long_ones(
    planar: Path, base_frame: str
) -> None:
    arm = Kinematics(planar, ("elbow", "shoulder"), "tip", base_frame=base_frame)
    rng = np.random.default_rng(3)
    for _ in range(20):
        q, velocity = rng.uniform(-1.0, 1.0, (2, 2))
        assert arm.tool_position(tuple(q)) == pytest.approx(arm.forward(q)[0], abs=1e-12)
        moves = arm.jacobian(q)[:3] @ velocity
        assert arm.tool_speed(tuple(q), tuple(velocity)) == pytest.approx(np.linalg.norm(moves))
        # One does not leave anything behind for the other.
        assert arm.tool_position(tuple(q)) == pytest.approx(arm.forward(q)[0], abs=1e-12)


@pytest.mark.parametrize("base_frame", ["world", "base"])
def test_the_jacobian_is_the_derivative_of_the_position(planar: Path, base_frame: str) -> None:
    kinematics = Kinematics(planar, ("elbow", "shoulder"), "tip", base_frame=base_frame)
    q, h = np.array([0.4, -0.2]), 1e-6
    jacobian = kinematics.jacobian(q)
    assert jacobian.shape == (6, 2)
    for j, step in enumerate(np.eye(2) * h):
        moved = (kinematics.forward(q + step)[0] - kinematics.forward(q - step)[0]) / (2 * h)
        assert jacobian[:3, j] == pytest.approx(moved, abs=1e-6)
    assert jacobian[5] == pytest.approx([1.0, 1.0])


@settings(max_examples=50, deadline=None)
@given(
    x=st.floats(0.25, 0.55),
    y=st.floats(-0.25, 0.25),
    z=st.floats(0.02, 0.3),
    yaw_rad=st.floats(-0.8, 0.8),
)
def test_the_inverse_reaches_every_pose_over_the_table(
    arm: Kinematics, x: float, y: float, z: float, yaw_rad: float
) -> None:
    q = arm.inverse((x, y, z), tool_down(yaw_rad), HOME, swing_rad=3.0)
    assert ((q >= arm.lower_rad) & (q <= arm.upper_rad)).all()
    position, rotation = arm.forward(q)
    assert position == pytest.approx([x, y, z], abs=1e-4)
    assert rotation == pytest.approx(tool_down(yaw_rad), abs=1e-4)


def test_limits_keep_the_margin_of_the_profile(arm: Kinematics) -> None:
    assert arm.lower_rad[0] == pytest.approx(-2.85)
    assert not arm.lower_rad.flags.writeable


def test_poses_near_to_the_seed_need_small_steps(arm: Kinematics) -> None:
    q = HOME
    for k in range(16):
        position = (0.4 + 0.01 * k, 0.005 * k, 0.2)
        was, q = q, arm.inverse(position, tool_down(0.05 * k), q)
        assert k == 0 or np.abs(q - was).max() < 0.1
        assert arm.forward(q)[0] == pytest.approx(position, abs=1e-4)


def test_a_pose_out_of_reach_is_refused_with_the_residual(arm: Kinematics) -> None:
    with pytest.raises(
        UnreachableError, match=r"\(1\.500, 0\.000, 0\.200\) m is out of reach: closest is 7\d\d"
    ):
        arm.inverse((1.5, 0.0, 0.2), tool_down(0.0), HOME)


def test_a_joint_that_stops_the_arm_is_named(planar: Path) -> None:
    kinematics = Kinematics(planar, ("shoulder", "elbow"), "tip", base_frame="base")
    with pytest.raises(UnreachableError, match="at its limit: shoulder"):
        kinematics.inverse((0.0, 1.0, 0.0), np.eye(3), np.array([0.5, 0.0]))


def test_a_pose_that_needs_a_swing_is_refused(arm: Kinematics) -> None:
    with pytest.raises(UnreachableError, match=r"joint1 to turn by 0\.7\d rad, limit 0\.50 rad"):
        arm.inverse((0.3, 0.3, 0.2), tool_down(math.pi / 4), HOME, swing_rad=0.5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_pose_that_is_no_number_is_refused(arm: Kinematics, bad: float) -> None:
    with pytest.raises(UnreachableError, match="is not finite"):
        arm.inverse((bad, 0.0, 0.2), tool_down(0.0), HOME)
    with pytest.raises(UnreachableError, match="is not finite"):
        arm.inverse((0.4, 0.0, 0.2), np.full((3, 3), bad), HOME)
    with pytest.raises(UnreachableError, match=r"is not finite|out of reach|swing"):
        arm.inverse((0.4, 0.0, 0.2), tool_down(0.0), np.full(6, bad))


def test_joint_positions_of_the_wrong_length_are_refused(arm: Kinematics) -> None:
    with pytest.raises(ValueError, match=r"q has shape \(5,\), wanted \(6,\)"):
        arm.forward(HOME[:5])


def test_a_joint_or_frame_that_the_urdf_lacks_is_named(planar: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no joint 'hip'\. It has: "):
        Kinematics(planar, ("hip",), "tip")
    with pytest.raises(ConfigError, match="has no frame 'hand'"):
        Kinematics(planar, ("elbow",), "hand")
    with pytest.raises(ConfigError, match="base frame 'lower' moves with a joint"):
        Kinematics(planar, ("shoulder", "elbow"), "tip", base_frame="lower")


def test_a_file_that_is_no_urdf_is_named(tmp_path: Path) -> None:
    path = tmp_path / "arm.urdf"
    path.write_text("<robot>")
    with pytest.raises(ConfigError, match=r"arm\.urdf: is not XML"):
        Kinematics(path, ("a",), "b")


def test_the_urdf_of_the_simulated_arm_is_found_by_name() -> None:
    assert urdf_path("sim_arm").name == "sim_arm.urdf"


def test_a_joint_that_turns_without_end_has_the_range_of_the_profile(planar: Path) -> None:
    endless = PLANAR.replace('name="elbow" type="revolute"', 'name="elbow" type="continuous"')
    planar.write_text(endless.replace('lower="-2" upper="2" ', ""))
    arm = Kinematics(planar, ("shoulder", "elbow"), "tip", lower_rad=(-1, -3), upper_rad=(1, 3))
    assert arm.upper_rad.tolist() == [1.0, 3.0]
    q = np.array([0.2, 2.9])
    position, rotation = arm.forward(q)
    np.testing.assert_allclose(arm.inverse(position, rotation, q - 0.05), q, atol=1e-4)


def test_without_a_profile_such_a_joint_may_turn_twice(planar: Path) -> None:
    planar.write_text(PLANAR.replace('type="revolute"', 'type="continuous"'))
    arm = Kinematics(planar, ("shoulder", "elbow"), "tip")
    assert arm.upper_rad == pytest.approx([4.0 * math.pi] * 2)
