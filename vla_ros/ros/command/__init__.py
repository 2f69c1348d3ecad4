# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How commands reach controllers: one file for each family of command kinds."""

from vla_ros.ros.command.base import ArmCommander as ArmCommander
from vla_ros.ros.command.base import GripperCommander as GripperCommander
from vla_ros.ros.command.make import make_arm_commander as make_arm_commander
from vla_ros.ros.command.make import make_gripper_commander as make_gripper_commander
