# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the gate objects to, one function each. They are given to `Gate` as a tuple."""

from vla_ros.gate.checks.chunks import CHUNK_CHECKS
from vla_ros.gate.checks.collision import COLLISION_CHECKS
from vla_ros.gate.checks.contact import CONTACT_CHECKS
from vla_ros.gate.checks.graph import GRAPH_CHECKS
from vla_ros.gate.checks.joints import JOINT_CHECKS
from vla_ros.gate.checks.motion import MOTION_CHECKS
from vla_ros.gate.checks.people import PEOPLE_CHECKS
from vla_ros.gate.checks.plan import PLAN_CHECKS
from vla_ros.gate.checks.singular import SINGULAR_CHECKS
from vla_ros.gate.checks.speed import SPEED_CHECKS
from vla_ros.gate.checks.tool import TOOL_CHECKS
from vla_ros.gate.tick import Check

ALL_CHECKS: tuple[Check, ...] = (
    *GRAPH_CHECKS,
    *PEOPLE_CHECKS,
    *JOINT_CHECKS,
    *CHUNK_CHECKS,
    *PLAN_CHECKS,
    *SPEED_CHECKS,
    *SINGULAR_CHECKS,
    *TOOL_CHECKS,
    *MOTION_CHECKS,
    *COLLISION_CHECKS,
    *CONTACT_CHECKS,
)
