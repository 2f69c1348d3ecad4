# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the embedded policy: demonstrations, training, evaluation, export."""
