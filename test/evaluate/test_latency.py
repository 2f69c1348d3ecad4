# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import statistics

from vla_ros.evaluate.latency import time_model
from vla_ros.policy.spec import load_policy_profile


def test_a_model_file_tells_what_it_answers_and_takes_its_time() -> None:
    model = load_policy_profile("tabletop").model
    assert model is not None
    timed = time_model(model)
    assert "red" in timed.described.words
    assert {"confidence", "grounded"} <= timed.outputs
    assert len(timed.taken_ms) == 200
    assert 0.1 < statistics.median(timed.taken_ms) < 1000.0
