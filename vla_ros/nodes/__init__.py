# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Thin ROS shells: a callback decodes, calls the core, and publishes what it answers."""
