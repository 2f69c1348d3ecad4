# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Shows in a picture where the policy looks: a ring at the object, a diamond at its goal."""

import cv2
import numpy as np

from vla_ros.types import Gaze, ImageArray

Rgb = tuple[int, int, int]
Spot = tuple[int, int]

OBJECT: Rgb = (0, 255, 255)
GOAL: Rgb = (255, 0, 255)
_DARK: Rgb = (0, 0, 0)
_INK: Rgb = (235, 235, 235)
_PART = 22  # Of the picture's height is the radius of a sign.
_LEGEND_PX = 22
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LEGEND = (("looks at:", None), ("object", OBJECT), ("goal", GOAL))


def draw_gaze(picture: ImageArray, gaze: Gaze) -> None:
    """Draw both signs, and a legend along the lower edge, into a picture.

    Args:
        picture: RGB, drawn into. Shape (H, W, 3).
        gaze: Where the policy looks, as fractions of this picture.
    """
    height, width, _ = picture.shape
    radius = max(5, height // _PART)
    for place, color in ((gaze.goal_uv, GOAL), (gaze.object_uv, OBJECT)):
        _sign(picture, (round(place[0] * width), round(place[1] * height)), radius, color)
    _legend(picture)


def _sign(picture: ImageArray, at: Spot, radius: int, color: Rgb) -> None:
    """Draw a sign with a dark edge, so that it is seen on any colour."""
    for ink, thickness in ((_DARK, 5), (color, 2)):
        if color == OBJECT:
            cv2.circle(picture, at, radius, ink, thickness, cv2.LINE_AA)
        else:
            corners = np.array([(0, -radius), (radius, 0), (0, radius), (-radius, 0)]) + at
            cv2.polylines(
                picture,
                [corners.astype(np.int32)],
                isClosed=True,
                color=ink,
                thickness=thickness,
                lineType=cv2.LINE_AA,
            )


def _legend(picture: ImageArray) -> None:
    band = picture[-_LEGEND_PX:]
    band //= 3
    x, middle = 8, len(band) // 2
    for word, color in _LEGEND:
        if color is not None:
            _sign(band, (x + 6, middle), 5, color)
            x += 18
        cv2.putText(band, word, (x, middle + 4), _FONT, 0.4, _INK, 1, cv2.LINE_AA)
        x += cv2.getTextSize(word, _FONT, 0.4, 1)[0][0] + 14
