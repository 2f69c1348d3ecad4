# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a goal can end. Numbers are those of action/ExecuteInstruction.action."""

from dataclasses import dataclass
from enum import IntEnum


class Outcome(IntEnum):
    """Why a goal ended; UNKNOWN is what an empty result says."""

    UNKNOWN = 0
    SUCCEEDED = 1
    TIMEOUT = 2
    CANCELED = 3
    PREEMPTED = 4
    LOW_CONFIDENCE = 5
    OBSERVATION_LOST = 6
    POLICY_FAILED = 7
    PROTECTIVE_STOP = 8
    EMERGENCY_STOP = 9
    REJECTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A goal is over.

    Attributes:
        outcome: Why.
        message: The reason in words, and what to do about it.
    """

    outcome: Outcome
    message: str
