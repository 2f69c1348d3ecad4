# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.observe.image import fit_image

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
