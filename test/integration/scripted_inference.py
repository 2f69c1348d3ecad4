# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""inference_node with a scripted policy, as a program: motion without a trained model.

It understands four words: `wave` moves the tool to and fro and never ends, `nod` does so for a
second and says done, `crash` fails with every answer, `doubt` would move but cannot be found.

Told `shared` it runs perception_node as well, in the same process. VLA_ROS_SCRIPTED_S in its
environment says how long each answer takes [s].
"""

import os
import sys
import time

import numpy as np

from vla_ros.errors import InstructionError, UnknownWordError
from vla_ros.nodes import perception_inference
from vla_ros.nodes.base import run_node
from vla_ros.nodes.inference_node import InferenceNode, make_executor
from vla_ros.policy.spec import PolicyProfile
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import Observation, PolicyOutput

WORDS = ("wave", "nod", "crash", "doubt")
CONFIDENCE = 0.625
SPEED_M_S = 0.12
HALF_PERIOD_S = 1.0
NOD_ANSWERS = 4
LATENCY_S = float(os.environ.get("VLA_ROS_SCRIPTED_S", "0"))


class ScriptedBackend:
    """Implements PolicyBackend; an answer depends on the observation's stamp alone."""

    def __init__(self, profile: PolicyProfile, robot: RobotProfile) -> None:
        self._profile = profile
        self._nods = 0

    @property
    def profile(self) -> PolicyProfile:
        return self._profile

    def check_instruction(self, text: str) -> str:
        if not text:
            raise InstructionError("the instruction is empty; say for example 'wave'")
        if text not in WORDS:
            raise UnknownWordError(f"this policy does not know the word '{text}'")
        return text

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        time.sleep(LATENCY_S)
        if instruction == "crash":
            raise RuntimeError("scripted crash")
        if instruction != "nod" or self._nods > NOD_ANSWERS:  # The one before has ended.
            self._nods = 0
        self._nods += 1
        horizon, step_s = self._profile.action.horizon, self._profile.action.step_s
        times = observation.stamp_ns * 1e-9 + step_s * np.arange(horizon + 1)
        offset = SPEED_M_S * HALF_PERIOD_S / np.pi * np.sin(np.pi * times / HALF_PERIOD_S)
        rows = np.zeros((horizon, self._profile.action_width))
        rows[:, 1] = offset[1:] - offset[0]
        done = instruction == "nod" and self._nods >= NOD_ANSWERS
        return PolicyOutput(
            rows=rows,
            gripper=np.ones(horizon),
            confidence=CONFIDENCE,
            progress=min(1.0, self._nods / NOD_ANSWERS),
            done_probability=float(done),
            grounded_probability=0.05 if instruction == "doubt" else 0.95,
        )

    def warm_up(self) -> None:
        pass

    def close(self) -> None:
        pass


if __name__ == "__main__":
    if "shared" in sys.argv[1:2]:
        sys.exit(perception_inference.run(ScriptedBackend))
    sys.exit(run_node(lambda: InferenceNode(ScriptedBackend), make_executor=make_executor))
