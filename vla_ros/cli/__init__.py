# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The `vla_ros` command: one verb per file, each with `add_arguments` and `run`."""
