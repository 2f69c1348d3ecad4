# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Made-up episodes of an evaluation."""

from typing import Any

from vla_ros.evaluate.cases import MAIN, Kind
from vla_ros.evaluate.episode import EpisodeResult
from vla_ros.evaluate.failure import Failure
from vla_ros.learn.rollout import Ending


def make_result(failure: Failure = Failure.NONE, **other: Any) -> EpisodeResult:
    """Return an episode of four seconds that was to solve a task."""
    values: dict[str, Any] = {
        "suite": MAIN,
        "kind": Kind.TASK,
        "seed": 1,
        "family": "put",
        "instruction": "put the red cube in the blue bowl",
        "ending": Ending.DONE,
        "duration_s": 4.0,
        "inferences": 10,
        "interventions": 2,
        "partial": 1.0 if failure is Failure.NONE else 0.4,
        "path_m": 0.8,
        "infer_ms": 3.0,
    }
    return EpisodeResult(failure=failure, **(values | other))


def refusal(failure: Failure = Failure.REFUSED, **other: Any) -> EpisodeResult:
    """Return an instruction that could not be carried out and was refused."""
    return make_result(
        failure,
        **{"kind": Kind.UNGROUNDABLE, "suite": "ungroundable", "ending": Ending.REFUSED, **other},
    )
