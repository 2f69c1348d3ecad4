# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.view.camera import Lens

LENS = Lens(focal=(100.0, 100.0), center=(48.0, 48.0), size=(96, 96))
# Looks along the base's x axis: right is -y, down is -z.
POSITION = np.array([0.0, 0.0, 0.5])
ROTATION = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


def test_what_is_straight_ahead_is_in_the_middle() -> None:
    assert LENS.project([(2.0, 0.0, 0.5)], POSITION, ROTATION) == [(48.0, 48.0)]


def test_left_is_left_and_up_is_up() -> None:
    (pixel,) = LENS.project([(1.0, 0.1, 0.7)], POSITION, ROTATION)
    assert pixel == pytest.approx((38.0, 28.0))


@pytest.mark.parametrize(
    "point",
    [
        (-1.0, 0.0, 0.5),
        (0.0, 0.0, 0.5),
        (math.nan, 0.0, 0.5),
        (1.0, math.nan, 0.5),
        (math.inf, 0.0, 0.5),
        (0.02, 1e6, 0.5),
    ],
)
def test_what_the_camera_cannot_see_has_no_pixel(point: tuple[float, float, float]) -> None:
    assert LENS.project([point], POSITION, ROTATION) == [None]


def test_no_points_have_no_pixels() -> None:
    assert LENS.project([], POSITION, ROTATION) == []


def test_a_resized_image_is_seen_through_a_resized_lens() -> None:
    lens = LENS.resized(480, 480)
    assert lens is not None
    (pixel,) = lens.project([(1.0, 0.1, 0.7)], POSITION, ROTATION)
    assert pixel == pytest.approx((190.0, 140.0))


@pytest.mark.parametrize("size", [(96, 72), (128, 96), (0, 96), (96, 0)])
def test_an_image_of_another_shape_is_not_guessed_at(size: tuple[int, int]) -> None:
    assert LENS.resized(*size) is None
