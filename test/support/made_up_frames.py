# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames that no simulator made, to test what only moves them around."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from vla_ros.learn.dataset import Frames, frame_values, make_schema
from vla_ros.learn.kept import KeptPictures, encode_picture
from vla_ros.learn.lerobot.finish import finish
from vla_ros.learn.lerobot.writer import PartWriter
from vla_ros.policy.spec import PolicyProfile, load_policy_profile

SENTENCE = "put the red cube in the blue bowl"


def make_frames(
    count: int = 6, *, side: int = 32, horizon: int = 16, plain: bool = False
) -> Frames:
    """Return made-up frames: two cameras, three instructions, the last of which is impossible.

    The pictures are noise, or of one color each if `plain`.
    """
    rng = np.random.default_rng(0)
    shape = (count * 2, 1, 1, 3) if plain else (count * 2, side, side, 3)
    drawn = rng.integers(0, 256, shape, dtype=np.uint8)
    wide = np.broadcast_to(drawn, (count * 2, side, side, 3))
    pictures = [encode_picture(np.ascontiguousarray(image)) for image in wide]
    said = [SENTENCE, "take the green block to the green bowl", "lift the white bowl"]
    return Frames(
        pictures=KeptPictures(
            files=np.concatenate(pictures),
            ends=np.cumsum([len(p) for p in pictures]).reshape(count, 2),
        ),
        state=rng.normal(0.0, 1.0, (count, 6)).astype(np.float32),
        sentences=np.array([said] * count),
        families=np.array([["put", "put", ""]] * count),
        grounded=np.array([[1, 1, 0]] * count, np.float32),
        rows=rng.normal(0.0, 0.1, (count, 3, horizon, 4)).astype(np.float32),
        gripper=rng.integers(0, 2, (count, 3, horizon)).astype(np.float32),
        steps=np.full((count, 3), horizon),
        progress=rng.random((count, 3)).astype(np.float32),
        done=rng.integers(0, 2, (count, 3)).astype(np.float32),
        pixels=rng.random((count, 3, 2, 3, 2)).astype(np.float32),
        offsets_m=rng.normal(0.0, 0.1, (count, 3, 3, 3)).astype(np.float32),
        episode=np.arange(count) // 4,
    )


def write_frames(
    dataset: Path, frames: Frames, profile: PolicyProfile | None = None, *, part: int = 0
) -> None:
    """Write frames as a part of a dataset, and finish it."""
    profile = profile or load_policy_profile("tabletop")
    schema = make_schema(profile, "sim_arm", 5, frames.sentences.shape[1])
    writer = PartWriter(dataset, part, schema)
    for n in range(len(frames)):
        if n and frames.episode[n] != frames.episode[n - 1]:
            writer.end_episode()
        labels = [_label(frames, n, k) for k in range(frames.sentences.shape[1])]
        said = [str(sentence) for sentence in frames.sentences[n]]
        action = np.append(frames.state[n, :3], (0.5, 1.0))
        values = frame_values(frames.state[n], action, said, list(frames.families[n]), labels)
        writer.add(frames.images(n), values, said[0])
    writer.end_episode()
    writer.close()
    finish(dataset, schema, part + 1)


def _label(frames: Frames, n: int, k: int) -> SimpleNamespace:
    names = ("grounded", "rows", "gripper", "progress", "done", "pixels", "offsets_m")
    return SimpleNamespace(**{name: getattr(frames, name)[n, k] for name in names})
