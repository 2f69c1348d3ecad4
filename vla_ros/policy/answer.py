# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the outputs of an embedded model mean, whatever runs it.

`rows`, `gripper`, `progress` and `done` are always there. A file may also say whether the
instruction can be carried out (`grounded`), how sure it is (`confidence`), and where each camera
looks (`attention_KEY`, shape (B, places, G, G), the places in the order of `QUERIES`).
"""

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from vla_ros.errors import PolicyError
from vla_ros.policy.spec import PolicyProfile
from vla_ros.types import Gaze, PolicyOutput

OUTPUTS = ("rows", "gripper", "progress", "done")
SHARES = ("grounded", "confidence")  # Optional; one number from 0 to 1 each.
QUERIES = ("object", "goal")

Array = NDArray[np.generic]


def attention_of(key: str) -> str:
    """Return the name of the output that says where the image of a key is looked at."""
    return f"attention_{key}"


class AnswerReader:
    """Turns the outputs of one model into a policy's answer.

    Args:
        profile: Of the policy.
        available: Names of the outputs that the model has.

    Attributes:
        names: Outputs to ask the model for, in the order that `read` takes.
    """

    def __init__(self, profile: PolicyProfile, available: Collection[str]) -> None:
        self._profile = profile
        self._shares = tuple(name for name in SHARES if name in available)
        self._cameras = {
            attention_of(image.key): image.camera
            for image in profile.images
            if attention_of(image.key) in available
        }
        self.names = (*OUTPUTS, *self._shares, *self._cameras)

    @property
    def tells_grounding(self) -> bool:
        """The model says whether an instruction can be carried out."""
        return "grounded" in self._shares

    def read(self, outputs: Sequence[Array]) -> PolicyOutput:
        """Return the answer to the first question of a batch.

        Args:
            outputs: As `names`.

        Raises:
            PolicyError: `grounded` or `confidence` is no number from 0 to 1.
        """
        said = dict(zip(self.names, outputs, strict=True))
        return PolicyOutput(
            rows=np.asarray(said["rows"][0], np.float64),
            gripper=np.asarray(said["gripper"][0], np.float64),
            progress=float(said["progress"][0]),
            done_probability=float(said["done"][0]),
            grounded_probability=self._share("grounded", said),
            confidence=self._share("confidence", said),
            gaze=tuple(
                gaze
                for name, camera in self._cameras.items()
                if (gaze := find_gaze(camera, said[name][0])) is not None
            ),
        )

    def _share(self, name: str, said: dict[str, Array]) -> float:
        if name not in self._shares:
            return math.nan
        share = float(said[name][0])
        if not 0.0 <= share <= 1.0:
            raise PolicyError(
                f"policy '{self._profile.name}' answered {name} = {share}, wanted 0 to 1; "
                "train or export the model anew"
            )
        return share


def find_gaze(camera: str, attention: Array) -> Gaze | None:
    """Return where a camera is looked at; None where the attention is not finite.

    Args:
        camera: Name of the camera.
        attention: Weights of each place, of at least as many as `QUERIES`. Shape (Q, G, G).
    """
    places = [_peak(weights) for weights in attention[: len(QUERIES)]]
    if not all(0.0 <= x <= 1.0 for place in places for x in place):
        return None
    return Gaze(camera=camera, object_uv=places[0], goal_uv=places[1])


def _peak(weights: Array) -> tuple[float, float]:
    """Return the mean of the cells around the heaviest one, as fractions of the map (u, v)."""
    height, width = weights.shape
    row, column = divmod(int(weights.argmax()), width)
    top, left = max(0, row - 1), max(0, column - 1)
    around = np.asarray(weights[top : row + 2, left : column + 2], np.float64)
    whole = float(around.sum())
    if not 0.0 < whole < math.inf:
        return math.nan, math.nan
    u = float(around.sum(0) @ np.arange(around.shape[1])) / whole
    v = float(around.sum(1) @ np.arange(around.shape[0])) / whole
    return (left + u + 0.5) / width, (top + v + 0.5) / height
