# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.types import Gaze
from vla_ros.view.gaze import GOAL, OBJECT, draw_gaze

GAZE = Gaze(camera="front", object_uv=(0.25, 0.5), goal_uv=(0.75, 0.25))


def center(picture: np.ndarray, color: tuple[int, int, int]) -> tuple[float, float]:
    """Middle of all pixels of a colour, as fractions of the picture; above the legend."""
    height, width, _ = picture.shape
    rows, columns = np.nonzero((picture[: height - 22] == color).all(-1))
    assert len(rows) > 10
    return float(columns.mean() / width), float(rows.mean() / height)


@pytest.mark.parametrize("side", [120, 480])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_the_signs_are_where_the_policy_looks_and_seen_on_any_ground(side: int, grey: int) -> None:
    picture = np.full((side, side, 3), grey, np.uint8)
    draw_gaze(picture, GAZE)
    assert center(picture, OBJECT) == pytest.approx(GAZE.object_uv, abs=0.01)
    assert center(picture, GOAL) == pytest.approx(GAZE.goal_uv, abs=0.01)


def test_the_object_is_still_seen_where_it_is_at_its_goal() -> None:
    picture = np.zeros((480, 480, 3), np.uint8)
    draw_gaze(picture, Gaze(camera="front", object_uv=(0.5, 0.5), goal_uv=(0.5, 0.5)))
    assert center(picture, OBJECT) == pytest.approx((0.5, 0.5), abs=0.01)
    assert center(picture, GOAL) == pytest.approx((0.5, 0.5), abs=0.01)


@pytest.mark.parametrize("corner", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_a_place_at_the_edge_is_drawn_as_far_as_it_goes(corner: tuple[float, float]) -> None:
    picture = np.zeros((120, 120, 3), np.uint8)
    draw_gaze(picture, Gaze(camera="front", object_uv=corner, goal_uv=corner))
    assert picture.shape == (120, 120, 3)


def test_a_legend_along_the_lower_edge_says_which_sign_is_which() -> None:
    picture = np.full((240, 240, 3), 200, np.uint8)
    draw_gaze(picture, GAZE)
    band = picture[-22:]
    assert band[0, -1].tolist() == [66, 66, 66]
    colors = {tuple(pixel) for pixel in band.reshape(-1, 3).tolist()}
    assert {OBJECT, GOAL} <= colors
    assert picture[-23, -1].tolist() == [200, 200, 200]
