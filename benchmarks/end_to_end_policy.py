# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""inference_node as a program, with a policy whose answers can be told apart in the commands.

It moves the tool slowly up and down. Every `SWITCH_S` it changes its mind about the gripper: the
gate passes that on in the tick in which it takes up the answer, without blending. Beside that the
embedded policy runs, where there is one, so that the machine bears its load. Told `shared` it runs
perception_node as well, in the same process.
"""

import sys

import numpy as np

from vla_ros.nodes import perception_inference
from vla_ros.nodes.base import run_node
from vla_ros.nodes.inference_node import InferenceNode, make_executor
from vla_ros.policy.backend import PolicyBackend
from vla_ros.policy.registry import make_backend
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.policy.transforms import PolicyAdapter
from vla_ros.robot.profile import RobotProfile
from vla_ros.types import Observation, PolicyOutput

SWITCH_S = 0.55  # The gate allows two switches a second.
AMPLITUDE_M = 0.03
PERIOD_S = 4.0


class Metronome:
    """Implements PolicyBackend; an answer depends on stamps and the measured height alone.

    Args:
        profile: Of this policy; its rows are (dx, dy, dz, dyaw).
        robot: The robot.
        load: A policy that is asked as well, its answers ignored.
    """

    def __init__(
        self, profile: PolicyProfile, robot: RobotProfile, load: PolicyBackend | None
    ) -> None:
        self._profile = profile
        self._adapter = PolicyAdapter(profile, robot)
        self._load = load
        self._first_ns: int | None = None
        self._first_z = 0.0
        self._switched_ns = 0
        self._gripper = 1.0

    @property
    def profile(self) -> PolicyProfile:
        """The contract it keeps."""
        return self._profile

    def check_instruction(self, text: str) -> str:
        """Take any."""
        return text

    def infer(self, observation: Observation, instruction: str) -> PolicyOutput:
        """Return the next rows."""
        if self._load is not None:
            self._load.infer(observation, instruction)
        z = self._adapter.anchor(observation).position_m[2]
        if self._first_ns is None:
            self._first_ns = self._switched_ns = observation.stamp_ns
            self._first_z = z
        if (observation.stamp_ns - self._switched_ns) * 1e-9 >= SWITCH_S:
            self._switched_ns = observation.stamp_ns
            self._gripper = 1.0 - self._gripper
        action = self._profile.action
        seconds = (observation.stamp_ns - self._first_ns) * 1e-9
        times = seconds + action.step_s * np.arange(action.horizon)
        rows = np.zeros((action.horizon, self._profile.action_width))
        rows[:, 2] = self._first_z + AMPLITUDE_M * np.sin(2 * np.pi * times / PERIOD_S) - z
        return PolicyOutput(rows=rows, gripper=np.full(action.horizon, self._gripper))

    def warm_up(self) -> None:
        """Warm up the policy that bears down."""
        if self._load is not None:
            self._load.warm_up()

    def close(self) -> None:
        """Close the policy that bears down."""
        if self._load is not None:
            self._load.close()


def make_metronome(profile: PolicyProfile, robot: RobotProfile) -> Metronome:
    """Return the policy, with the embedded one as load where its model file is there."""
    shipped = load_policy_profile("tabletop")
    is_there = shipped.model is not None and shipped.model.is_file()
    return Metronome(profile, robot, make_backend(shipped, robot) if is_there else None)


if __name__ == "__main__":
    if "shared" in sys.argv[1:2]:
        sys.exit(perception_inference.run(make_metronome))
    sys.exit(run_node(lambda: InferenceNode(make_metronome), make_executor=make_executor))
