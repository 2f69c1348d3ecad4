# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From single camera frames and joint states to one time-aligned observation."""
