# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The world for Gazebo: the simulated arm on its table, with cubes and bowls.

`python -m vla_ros.sim.world_sdf worlds/table.sdf` writes the committed file again; with the
parameters of ros2_control as a second path, a world for ros2_control. Topics and the start pose
come from the robot profile, so that the world fits the nodes.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.sim.arm_sdf import JOINTS, arm_model, drive
from vla_ros.sim.furniture import BOWL, FLOOR_HEIGHT_M, TABLE
from vla_ros.sim.parts import Shape, Solid, Vector
from vla_ros.sim.scene import Placement
from vla_ros.sim.sdf import Setting, add, add_collision, add_pose, add_system, add_visual
from vla_ros.sim.things import COLORS, ITEMS, Kind

PROFILE = "gazebo_arm"
WORLD = "table"
# What the parser of Gazebo Fortress reads as well; later ones convert it.
SDF_VERSION = "1.9"
STEP_S = 0.002  # As in MuJoCo.
STATE_RATE_HZ = 100.0

_CUBE_SIDE_M = ITEMS[Kind.CUBE].grip_m
_CUBE_MASS_KG = 0.05
_CUBE_FRICTION, _BOWL_FRICTION, _TABLE_FRICTION = 1.0, 0.8, 1.0
_TABLE_COLOR = (0.645, 0.585, 0.505, 1.0)
_FLOOR_COLOR = (0.40, 0.42, 0.45, 1.0)
_HEADER = """<?xml version="1.0"?>
<!-- Copyright 2026 The vla_ros authors. SPDX-License-Identifier: Apache-2.0 -->
<!-- Generated from vla_ros/sim/arm.py and config/robots/gazebo_arm.yaml; do not edit:
     python -m vla_ros.sim.world_sdf worlds/table.sdf -->
"""


def _cube(color: str, x_m: float, y_m: float, yaw_rad: float) -> Placement:
    return Placement(
        kind=Kind.CUBE, color=color, rgb=COLORS[color], x_m=x_m, y_m=y_m, yaw_rad=yaw_rad
    )


def _bowl(color: str, x_m: float, y_m: float) -> Placement:
    return Placement(kind=Kind.BOWL, color=color, rgb=COLORS[color], x_m=x_m, y_m=y_m)


CUBES = (
    _cube("red", 0.38, -0.07, 0.2),
    _cube("green", 0.41, 0.09, 0.0),
    _cube("yellow", 0.52, -0.03, -0.3),
)
BOWLS = (_bowl("blue", 0.55, 0.17), _bowl("red", 0.53, -0.18))


def world_sdf(controllers: Path | None = None) -> str:
    """Return the world as the text of an SDF file.

    Args:
        controllers: Parameters of the ros2_control controllers that shall drive the arm, an
            absolute path; None lets Gazebo's own systems drive it.
    """
    profile = load_robot_profile(PROFILE)
    sdf = ET.Element("sdf", version=SDF_VERSION)
    world = add(sdf, "world", name=WORLD)
    _add_surroundings(world)
    for cube in CUBES:
        _add_cube(world, cube)
    for bowl in BOWLS:
        _add_bowl(world, bowl)
    arm = arm_model({camera.name: camera.topic for camera in profile.cameras})
    if controllers is None:
        _add_controllers(arm, profile)
    else:
        _add_ros2_control(arm, controllers)
    world.append(arm)
    ET.indent(sdf)
    return f"{_HEADER}{ET.tostring(sdf, encoding='unicode')}\n"


def _add_surroundings(world: ET.Element) -> None:
    physics = add(world, "physics", name="steps", type="dart", default="true")
    add(physics, "max_step_size", STEP_S)
    add(physics, "real_time_factor", 1.0)
    for system in ("Physics", "UserCommands", "SceneBroadcaster"):
        add_system(world, system, {})
    add_system(world, "Sensors", {"render_engine": "ogre2"})
    scene = add(world, "scene")
    add(scene, "ambient", (0.6, 0.6, 0.6, 1.0))
    add(scene, "background", (0.75, 0.80, 0.85, 1.0))
    add(scene, "shadows", "false")  # The embedded policy has seen none.
    _add_lamp(world)
    _add_fixed(world, "table", (TABLE,), _TABLE_COLOR, _TABLE_FRICTION)
    floor = Solid(shape=Shape.BOX, size=(6.0, 6.0, 0.1), at=(0.0, 0.0, FLOOR_HEIGHT_M - 0.05))
    _add_fixed(world, "floor", (floor,), _FLOOR_COLOR, _TABLE_FRICTION)


