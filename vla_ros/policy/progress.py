# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a client hears of its goal while it runs."""

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What a goal is doing."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a client wants to know while a goal runs.

    Attributes:
        phase: What the goal is doing.
        progress: 0..1, NaN if the policy has no such output.
        confidence: 0..1, NaN if the policy has none.
        inference_ms: Duration of the newest inference [ms], NaN before the first.
        observation_age_ms: Age of the newest observation [ms], infinite without one.
        queue_s: How much of the newest chunk is not yet due [s].
        intervention_count: Interventions of the gate since the goal began.
    """

    phase: Phase
    progress: float
    confidence: float
    inference_ms: float
    observation_age_ms: float
    queue_s: float
    intervention_count: int
