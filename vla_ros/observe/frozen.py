# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tells a camera that repeats itself from one that looks at a still scene."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_ros.types import CameraFrame, DepthFrame

_MOVING_RAD_S = 0.05
_SAMPLE_ROWS = 16


class FrozenDetector:
    """Watches the pictures or depth images of one camera, before they are resized.

    A camera is frozen when its stamp stays the same while images keep arriving, or when its
    pixels stay the same to the last bit while the arm moves (a real sensor has noise; a scene
    at rest is no proof, nor is a depth image in which nothing was measured). Other pixels with a
    newer stamp end it, and a stamp that goes back, as of a camera that begins anew; the same
    pixels with new stamps do not, nor an arm that stops.

    Attributes:
        picture: Number of the picture that it shows; another one for other pixels.

    Args:
        frozen_s: How long it has to last [s].
    """

    def __init__(self, frozen_s: float) -> None:
        self._frozen_ns = round(frozen_s * 1e9)
        self.picture = 0
        self._last: CameraFrame | DepthFrame | None = None
        self._same_stamp_ns = 0  # Arrival of the first image with this stamp.
        self._same_pixels_ns = 0  # Stamp of the first such image since the arm moves.
        self._frozen = False

    @property
    def frozen(self) -> bool:
        """True while the camera repeats itself."""
        return self._frozen

    def see(self, frame: CameraFrame | DepthFrame, speed_rad_s: float) -> bool:
        """Look at the next frame and return whether the camera is frozen.

        Args:
            frame: As the camera sent it.
            speed_rad_s: Speed of the arm's fastest joint at that time [rad/s].
        """
        last, self._last = self._last, frame
        if last is None or frame.stamp_ns < last.stamp_ns:
            self._begin(frame)
        elif frame.stamp_ns == last.stamp_ns:
            self._frozen |= frame.arrival_ns - self._same_stamp_ns >= self._frozen_ns
        elif _differs(_pixels(frame), _pixels(last)):
            self._begin(frame)
        else:
            self._same_stamp_ns = frame.arrival_ns
            if not speed_rad_s > _MOVING_RAD_S or _shows_nothing(frame):
                self._same_pixels_ns = frame.stamp_ns
            self._frozen |= frame.stamp_ns - self._same_pixels_ns >= self._frozen_ns
        return self._frozen

    def _begin(self, frame: CameraFrame | DepthFrame) -> None:
        self.picture += 1
        self._same_stamp_ns = frame.arrival_ns
        self._same_pixels_ns = frame.stamp_ns
        self._frozen = False


def _pixels(frame: CameraFrame | DepthFrame) -> NDArray[Any]:
    """Return what is compared; of a depth image the bits, because NaN is equal to nothing."""
    return frame.image if isinstance(frame, CameraFrame) else frame.depth_m.view(np.uint32)


def _shows_nothing(frame: CameraFrame | DepthFrame) -> bool:
    return isinstance(frame, DepthFrame) and bool(np.isnan(frame.depth_m).all())


def _differs(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Compare pixels; a few rows first, because they nearly always settle it."""
    if a.shape != b.shape:
        return True
    if not np.array_equal(a[::_SAMPLE_ROWS], b[::_SAMPLE_ROWS]):
        return True
    return not np.array_equal(a, b)
