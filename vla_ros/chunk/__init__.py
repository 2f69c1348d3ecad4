# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When which row of which chunk moves the arm."""

from vla_ros.chunk.request import RequestTimer as RequestTimer
from vla_ros.chunk.schedule import ChunkSchedule as ChunkSchedule
from vla_ros.chunk.schedule import Target as Target
