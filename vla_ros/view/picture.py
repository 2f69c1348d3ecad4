# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The camera's image with what the goal and the gate say, for people."""

import itertools
from collections.abc import Sequence

import cv2
import numpy as np

from vla_ros.types import Gaze, ImageArray
from vla_ros.view.camera import Pixel
from vla_ros.view.gaze import draw_gaze
from vla_ros.view.marks import Color

_FRAME_PX = 6
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_SCALE = 0.5
_LINE_PX = 20
_INDENT_PX = 8
_PAPER = (24, 24, 24)
_INK = (235, 235, 235)


def draw_picture(
    image: ImageArray,
    way: Sequence[Pixel | None],
    lines: Sequence[str],
    color: Color,
    height_px: int,
    gaze: Gaze | None = None,
) -> ImageArray:
    """Return an image, enlarged, in a frame of a colour and with lines of text below it.

    Args:
        image: RGB. Shape (H, W, 3).
        way: Points to be joined, in pixels of the image; None interrupts.
        lines: Of text; long ones are broken, letters beyond ASCII become `?`.
        color: Of the frame and the way.
        height_px: Height of the image in the picture; an image is never made smaller.
        gaze: Where the policy looks in this image; None if it does not say.
    """
    enlarged, scale = _enlarge(image, height_px)
    if gaze is not None:
        draw_gaze(enlarged, gaze)
    ink = tuple(round(255.0 * c) for c in color[:3])
    # A pixel's centre is at half a pixel.
    spots = [p and tuple(round(scale * x - 0.5) for x in p) for p in way]
    for start, end in itertools.pairwise(spots):
        if start is not None and end is not None:
            cv2.line(enlarged, start, end, ink, 2, cv2.LINE_AA)
    for spot in spots:
        if spot is not None:
            cv2.circle(enlarged, spot, 3, ink, -1, cv2.LINE_AA)
    cv2.rectangle(enlarged, (0, 0), (enlarged.shape[1] - 1, enlarged.shape[0] - 1), ink, _FRAME_PX)
    return np.vstack((enlarged, _write(lines, enlarged.shape[1])))


def _enlarge(image: ImageArray, height_px: int) -> tuple[ImageArray, float]:
    height, width, _ = image.shape
    scale = max(1.0, height_px / height)
    size = (round(width * scale), round(height * scale))
    return np.array(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)), scale


def _write(lines: Sequence[str], width: int) -> ImageArray:
    broken = [part for line in lines for part in _break(line, width - 2 * _INDENT_PX)]
    paper = np.full(((len(broken) + 1) * _LINE_PX, width, 3), _PAPER, dtype=np.uint8)
    for k, line in enumerate(broken, start=1):
        place = (_INDENT_PX, k * _LINE_PX)
        cv2.putText(paper, line, place, _FONT, _FONT_SCALE, _INK, 1, cv2.LINE_AA)
    return paper


def _break(line: str, width: int) -> list[str]:
    """Return a line in parts that fit a width [pixels], broken between words."""
    parts = [""]
    for word in line.encode("ascii", "replace").decode().split():
        longer = f"{parts[-1]} {word}".strip()
        if parts[-1] and cv2.getTextSize(longer, _FONT, _FONT_SCALE, 1)[0][0] > width:
            parts.append(word)
        else:
            parts[-1] = longer
    return parts
