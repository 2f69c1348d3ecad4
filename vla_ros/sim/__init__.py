# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated arm on a table: MuJoCo world, tasks, and a scripted expert."""

from vla_ros.sim.gl import select_backend

select_backend()  # Before anything here imports mujoco, which reads MUJOCO_GL only then.
