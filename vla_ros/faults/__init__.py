# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Faults made on purpose in a running system, and whether the gate stops the arm in time."""
