# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The profiles of real arms say what makers and drivers say, and a gate can be made of each."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from stand_in_urdf import write_stand_in

from vla_ros.errors import ConfigError
from vla_ros.gate import EstopInput, Gate, GateInputs, GateMode, GateState, Request, Verdict
from vla_ros.gate.config import make_gate_config
from vla_ros.resources import config_names, urdf_path
from vla_ros.robot.kinematics import make_kinematics
from vla_ros.robot.profile import (
    RobotProfile,
    UrdfTopicProfile,
    load_robot_profile,
    read_robot_profile,
)
from vla_ros.types import ActionChunk, JointSample

TURN, HALF = 6.2831, 3.1415  # A whole and a half turn, a little less.
STEP_NS = 100_000_000


@dataclass(frozen=True)
class Arm:
    """What others say about an arm, and where.

    Attributes:
        names: Joints in the controller's order.
        ranges: Smallest and largest position [rad].
        velocities: Largest velocity [rad/s].
        links: What each joint carries, as in the maker's URDF.
        command: Topic of the controller.
        states: Topic of the joint states.
        base: Link that stands still.
    """

    names: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    velocities: tuple[float, ...]
    links: tuple[str, ...]
    command: str
    states: str
    base: str


ARMS = {
    # ur_description 2.4.5: config/ur5e/joint_limits.yaml, urdf/ur_macro.xacro.
    # ur_robot_driver (up to Kilted): config/ur_controllers.yaml.
    "ur5e": Arm(
        names=(
            "shoulder_pan_joint",
            "shoulder_lift_joint",
            "elbow_joint",
            "wrist_1_joint",
            "wrist_2_joint",
            "wrist_3_joint",
        ),
        ranges=((-TURN, TURN), (-TURN, TURN), (-HALF, HALF), *(((-TURN, TURN),) * 3)),
        velocities=(HALF,) * 6,
        links=(
            "shoulder_link",
            "upper_arm_link",
            "forearm_link",
            "wrist_1_link",
            "wrist_2_link",
            "wrist_3_link",
        ),
        command="/scaled_joint_trajectory_controller/joint_trajectory",
        states="/joint_states",
        base="base_link",
    ),
    # Franka Control Interface Documentation, Robot and interface specifications, Research 3,
    # the fixed position and velocity limits. franka_ros2 v3.4.0:
    # franka_fr3_moveit_config/config/fr3_ros_controllers.yaml,
    # franka_bringup/launch/franka.launch.py.
    "fr3": Arm(
        names=tuple(f"fr3_joint{k}" for k in range(1, 8)),
        ranges=(
            (-2.3093, 2.3093),
            (-1.5133, 1.5133),
            (-2.4937, 2.4937),
            (-2.7478, -0.4461),
            (-2.4800, 2.4800),
            (0.8521, 4.2094),
            (-2.6895, 2.6895),
        ),
        velocities=(2.0, 1.0, 1.5, 1.25, 3.0, 1.5, 3.0),
        links=tuple(f"fr3_link{k}" for k in range(1, 8)),
        command="/fr3_arm_controller/joint_trajectory",
        states="/franka/joint_states",
        base="fr3_link0",
    ),
    # xarm_ros2: xarm_description/urdf/xarm6/xarm6.urdf.xacro,
    # xarm_controller/config/xarm6_controllers.yaml; the same ranges in the UFACTORY manual.
    "xarm6": Arm(
        names=tuple(f"joint{k}" for k in range(1, 7)),
        ranges=(
            (-TURN, TURN),
            (-2.059, 2.0944),
            (-3.927, 0.19198),
            (-TURN, TURN),
            (-1.69297, HALF),
            (-TURN, TURN),
        ),
        velocities=(3.14,) * 6,
        links=tuple(f"link{k}" for k in range(1, 7)),
        command="/xarm6_traj_controller/joint_trajectory",
        states="/joint_states",
        base="link_base",
    ),
    # xarm_ros2: xarm_description/urdf/xarm7/xarm7.urdf.xacro,
    # xarm_controller/config/xarm7_controllers.yaml; the same ranges in the UFACTORY manual.
    "xarm7": Arm(
        names=tuple(f"joint{k}" for k in range(1, 8)),
        ranges=(
            (-TURN, TURN),
            (-2.059, 2.0944),
            (-TURN, TURN),
            (-0.19198, 3.927),
            (-TURN, TURN),
            (-1.69297, HALF),
            (-TURN, TURN),
        ),
        velocities=(3.14,) * 7,
        links=tuple(f"link{k}" for k in range(1, 8)),
        command="/xarm7_traj_controller/joint_trajectory",
        states="/joint_states",
        base="link_base",
    ),
    # ros2_kortex: kortex_description/arms/gen3/7dof/urdf/gen3_macro.xacro (odd joints turn without
    # end; ours end before the jump of the driver's numbers at half a turn),
    # kortex_description/arms/gen3/7dof/config/ros2_controllers.yaml.
    "gen3": Arm(
        names=tuple(f"joint_{k}" for k in range(1, 8)),
        ranges=(
            (-3.0, 3.0),
            (-2.24, 2.24),
            (-3.0, 3.0),
            (-2.57, 2.57),
            (-3.0, 3.0),
            (-2.09, 2.09),
            (-3.0, 3.0),
        ),
        velocities=(1.3963,) * 4 + (1.2218,) * 3,
        links=(
            "shoulder_link",
            "half_arm_1_link",
            "half_arm_2_link",
            "forearm_link",
            "spherical_wrist_1_link",
            "spherical_wrist_2_link",
            "bracelet_link",
        ),
        command="/joint_trajectory_controller/joint_trajectory",
        states="/joint_states",
        base="base_link",
    ),
    # SO-ARM100: Simulation/SO101/so101_new_calib.urdf; Feetech STS3215 data sheets: 4.4 rad/s.
    # so101-ros-physical-ai: so101_bringup/config/ros2_control/follower_split_controllers.yaml.
    "so101": Arm(
        names=("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll"),
        ranges=(
            (-1.91986, 1.91986),
            (-1.74533, 1.74533),
            (-1.69, 1.69),
            (-1.65806, 1.65806),
            (-2.74385, 2.84121),
        ),
        velocities=(4.3,) * 5,
        links=("shoulder_link", "upper_arm_link", "lower_arm_link", "wrist_link", "gripper_link"),
        command="/follower/arm_trajectory_controller/joint_trajectory",
        states="/follower/joint_states",
        base="base_link",
    ),
}
EACH = pytest.mark.parametrize("name", ARMS)


