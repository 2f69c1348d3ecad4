# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The URDF of the simulated arm with what gz_ros2_control reads: interfaces and start values.

`python -m vla_ros.sim.arm_ros2_control FILE` writes it; launch/gazebo.launch.py does.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.sim.arm_sdf import JOINTS
from vla_ros.sim.arm_urdf import arm_urdf
from vla_ros.sim.sdf import add, words
from vla_ros.sim.world_sdf import PROFILE


def controlled_urdf(profile: RobotProfile) -> str:
    """Return the URDF of the arm with its ros2_control section.

    Args:
        profile: Names the joints, and where they start.
    """
    gripper = profile.gripper
    starts = dict(zip(profile.joint_names, profile.home, strict=True))
    starts |= dict.fromkeys((gripper.joint, *gripper.followers), gripper.open)
    section = _section(starts)
    ET.indent(section)
    body, end, _ = arm_urdf().rpartition("</robot>")
    return f"{body}{ET.tostring(section, encoding='unicode')}\n{end}\n"


def _section(starts: Mapping[str, float]) -> ET.Element:
    section = ET.Element("ros2_control", name="gazebo", type="system")
    add(add(section, "hardware"), "plugin", "gz_ros2_control/GazeboSimSystem")
    for name, start in starts.items():
        joint = add(section, "joint", name=name)
        if JOINTS[name].mirrors is not None:
            joint.set("mimic", "false")  # It is commanded itself, like the joint it mirrors.
        add(joint, "command_interface", name="position")
        position = add(joint, "state_interface", name="position")
        add(position, "param", words(start), name="initial_value")
        add(joint, "state_interface", name="velocity")
    return section


if __name__ == "__main__":
    text = controlled_urdf(load_robot_profile(PROFILE))
    Path(sys.argv[1]).write_text(text, encoding="utf-8")
