# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the milliseconds go between a photon and the motion that answers it."""
