# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a model file takes to answer, with nothing else around it."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from vla_ros.policy.model_file import METADATA_KEY, ModelDescription, read_description

_WARM_UPS, _REPEATS = 20, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedModel:
    """A model file, and how long its answers took on one thread.

    Attributes:
        described: What the file says about itself.
        outputs: Names of what it answers.
        taken_ms: Each answer [ms].
    """

    described: ModelDescription
    outputs: frozenset[str]
    taken_ms: tuple[float, ...]


def time_model(path: Path) -> TimedModel:
    """Let a model file answer again and again on one thread; the machine should be idle.

    Raises:
        ConfigError: The file does not say what it is.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    described = read_description(
        path, session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    )
    feed = {i.key: np.zeros((1, i.height, i.width, 3), np.uint8) for i in described.images}
    inputs = feed | {
        "state": np.zeros((1, len(described.state)), np.float32),
        "tokens": np.ones((1, described.text_length), np.int64),
    }
    taken_ms = []
    for _ in range(_WARM_UPS + _REPEATS):
        began = time.perf_counter()
        session.run(None, inputs)
        taken_ms.append((time.perf_counter() - began) * 1e3)
    return TimedModel(
        described=described,
        outputs=frozenset(output.name for output in session.get_outputs()),
        taken_ms=tuple(taken_ms[_WARM_UPS:]),
    )
