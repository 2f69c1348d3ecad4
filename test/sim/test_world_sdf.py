# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The committed world for Gazebo is what the table gives, and says the same as URDF and MuJoCo."""

import math
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import mujoco
import numpy as np
import pytest

pin = pytest.importorskip("pinocchio")

from sdf_arm import build_model, moving_joints, numbers, placement, plugins, read_arm

from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.arm import CAMERAS, JOINTS, LINKS, TCP
from vla_ros.sim.parts import Shape
from vla_ros.sim.sample import sample_scene
from vla_ros.sim.tasks import parse_instruction
from vla_ros.sim.things import CONTAINERS, ITEMS, Kind
from vla_ros.sim.world_mjcf import PHYSICS_STEP_S, world_model
from vla_ros.sim.world_sdf import BOWLS, CUBES, STEP_S, world_sdf

ROOT = Path(__file__).parents[2]
WORLD = ROOT / "worlds" / "table.sdf"
URDF = ROOT / "urdf" / "sim_arm.urdf"
PROFILE = load_robot_profile("gazebo_arm")


@pytest.fixture(scope="module")
def world() -> ET.Element:
    world = ET.parse(WORLD).getroot().find("world")
    assert world is not None
    return world


@pytest.fixture(scope="module")
def arm() -> ET.Element:
    return read_arm(WORLD)