def test_every_profile_that_ships_is_known_here() -> None:
    assert {*config_names("robots")} == {*ARMS, "gazebo_arm", "sim_arm", "template"}


@EACH
def test_names_limits_and_topics_are_those_of_maker_and_driver(name: str) -> None:
    arm, profile = ARMS[name], read_robot_profile(name)
    assert profile.joint_names == arm.names
    assert tuple((j.lower_rad, j.upper_rad) for j in profile.joints) == arm.ranges
    assert tuple(j.hard.velocity_rad_s for j in profile.joints) == arm.velocities
    assert (profile.command.kind, profile.command.topic) == ("joint_trajectory", arm.command)
    assert profile.state_topic == arm.states
    assert profile.base_frame == arm.base


@EACH
def test_a_real_arm_is_slow_and_has_a_table_and_a_button(name: str) -> None:
    profile = read_robot_profile(name)
    assert not profile.simulated
    assert profile.tcp_speed_m_s == 0.25
    assert profile.operating_at_most == 0.5
    assert profile.estop != "none"
    assert profile.collision != "none"
    assert [box.name for box in profile.collision.scene] == ["table"]
    for joint in profile.joints:
        for key in ("velocity_rad_s", "acceleration_rad_s2", "jerk_rad_s3"):
            assert getattr(joint.operating, key) <= 0.5 * getattr(joint.hard, key)


@EACH
def test_home_is_inside_the_limits(name: str) -> None:
    profile = read_robot_profile(name)
    for joint, position in zip(profile.joints, profile.home, strict=True):
        assert joint.lower_rad + 0.05 <= position <= joint.upper_rad - 0.05


@EACH
def test_the_gripper_is_commanded_by_the_controller_that_its_driver_starts(name: str) -> None:
    gripper = read_robot_profile(name).gripper
    # robotiq_description/config/robotiq_controllers.yaml and ros2_controllers.yaml of a Gen3;
    # so101_bringup/config/ros2_control/follower_split_controllers.yaml.
    topic, joint = "/robotiq_gripper_controller/gripper_cmd", "robotiq_85_left_knuckle_joint"
    if name == "so101":
        topic, joint = "/follower/gripper_controller/gripper_cmd", "gripper"
    assert (gripper.kind, gripper.topic) == ("parallel_gripper_command", topic)
    assert gripper.joint == joint


MADE = [name for name in ARMS if name != "so101"]  # The URDF is made of one of our recipes.