def _add_lamp(world: ET.Element) -> None:
    lamp = add(world, "light", name="lamp", type="directional")
    add_pose(lamp, (0.3, -0.4, 1.6), (0.0, 0.0, 0.0))
    add(lamp, "cast_shadows", "false")
    add(lamp, "diffuse", (0.8, 0.8, 0.8, 1.0))
    add(lamp, "specular", (0.1, 0.1, 0.1, 1.0))
    add(lamp, "direction", (0.0, 0.3, -1.0))


def _add_fixed(
    world: ET.Element,
    name: str,
    solids: tuple[Solid, ...],
    color: tuple[float, ...],
    friction: float,
    at: Vector = (0.0, 0.0, 0.0),
) -> None:
    model = add(world, "model", name=name)
    add(model, "static", "true")
    add_pose(model, at, (0.0, 0.0, 0.0))
    link = add(model, "link", name="link")
    for i, solid in enumerate(solids):
        add_visual(link, f"visual{i}", solid, color)
        add_collision(link, f"collision{i}", solid, friction)


def _add_cube(world: ET.Element, cube: Placement) -> None:
    model = add(world, "model", name=f"{cube.color}_cube")
    add_pose(model, (cube.x_m, cube.y_m, _CUBE_SIDE_M / 2), (0.0, 0.0, cube.yaw_rad))
    link = add(model, "link", name="link")
    inertial = add(link, "inertial")
    add(inertial, "mass", _CUBE_MASS_KG)
    inertia = add(inertial, "inertia")
    for axis in ("ixx", "iyy", "izz"):
        add(inertia, axis, _CUBE_MASS_KG * _CUBE_SIDE_M**2 / 6)
    solid = Solid(shape=Shape.BOX, size=(_CUBE_SIDE_M,) * 3)
    add_visual(link, "visual", solid, (*cube.rgb, 1.0))
    add_collision(link, "collision", solid, _CUBE_FRICTION)


def _add_bowl(world: ET.Element, bowl: Placement) -> None:
    at = (bowl.x_m, bowl.y_m, 0.0)
    _add_fixed(world, f"{bowl.color}_bowl", BOWL, (*bowl.rgb, 1.0), _BOWL_FRICTION, at)


def _add_controllers(arm: ET.Element, profile: RobotProfile) -> None:
    """Append what reports the joints and follows trajectories."""
    gripper = profile.gripper
    add_system(
        arm,
        "JointStatePublisher",
        {
            "topic": profile.state_topic,
            "update_rate": STATE_RATE_HZ,
            "joint_name": [*profile.joint_names, gripper.joint],
        },
    )
    starts = dict(zip(profile.joint_names, profile.home, strict=True))
    _add_follower(arm, profile.command.topic, starts)
    fingers = (gripper.joint, *gripper.followers)
    _add_follower(arm, gripper.topic, dict.fromkeys(fingers, gripper.open))


def _add_follower(arm: ET.Element, topic: str, starts: Mapping[str, float]) -> None:
    """Append a trajectory controller of some joints, which moves them to their start first."""
    joints = [JOINTS[name] for name in starts]
    settings: dict[str, Setting] = {
        "topic": topic,
        "joint_name": list(starts),
        "initial_position": list(starts.values()),
        "position_p_gain": [drive(joint).stiffness for joint in joints],
        "position_cmd_min": [-joint.effort for joint in joints],
        "position_cmd_max": [joint.effort for joint in joints],
    }
    add_system(arm, "JointTrajectoryController", settings)


def _add_ros2_control(arm: ET.Element, controllers: Path) -> None:
    plugin = add(
        arm,
        "plugin",
        filename="gz_ros2_control-system",
        name="gz_ros2_control::GazeboSimROS2ControlPlugin",
    )
    add(plugin, "parameters", str(controllers))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(world_sdf(*map(Path, sys.argv[2:])), encoding="utf-8")
