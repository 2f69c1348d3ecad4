# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What one robot is: its profile, its URDF and its kinematics."""