def check_with_sdformat(path: Path) -> str:
    """Return what SDFormat's own parser says of a file; the text starts with Valid if it is."""
    if shutil.which("ign") is None or not any(Path("/usr/share/ignition").glob("sdformat*.yaml")):
        pytest.skip("SDFormat's parser is not installed (Debian: ignition-tools, libsdformat-dev)")
    command = ["ign", "sdf", "-k", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_committed_world_is_generated_from_the_table() -> None:
    assert WORLD.read_text(encoding="utf-8") == world_sdf(), (
        "run: python -m vla_ros.sim.world_sdf worlds/table.sdf"
    )


def test_sdformat_finds_both_worlds_valid(tmp_path: Path) -> None:
    controlled = tmp_path / "table.sdf"
    controlled.write_text(world_sdf(Path("/somewhere/controllers.yaml")), encoding="utf-8")
    for path in (WORLD, controlled):
        answer = check_with_sdformat(path)
        assert answer.startswith("Valid.")
        assert "Error Code" not in answer
        assert "Warning" not in answer


def test_sdformat_would_find_a_frame_that_is_not_there(tmp_path: Path) -> None:
    broken = tmp_path / "table.sdf"
    text = WORLD.read_text(encoding="utf-8")
    broken.write_text(text.replace('relative_to="joint3"', 'relative_to="elbow"'))
    assert "relative_to name[elbow]" in check_with_sdformat(broken)


# -- the arm ------------------------------------------------------------------------------------


def test_joints_are_those_of_the_urdf(arm: ET.Element) -> None:
    ours, theirs = build_model(arm), pin.buildModelFromUrdf(str(URDF))
    assert list(ours.names) == list(theirs.names)
    for name in moving_joints(arm):
        i, j = ours.getJointId(name), theirs.getJointId(name)
        assert ours.joints[i].nq == 1
        assert ours.names[ours.parents[i]] == theirs.names[theirs.parents[j]]
        a, b = ours.jointPlacements[i], theirs.jointPlacements[j]
        np.testing.assert_allclose(a.homogeneous, b.homogeneous, atol=1e-7, err_msg=name)
    for limit in ("lowerPositionLimit", "upperPositionLimit", "velocityLimit", "effortLimit"):
        assert (getattr(ours, limit) == getattr(theirs, limit)).all(), limit


def test_bodies_weigh_what_they_weigh_in_the_urdf(arm: ET.Element) -> None:
    ours, theirs = build_model(arm), pin.buildModelFromUrdf(str(URDF))
    for name in moving_joints(arm):
        a, b = ours.inertias[ours.getJointId(name)], theirs.inertias[theirs.getJointId(name)]
        assert a.mass == pytest.approx(b.mass, rel=1e-5), name
        np.testing.assert_allclose(a.lever, b.lever, atol=1e-7, err_msg=name)
        np.testing.assert_allclose(a.inertia, b.inertia, rtol=1e-4, atol=1e-9, err_msg=name)
    base = arm.find("link[@name='base_link']/inertial")
    urdf_base = ET.parse(URDF).getroot().find("link[@name='base_link']/inertial/mass")
    assert urdf_base is not None
    assert numbers(base, "mass")[0] == pytest.approx(float(urdf_base.get("value", "nan")))


def test_every_frame_moves_as_in_the_urdf(arm: ET.Element) -> None:
    ours, theirs = build_model(arm), pin.buildModelFromUrdf(str(URDF))
    data, their_data = ours.createData(), theirs.createData()
    frames = [TCP.name, *(camera.frame.name for camera in CAMERAS)]
    assert {frame.get("name") for frame in arm.findall("frame")} == set(frames)
    rng = np.random.default_rng(0)
    for _ in range(100):
        q = rng.uniform(ours.lowerPositionLimit, ours.upperPositionLimit)
        pin.framesForwardKinematics(ours, data, q)
        pin.framesForwardKinematics(theirs, their_data, q)
        for name in frames:
            a = data.oMf[ours.getFrameId(name)].homogeneous
            b = their_data.oMf[theirs.getFrameId(name)].homogeneous
            np.testing.assert_allclose(a, b, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.name)
def test_what_collides_is_what_collides_in_the_urdf(arm: ET.Element, link) -> None:
    solids = [p for p in link.primitives if p.solid]
    collisions = arm.findall(f"link[@name='{link.name}']/collision")
    assert len(collisions) == len(solids)
    for collision, solid in zip(collisions, solids, strict=True):
        shape = collision.find(f"geometry/{solid.shape.value}")
        keys = ("size",) if solid.shape is Shape.BOX else ("radius", "length")
        assert [n for key in keys for n in numbers(shape, key)] == pytest.approx(solid.size)
        np.testing.assert_allclose(placement(collision).translation, solid.at, atol=1e-9)


def test_arm_carries_its_own_weight_and_stands_still(arm: ET.Element) -> None:
    for link in LINKS[1:]:
        assert arm.findtext(f"link[@name='{link.name}']/gravity") == "false"
    root = arm.find("joint[@type='fixed']")
    assert root is not None
    assert (root.findtext("parent"), root.findtext("child")) == ("world", PROFILE.base_frame)


# -- the cameras --------------------------------------------------------------------------------


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.name)
def test_camera_looks_along_its_optical_frame(arm: ET.Element, camera) -> None:
    sensor = arm.find(f"link[@name='{camera.frame.link}']/sensor[@name='{camera.name}']")
    assert sensor is not None
    pose = sensor.find("pose")
    assert pose is not None
    assert pose.get("relative_to") == camera.frame.name
    turn = placement(sensor).rotation
    # Gazebo looks along x, and its images have -y to the right and -z down.
    np.testing.assert_allclose(turn @ [1, 0, 0], [0, 0, 1], atol=1e-8)
    np.testing.assert_allclose(turn @ [0, -1, 0], [1, 0, 0], atol=1e-8)
    np.testing.assert_allclose(turn @ [0, 0, -1], [0, 1, 0], atol=1e-8)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.name)
def test_camera_says_what_the_profile_expects(arm: ET.Element, camera) -> None:
    sensor = arm.find(f"link/sensor[@name='{camera.name}']")
    assert sensor is not None
    expected = PROFILE.camera(camera.name)
    assert sensor.findtext("topic") == expected.topic
    assert sensor.findtext("camera/optical_frame_id") == expected.frame == camera.frame.name
    (width,), (height,) = (numbers(sensor, f"camera/image/{side}") for side in ("width", "height"))
    (angle,) = numbers(sensor, "camera/horizontal_fov")
    # Gazebo's pixels are square, so its focal length is that of a lens with this upright angle.
    assert width / math.tan(angle / 2) == pytest.approx(height / math.tan(camera.fovy_rad / 2))


# -- the scene ----------------------------------------------------------------------------------


