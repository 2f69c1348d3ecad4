# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What video costs a dataset: bytes, time, and how far the colour of things is off.

python benchmarks/bench_pictures.py --episodes 8
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from vla_ros.evaluate.actors import ExpertActor
from vla_ros.learn.kept import encode_picture
from vla_ros.learn.lerobot.video import VideoWriter, read_video
from vla_ros.learn.rollout import Rollout, RolloutOptions
from vla_ros.policy.spec import load_policy_profile
from vla_ros.robot.profile import load_robot_profile
from vla_ros.sim.sample import Wishes, sample_task_scene
from vla_ros.sim.shift import WIDE
from vla_ros.sim.world import World
from vla_ros.types import ImageArray

_EVERY_NS = 200_000_000
_COLORED = (90, 40)  # Saturation and brightness that the table does not have, of 255.


def main() -> int:
    """Measure each camera and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--episodes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=31_000_000)
    args = parser.parse_args()
    frames = list(_played(range(args.seed, args.seed + args.episodes)))
    profile = load_policy_profile("tabletop")
    for number, image in enumerate(profile.images):
        _measure(image.key, [frame[number] for frame in frames])
    return 0


def _played(seeds: range) -> Iterator[tuple[ImageArray, ...]]:
    """Yield the pictures of all cameras every 0.2 s while the expert acts."""
    world = World()
    rollout = Rollout(world, load_robot_profile("sim_arm"), load_policy_profile("tabletop"))
    expert = ExpertActor()
    for seed in seeds:
        scene = sample_task_scene(seed, Wishes(randomisation=WIDE))
        world.reset(scene)
        seen: list[tuple[ImageArray, ...]] = []

        def watch(time_ns: int, seen: list[tuple[ImageArray, ...]] = seen) -> None:
            if time_ns % _EVERY_NS < rollout.tick_ns:
                seen.append(tuple(frame.image for frame in rollout.observe().frames))

        rng = np.random.default_rng(seed)
        options = RolloutOptions(see=False)
        rollout.run(expert.begin(rollout, scene), options, rng, watch)
        yield from seen
    world.close()


def _measure(name: str, pictures: list[ImageArray]) -> None:
    count = len(pictures)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pictures.mp4"
        began = time.process_time()
        video = VideoWriter(path, pictures[0].shape, 5)
        for picture in pictures:
            video.add(picture)
        video.close()
        wrote = time.process_time()
        read = [picture for _, picture in read_video(path)]
        took = time.process_time() - wrote
        size = path.stat().st_size
    wrote -= began
    print(
        f"{name}: video bytes={size / count:.0f} write_ms={1e3 * wrote / count:.1f} "
        f"read_ms={1e3 * took / count:.1f} {_off(pictures, read)}"
    )
    files = [encode_picture(picture) for picture in read]
    kept = [np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR))[..., ::-1] for file in files]
    print(f"{name}: in memory bytes={sum(map(len, files)) / count:.0f} {_off(pictures, kept)}")


def _off(pictures: list[ImageArray], got: list[ImageArray]) -> str:
    """Return how far pictures are off, everywhere and where something has a colour."""
    every, colored = [], []
    for one, other in zip(pictures, got, strict=True):
        off = np.abs(one.astype(int) - other)
        hsv = cv2.cvtColor(one, cv2.COLOR_RGB2HSV)
        every.append(off.mean())
        colored.append(off[(hsv[..., 1] > _COLORED[0]) & (hsv[..., 2] > _COLORED[1])].reshape(-1))
    return f"off={np.mean(every):.2f} off_in_color={np.concatenate(colored).mean():.2f}"


if __name__ == "__main__":
    sys.exit(main())
