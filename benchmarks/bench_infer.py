# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a policy takes for one chunk, on one thread: the model alone, and with the adapter."""

import sys

import numpy as np
from measure import make_parser, measure, over, quantiles, report

from vla_ros.policy.registry import make_backend
from vla_ros.policy.spec import PolicyProfile, load_policy_profile
from vla_ros.policy.transforms import ChunkHeader, PolicyAdapter
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.types import CameraFrame, JointSample, Observation

INSTRUCTION = "put the red cube in the blue bowl"


def make_observation(policy: PolicyProfile, robot: RobotProfile) -> Observation:
    """Return an observation of noise, in the sizes the policy wants."""
    rng = np.random.default_rng(0)
    frames = tuple(
        CameraFrame(
            camera=image.camera,
            stamp_ns=0,
            arrival_ns=0,
            image=rng.integers(0, 256, (image.height, image.width, 3), dtype=np.uint8),
        )
        for image in policy.images
    )
    joints = JointSample(
        names=robot.joint_names, stamp_ns=0, arrival_ns=0, position=np.array(robot.home)
    )
    return Observation(
        stamp_ns=0, frames=frames, frozen=(False,) * len(frames), joints=joints, gripper=1.0
    )


def main() -> int:
    """Measure and print; the exit code."""
    parser = make_parser(__doc__, repeats=300)
    parser.add_argument("--policy", default="tabletop", help="policy profile (default: tabletop)")
    parser.add_argument("--robot", default="sim_arm", help="robot profile (default: sim_arm)")
    args = parser.parse_args()
    robot, policy = load_robot_profile(args.robot), load_policy_profile(args.policy)
    backend, adapter = make_backend(policy, robot), PolicyAdapter(policy, robot)
    observation = make_observation(policy, robot)
    header = ChunkHeader(goal_id="0" * 32, session=1, epoch=1, sequence=1)

    def answer() -> object:
        output = backend.infer(observation, INSTRUCTION)
        return adapter.make_chunk(output, observation, header)

    figures = quantiles(
        "infer", measure(lambda: backend.infer(observation, INSTRUCTION), args.repeats)
    )
    figures |= quantiles("chunk", measure(answer, args.repeats))
    backend.close()
    bar_ms = 10.0 if args.bar is None else args.bar
    return report(figures, args.json, over(figures, {"infer_median_ms": bar_ms}))


if __name__ == "__main__":
    sys.exit(main())