@pytest.mark.parametrize("name", MADE)
def test_without_its_urdf_an_arm_says_how_to_get_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigError, match=rf"{name}\.urdf' is not a file.*add-your-arm\.md"):
        load_robot_profile(name)


def test_the_description_of_the_so101_is_complete_as_its_driver_says_it() -> None:
    assert read_robot_profile("so101").urdf == UrdfTopicProfile(
        topic="/follower/robot_description"
    )


@pytest.mark.parametrize("name", MADE)
def test_a_recipe_of_the_urdf_ships(name: str) -> None:
    path = urdf_path("sim_arm").parent / "arms" / f"{name}.urdf.xacro"
    assert ET.parse(path).getroot().tag == "robot"
    text = path.read_text(encoding="utf-8")
    profile = read_robot_profile(name)
    assert f'<link name="{profile.tool_frame}"/>' in text
    assert f"~/.ros/vla_ros/{name}.urdf" in text
    assert profile.urdf == f"~/.ros/vla_ros/{name}.urdf"
    assert re.search(r'include filename="\$\(find \w+\)/', text)


# ---- a gate on a stand-in ----


class Follower:
    """A gate and an arm that does as it is told."""

    def __init__(self, profile: RobotProfile) -> None:
        self.gate = Gate(make_gate_config(profile, make_kinematics(profile)))
        self.state = GateState()
        self.now_ns = 1_000_000_000
        self.position = np.array(profile.home)
        self.worst = Verdict.PASS

    def tick(self, *requests: Request, chunks: tuple[ActionChunk, ...] = ()) -> GateMode:
        """Let one period pass."""
        config = self.gate.config
        self.now_ns += round(config.dt_s * 1e9)
        joints = JointSample(
            names=config.limits.names,
            stamp_ns=self.now_ns,
            arrival_ns=self.now_ns,
            position=self.position.copy(),
            velocity=np.zeros(len(self.position)),
        )
        inputs = GateInputs(
            requests=requests,
            chunks=chunks,
            joints=joints,
            estop=EstopInput(pressed=False, age_s=0.0),
        )
        self.state, decision = self.gate.step(self.state, inputs, self.now_ns)
        for answer in decision.answers:
            assert answer.done, answer.message
        if decision.command is not None:
            self.position = decision.command.position
        self.worst = max(self.worst, decision.verdict)
        return decision.mode

    def chunk(self, rows: np.ndarray, *, last: bool = False) -> ActionChunk:
        """Return a chunk of now."""
        return ActionChunk(
            goal_id="a" * 32,
            session=7,
            epoch=self.state.epoch,
            sequence=2 if last else 1,
            last=last,
            observed_ns=self.now_ns,
            first_ns=self.now_ns,
            step_ns=STEP_NS,
            joint_names=self.gate.config.limits.names,
            position_rad=rows,
            gripper=np.ones(len(rows)),
        )


@pytest.fixture(params=ARMS)
def stand_in(request: pytest.FixtureRequest, tmp_path: Path) -> RobotProfile:
    """The profile of each arm, with a URDF of its names and limits."""
    profile = read_robot_profile(request.param)
    links = ARMS[request.param].links
    path = write_stand_in(profile, links, tmp_path / f"{request.param}.urdf")
    return profile.model_copy(update={"urdf": str(path)})


def test_a_gate_arms_and_follows_a_plan(stand_in: RobotProfile) -> None:
    follower = Follower(stand_in)
    home = np.array(stand_in.home)
    follower.tick()
    follower.tick(Request.ARM)
    rows = home + np.linspace(0.0, 0.03, 14)[:, None]
    assert follower.tick(chunks=(follower.chunk(rows),)) is GateMode.RUN
    ticks = round(0.8 / follower.gate.config.dt_s)
    assert {follower.tick() for _ in range(ticks)} == {GateMode.RUN}
    nothing = np.zeros((0, len(home)))
    follower.tick(chunks=(follower.chunk(nothing, last=True),))
    for _ in range(2 * ticks):
        mode = follower.tick()
    assert mode is GateMode.ARMED
    assert (follower.position - home > 0.01).all()
    assert follower.worst <= Verdict.CLAMP


def test_the_shape_of_the_arm_is_watched(stand_in: RobotProfile) -> None:
    config = make_gate_config(stand_in, make_kinematics(stand_in))
    assert config.collision is not None
    itself, around = config.collision.distance(tuple(stand_in.home))
    assert itself > 0.01
    assert around > 0.02
