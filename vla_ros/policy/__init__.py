# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What turns an observation and an instruction into joint targets, whatever the model is."""
