# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns ROS messages into our types and back; with nodes/, the only code that knows ROS."""
