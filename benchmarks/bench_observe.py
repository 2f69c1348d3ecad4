# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long it takes from two decoded images to one observation in the size of the policy."""

import itertools
import sys

import numpy as np
from measure import make_parser, measure, over, quantiles, report

from vla_ros.observe.observer import Observer
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import RobotProfile, load_robot_profile
from vla_ros.ros.encode import encode_observation
from vla_ros.types import CameraFrame, JointSample

PERIOD_NS = 33_000_000
STATES_PER_FRAME = 3


class Feed:
    """Two cameras of noise and a moving arm, at the rates of real ones."""

    def __init__(self, robot: RobotProfile, width: int, height: int) -> None:
        rng = np.random.default_rng(0)
        self._robot = robot
        self._pictures = rng.integers(0, 256, (8, height, width, 3), dtype=np.uint8)
        self._ticks = itertools.count(1)
        self.now_ns = 0

    def play(self, observer: Observer) -> None:
        """Give the observer the next set of images and the joint states before it."""
        tick = next(self._ticks)
        self.now_ns = tick * PERIOD_NS
        for k in range(STATES_PER_FRAME):
            stamp_ns = self.now_ns - k * PERIOD_NS // STATES_PER_FRAME
            observer.add_state(self._state(stamp_ns), 0.02)
        for camera in observer.cameras:
            picture = self._pictures[tick % len(self._pictures)]
            observer.add_frame(
                CameraFrame(
                    camera=camera, stamp_ns=self.now_ns, arrival_ns=self.now_ns, image=picture
                )
            )

    def _state(self, stamp_ns: int) -> JointSample:
        names = self._robot.joint_names
        return JointSample(
            names=names,
            stamp_ns=stamp_ns,
            arrival_ns=stamp_ns,
            position=np.array(self._robot.home),
            velocity=np.full(len(names), 0.2),
        )


def main() -> int:
    """Measure and print; the exit code."""
    parser = make_parser(__doc__, repeats=1000)
    parser.add_argument("--policy", default="tabletop", help="policy profile (default: tabletop)")
    parser.add_argument("--robot", default="sim_arm", help="robot profile (default: sim_arm)")
    parser.add_argument("--size", default="640x480", help="of the images (default: 640x480)")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    robot, policy = load_robot_profile(args.robot), load_policy_profile(args.policy)
    observer, feed = Observer(robot, policy.images), Feed(robot, width, height)

    def observe() -> None:
        feed.play(observer)
        observer.observe(feed.now_ns)

    figures = quantiles("observe", measure(observe, args.repeats))
    feed.play(observer)
    observation = observer.observe(feed.now_ns)
    took = measure(lambda: encode_observation(observation, robot, feed.now_ns), args.repeats)
    figures |= quantiles("encode", took)
    bar_ms = 2.0 if args.bar is None else args.bar
    return report(figures, args.json, over(figures, {"observe_median_ms": bar_ms}))


if __name__ == "__main__":
    sys.exit(main())
