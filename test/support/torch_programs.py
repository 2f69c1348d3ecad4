# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a small network in torch is given and answers, and exported programs of it."""

from pathlib import Path

import torch

from vla_ros.model.network import CameraShape, NetworkShape
from vla_ros.policy.model_file import METADATA_KEY, ImageSize, ModelDescription, Normalisation
from vla_ros.policy.spec import PolicyProfile, load_policy_profile

SIDE, HORIZON = 32, 4
WORDS = ("<pad>", "cube", "put", "red", "the")
SHAPE = NetworkShape(
    vocabulary=len(WORDS),
    text_length=5,
    cameras=(
        CameraShape(key="front", size=SIDE, channels=8, grid=8),
        CameraShape(key="wrist", size=SIDE, channels=16, grid=4),
    ),
    state_mean=(0.0,) * 6,
    state_scale=(1.0,) * 6,
    action_scale=(0.1, 0.1, 0.1, 0.4),
    horizon=HORIZON,
    queries=3,
    width=16,
    layers=1,
    text_width=8,
)


def make_profile(path: Path, **changed: object) -> PolicyProfile:
    tabletop = load_policy_profile("tabletop")
    images = tuple(
        image.model_copy(update={"width": SIDE, "height": SIDE}) for image in tabletop.images
    )
    action = tabletop.action.model_copy(update={"horizon": HORIZON})
    update = {"backend": "torch", "model": path, "images": images, "action": action, **changed}
    return tabletop.model_copy(update=update)


DESCRIBED = ModelDescription(
    words=WORDS,
    text_length=SHAPE.text_length,
    images=tuple(ImageSize(key=key, width=SIDE, height=SIDE) for key in ("front", "wrist")),
    state=make_profile(Path()).state,
    space="eef_delta",
    rotation="yaw",
    rows=make_profile(Path()).action.rows,
    step_s=0.1,
    horizon=HORIZON,
    normalisation=Normalisation(
        state_mean=SHAPE.state_mean,
        state_scale=SHAPE.state_scale,
        action_scale=SHAPE.action_scale,
    ),
    parameters=1,
    trained="never",
)


def example() -> tuple[torch.Tensor, ...]:
    picture = torch.zeros(1, SIDE, SIDE, 3, dtype=torch.uint8)
    return picture, picture.clone(), torch.zeros(1, 6), torch.ones(1, 5, dtype=torch.int64)


def save_any(module: torch.nn.Module, path: Path) -> Path:
    program = torch.export.export(module, example())
    torch.export.save(program, path, extra_files={METADATA_KEY: DESCRIBED.model_dump_json()})
    return path
