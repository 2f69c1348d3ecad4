# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a goal can end. Numbers are those of action/ExecuteInstruction.action."""

from dataclasses import dataclass
from enum import IntEnum


class Outcome(IntEnum):
    """Why a goal ended."""

    SUCCEEDED = 0
    TIMEOUT = 1
    CANCELED = 2
    PREEMPTED = 3
    LOW_CONFIDENCE = 4
    OBSERVATION_LOST = 5
    POLICY_FAILED = 6
    PROTECTIVE_STOP = 7
    EMERGENCY_STOP = 8
    REJECTED = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A goal is over.

    Attributes:
        outcome: Why.
        message: The reason in words, and what to do about it.
    """

    outcome: Outcome
    message: str
