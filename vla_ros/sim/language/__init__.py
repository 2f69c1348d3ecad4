# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How people ask for things: names, patterns of sentences, manners, and what makes no sense."""
