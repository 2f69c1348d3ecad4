# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.view.picture import draw_picture

GREEN = (0.0, 1.0, 0.0, 1.0)
IMAGE = np.full((96, 96, 3), 100, dtype=np.uint8)


def green(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 1] > 200) & (picture[..., 0] < 60) & (picture[..., 2] < 60)


def test_the_image_is_enlarged_with_a_frame_and_text_below() -> None:
    picture = draw_picture(IMAGE, [], ["'nod'", "RUN PASS"], GREEN, 480)
    assert picture.dtype == np.uint8
    assert picture.shape[1] == 480
    assert picture.shape[0] > 480 + 2 * 16
    assert green(picture[0, :]).all()
    assert picture[240, 240].tolist() == [100, 100, 100]
    assert (picture[480:] > 200).any()
    assert IMAGE.max() == 100  # Not drawn into.


def test_a_large_image_keeps_its_size() -> None:
    assert draw_picture(np.zeros((600, 800, 3), np.uint8), [], [], GREEN, 480).shape[1] == 800


def test_the_way_is_where_its_pixels_are() -> None:
    picture = draw_picture(IMAGE, [(24.0, 48.0), (72.0, 48.0)], [], GREEN, 480)
    inside = green(picture[20:460, 20:460])
    rows, columns = np.nonzero(inside)
    assert abs(rows.mean() + 20 - 240) < 1.5
    assert columns.min() + 20 == pytest.approx(117, abs=3)
    assert columns.max() + 20 == pytest.approx(363, abs=3)


def test_a_point_out_of_sight_interrupts_the_way() -> None:
    picture = draw_picture(IMAGE, [(24.0, 48.0), None, (72.0, 48.0)], [], GREEN, 480)
    assert not green(picture[200:280, 200:280]).any()


def test_a_long_line_is_broken_and_fits() -> None:
    words = "remove the cause, then call ~/reset and ~/arm " * 4
    short = draw_picture(IMAGE, [], ["x"], GREEN, 480)
    long = draw_picture(IMAGE, [], [words], GREEN, 480)
    assert long.shape[0] >= short.shape[0] + 40
    assert (long[480:, -4:] < 60).all()


def test_letters_that_cannot_be_drawn_do_not_fail() -> None:
    draw_picture(IMAGE, [], ["lege den Würfel in die Schüssel"], GREEN, 480)
