# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a robot profile describes the arm that is simulated here."""

from vla_ros.errors import ConfigError
from vla_ros.robot.profile import RobotProfile
from vla_ros.sim.arm import CAMERAS, GRIPPER_JOINT, JOINT_NAMES


def check_profile(profile: RobotProfile) -> None:
    """Refuse a robot profile that describes another arm than the simulated one.

    Raises:
        ConfigError: Its joints, its gripper or a camera are not ours.
    """
    cameras = tuple(camera.name for camera in CAMERAS)
    wanted_of = {
        "joints": (tuple(joint.name for joint in profile.joints), JOINT_NAMES),
        "gripper.joint": ((profile.gripper.joint,), (GRIPPER_JOINT,)),
        "gripper.kind": ((profile.gripper.kind,), ("forward_position",)),
        "gripper.unit": ((profile.gripper.unit,), ("m",)),
        "cameras": (tuple(camera.name for camera in profile.cameras), cameras),
    }
    for key, (got, wanted) in wanted_of.items():
        fits = set(got) <= set(wanted) if key == "cameras" else got == wanted
        if not fits:
            raise ConfigError(
                f"robot profile '{profile.name}' has {key} {', '.join(got)}; the simulated arm "
                f"has {', '.join(wanted)}. Set the parameter 'robot' of sim_node."
            )
