# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What keeps a robot from doing what it is told, found before it shall: facts to findings."""
