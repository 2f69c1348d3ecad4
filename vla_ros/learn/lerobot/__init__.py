# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""LeRobotDataset v3.0 on disk, read and written without LeRobot."""
