# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One file per kind of policy; a learning framework is imported only inside its own file."""
