# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How good a policy is: many episodes in simulated time, judged by physics."""