def test_bowl_and_table_are_those_of_mujoco(world: ET.Element) -> None:
    model = world_model()
    for name, body in (("blue_bowl", model.body("container0")), ("table", model.body("world"))):
        solids = world.findall(f"model[@name='{name}']/link/collision")
        geoms = range(body.geomadr[0], body.geomadr[0] + len(solids))
        for geom, solid in zip(geoms, solids, strict=True):
            np.testing.assert_allclose(
                placement(solid).translation, model.geom_pos[geom], atol=1e-9
            )
            turn = np.zeros(9)
            mujoco.mju_quat2Mat(turn, model.geom_quat[geom])
            np.testing.assert_allclose(placement(solid).rotation, turn.reshape(3, 3), atol=1e-8)
            size = solid.find("geometry/box/size")
            if size is not None:
                half = np.array([float(word) for word in str(size.text).split()]) / 2
                np.testing.assert_allclose(half, model.geom_size[geom], atol=1e-9)
    assert world.findall("model[@name='blue_bowl']/link/collision")[1:], "a bowl has walls"


def test_things_lie_apart_where_the_arm_reaches(world: ET.Element) -> None:
    places = [(c.x_m, c.y_m, ITEMS[Kind.CUBE].grip_m) for c in CUBES]
    places += [(b.x_m, b.y_m, CONTAINERS[Kind.BOWL].half_m + 0.02) for b in BOWLS]
    for i, (x, y, r) in enumerate(places):
        assert 0.33 <= x <= 0.58
        assert -0.24 <= y <= 0.24
        for u, v, s in places[:i]:
            assert math.hypot(x - u, y - v) > r + s
    for name in [f"{c.color}_cube" for c in CUBES] + [f"{b.color}_bowl" for b in BOWLS]:
        assert world.find(f"model[@name='{name}']") is not None


def test_the_sentence_of_the_manual_can_be_done_here() -> None:
    task = parse_instruction("put the red cube in the blue bowl")
    drawn = sample_scene(0, task)
    assert len(drawn.items) == len(CUBES)
    assert len(drawn.containers) == len(BOWLS)
    assert "red" in {cube.color for cube in CUBES}
    assert "blue" in {bowl.color for bowl in BOWLS}


# -- the systems --------------------------------------------------------------------------------


def test_world_has_the_systems_that_it_needs(world: ET.Element) -> None:
    systems = {p.get("name"): p.get("filename") for p in world.findall("plugin")}
    assert systems == {
        "gz::sim::systems::Physics": "gz-sim-physics-system",
        "gz::sim::systems::UserCommands": "gz-sim-user-commands-system",
        "gz::sim::systems::SceneBroadcaster": "gz-sim-scene-broadcaster-system",
        "gz::sim::systems::Sensors": "gz-sim-sensors-system",
    }
    assert numbers(world, "physics/max_step_size") == [STEP_S]
    assert STEP_S == PHYSICS_STEP_S


def test_joint_states_are_those_of_the_profile(arm: ET.Element) -> None:
    (publisher,) = plugins(arm, "JointStatePublisher")
    assert publisher.get("filename") == "gz-sim-joint-state-publisher-system"
    assert publisher.findtext("topic") == PROFILE.state_topic
    names = [e.text for e in publisher.findall("joint_name")]
    assert names == [*PROFILE.joint_names, PROFILE.gripper.joint]


def test_trajectories_are_followed_where_the_profile_sends_them(arm: ET.Element) -> None:
    gripper = PROFILE.gripper
    wanted = {
        PROFILE.command.topic: (list(PROFILE.joint_names), list(PROFILE.home)),
        gripper.topic: ([gripper.joint, *gripper.followers], [gripper.open] * 2),
    }
    followers = list(plugins(arm, "JointTrajectoryController"))
    assert {f.get("filename") for f in followers} == {"gz-sim-joint-trajectory-controller-system"}
    for follower in followers:
        names, starts = wanted.pop(str(follower.findtext("topic")))
        assert [e.text for e in follower.findall("joint_name")] == names
        got = [float(str(e.text)) for e in follower.findall("initial_position")]
        assert got == pytest.approx(starts)
    assert wanted == {}
    assert [joint.name for joint in JOINTS] == list(PROFILE.joint_names)


def test_ros2_control_takes_the_place_of_gazebos_controllers() -> None:
    path = Path("/somewhere/controllers.yaml")
    arm = ET.fromstring(world_sdf(path)).find("world/model[@name='sim_arm']")
    assert arm is not None
    (plugin,) = arm.findall("plugin")
    assert plugin.get("name") == "gz_ros2_control::GazeboSimROS2ControlPlugin"
    assert plugin.get("filename") == "gz_ros2_control-system"
    assert plugin.findtext("parameters") == str(path)
