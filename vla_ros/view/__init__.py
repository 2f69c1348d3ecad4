# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a person is shown: the plan, the gate's verdict, and what the arm keeps away from."""
