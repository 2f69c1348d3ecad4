# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where points of the base frame are in a camera's image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vla_ros.types import FloatArray
from vla_ros.view.marks import Point

_NEAREST_M = 0.01
_ASPECT_SLACK = 0.01
_FARTHEST_PX = 1e5  # Beyond it a point is not drawn; what is drawn has to fit an int.

Pixel = tuple[float, float]


def is_same_shape(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell whether images of one size [pixels] can be those of another one, resized."""
    return abs(size[0] * other[1] / (size[1] * other[0]) - 1.0) <= _ASPECT_SLACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A pinhole camera, and what its lens makes different from one.

    Attributes:
        focal: In x and y [pixels].
        center: Of the image [pixels].
        size: Width and height of the images that this is about [pixels].
        model: How the lens distorts: `distortion_model` of its CameraInfo.
        coefficients: Of that model, in its order.
    """

    focal: tuple[float, float]
    center: tuple[float, float]
    size: tuple[int, int]
    model: str = ""
    coefficients: tuple[float, ...] = ()

    def resized(self, width: int, height: int) -> "Lens | None":
        """Return the same for resized images; None if they cannot be just that.

        An image of another shape was cropped or padded, and nobody says how.
        """
        if not (min(self.size) > 0 and width > 0 and height > 0):
            return None
        if not is_same_shape(self.size, (width, height)):
            return None
        x, y = width / self.size[0], height / self.size[1]
        return replace(
            self,
            focal=(self.focal[0] * x, self.focal[1] * y),
            center=(self.center[0] * x, self.center[1] * y),
            size=(width, height),
        )

    def project(
        self, points: Sequence[Point], position: FloatArray, rotation: FloatArray
    ) -> list[Pixel | None]:
        """Return where points are in the image; None for one that the camera cannot see.

        What the lens distorts is left out.

        Args:
            points: In the base frame [m].
            position: Of the camera's optical frame in the base frame [m]. Shape (3,).
            rotation: The same frame's: x is right, y down, z forward. Shape (3, 3).
        """
        if not points:
            return []
        with np.errstate(invalid="ignore"):  # A point at infinity is one that cannot be seen.
            seen = (np.array(points) - position) @ rotation
        return [self._pixel(x, y, z) for x, y, z in seen.tolist()]

    def _pixel(self, x: float, y: float, z: float) -> Pixel | None:
        if not z >= _NEAREST_M:
            return None
        u = self.focal[0] * x / z + self.center[0]
        v = self.focal[1] * y / z + self.center[1]
        return (u, v) if max(abs(u), abs(v)) < _FARTHEST_PX else None


def info_topic_of(image_topic: str) -> str:
    """Return where a camera driver says what its lens is: beside the image."""
    folder, slash, _ = image_topic.removesuffix("/compressed").rpartition("/")
    return f"{folder}{slash}camera_info"
