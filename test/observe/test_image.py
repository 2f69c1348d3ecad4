# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.observe.image import crop_image, fit_depth, fit_image, part_of_view
from vla_ros.policy.images import CropSpec
from vla_ros.view.camera import Lens

RED = np.array([200, 30, 10], dtype=np.uint8)


def test_an_image_of_the_right_size_is_not_copied() -> None:
    image = np.zeros((96, 96, 3), dtype=np.uint8)
    assert fit_image(image, 96, 96, letterbox=True) is image


@pytest.mark.parametrize("letterbox", [True, False])
@pytest.mark.parametrize(("height", "width"), [(480, 640), (48, 32), (100, 100)])
def test_the_result_has_the_size_asked_for(height: int, width: int, letterbox: bool) -> None:
    image = np.full((height, width, 3), RED)
    fitted = fit_image(image, 96, 64, letterbox=letterbox)
    assert fitted.shape == (64, 96, 3)
    assert fitted.dtype == np.uint8
    assert (fitted[32, 48] == RED).all()


def test_a_wide_image_gets_black_above_and_below() -> None:
    fitted = fit_image(np.full((100, 200, 3), RED), 96, 96, letterbox=True)
    assert (fitted[:24] == 0).all()
    assert (fitted[24:72] == RED).all()
    assert (fitted[72:] == 0).all()


def test_a_tall_image_gets_black_on_both_sides() -> None:
    fitted = fit_image(np.full((200, 100, 3), RED), 96, 96, letterbox=True)
    assert (fitted[:, :24] == 0).all()
    assert (fitted[:, 24:72] == RED).all()


def test_a_stretched_image_fills_everything() -> None:
    assert (fit_image(np.full((100, 200, 3), RED), 96, 96, letterbox=False) == RED).all()


def test_pixels_that_merge_are_averaged() -> None:
    board = np.indices((192, 192)).sum(axis=0) % 2 * 255
    image = np.repeat(board[:, :, None], 3, axis=2).astype(np.uint8)
    assert np.abs(fit_image(image, 96, 96, letterbox=False).astype(int) - 128).max() <= 1


def test_a_very_thin_image_keeps_a_pixel() -> None:
    fitted = fit_image(np.full((2, 1000, 3), RED), 96, 96, letterbox=True)
    assert fitted.any()


def test_a_view_with_padded_rows_is_resized() -> None:
    padded = np.full((100, 230, 3), RED)
    assert (fit_image(padded[:, :200], 50, 25, letterbox=True) == RED).all()


@pytest.mark.parametrize(
    ("crop", "shape"),
    [
        (CropSpec(), (40, 60)),
        (CropSpec(left=0.25, right=0.75), (40, 30)),
        (CropSpec(top=0.5, bottom=0.55), (2, 60)),
    ],
)
def test_a_part_is_a_view_of_the_picture(crop: CropSpec, shape: tuple[int, int]) -> None:
    image = np.arange(40 * 60 * 3, dtype=np.uint8).reshape(40, 60, 3)
    part = crop_image(image, crop)
    assert part.shape == (*shape, 3)
    assert np.shares_memory(part, image)
    left, top = round(crop.left * 60), round(crop.top * 40)
    assert (part == image[top : top + shape[0], left : left + shape[1]]).all()


def test_a_part_of_a_tiny_picture_keeps_a_pixel() -> None:
    image = np.zeros((1, 1, 3), dtype=np.uint8)
    assert crop_image(image, CropSpec(left=0.9)).shape == (1, 1, 3)


def test_a_part_is_resized_as_a_picture_of_its_own() -> None:
    image = np.zeros((100, 200, 3), dtype=np.uint8)
    image[:, 100:] = RED
    part = crop_image(image, CropSpec(left=0.5))
    assert (fit_image(part, 32, 32, letterbox=False) == RED).all()


def test_depths_are_never_mixed() -> None:
    depth_m = np.full((90, 120), np.nan, dtype=np.float32)
    depth_m[:, 60:] = 1.5
    depth_m[::7, ::5] = 0.25
    fitted = fit_depth(depth_m, 32, 24, letterbox=False)
    assert fitted.shape == (24, 32)
    assert set(fitted[np.isfinite(fitted)].tolist()) <= {1.5, 0.25}


@pytest.mark.parametrize("old", [(120, 90), (72, 54), (48, 36), (60, 45), (12, 9)])
def test_depth_shows_what_the_picture_shows(old: tuple[int, int]) -> None:
    """Of a slope, the nearest pixel may be half a pixel beside the mean; never more on average."""
    columns, rows = np.meshgrid(np.arange(old[0]), np.arange(old[1]))
    for slope in (2 * columns, 2 * rows):
        picture = np.repeat(slope[:, :, None], 3, axis=2).astype(np.uint8)
        colour = fit_image(picture, 24, 18, letterbox=True)[:, :, 0].astype(float)
        depth = fit_depth(slope.astype(np.float32), 24, 18, letterbox=True)
        assert abs(float((depth - colour).mean())) <= 1.3  # Half a pixel is 1.0.


def test_the_frame_around_a_depth_image_was_not_measured() -> None:
    fitted = fit_depth(np.full((50, 100), 2.0, np.float32), 32, 32, letterbox=True)
    assert np.isnan(fitted[:8]).all()
    assert np.isnan(fitted[-8:]).all()
    assert (fitted[8:-8] == 2.0).all()


def test_the_part_of_a_field_of_view_lies_around_the_axis() -> None:
    """A lens of 90 degrees across 200 pixels, its axis 10 pixels right of the middle."""
    lens = Lens(focal=(100.0, 100.0), center=(110.0, 75.0), size=(200, 150))
    part = part_of_view(lens, 2.0 * math.atan(0.5), 1.0)
    assert part is not None
    assert (part.left, part.right) == pytest.approx((0.3, 0.8))
    assert (part.top, part.bottom) == pytest.approx((25 / 150, 125 / 150))


@pytest.mark.parametrize("angle_rad", [2.0, 3.0])
def test_a_lens_that_shows_less_has_no_such_part(angle_rad: float) -> None:
    lens = Lens(focal=(100.0, 100.0), center=(100.0, 75.0), size=(200, 150))
    assert part_of_view(lens, angle_rad, 4 / 3) is None


def test_a_hair_that_is_missing_at_the_edge_is_not_missed() -> None:
    lens = Lens(focal=(100.0, 100.0), center=(100.0, 75.0), size=(200, 150))
    part = part_of_view(lens, math.pi / 2 + 0.01, 4 / 3)
    assert part is not None
    assert (part.left, part.right) == (0.0, 1.0)
