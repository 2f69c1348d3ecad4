# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The embedded vision-language-action network (torch); imported only to train and export it."""
