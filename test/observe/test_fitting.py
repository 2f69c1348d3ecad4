# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.errors import ObservationError
from vla_ros.observe.fitting import Fitting, make_fitting
from vla_ros.observe.image import crop_image, fit_image
from vla_ros.policy.images import CropSpec, ImageSpec
from vla_ros.view.camera import Lens

TOPIC = "/front/camera_info"
LENS = Lens(
    focal=(50.0, 50.0),
    center=(31.5, 23.5),
    size=(64, 48),
    model="plumb_bob",
    coefficients=(-0.1, 0.01, 0.0, 0.0, 0.0),
)
RED = np.full((48, 64, 3), (200, 30, 10), dtype=np.uint8)
FAR = np.full((48, 64), 2.0, dtype=np.float32)


def fitting(**changes: object) -> Fitting:
    view = ImageSpec(key="a", camera="front", width=32, height=32, letterbox=True)
    return make_fitting(view.model_copy(update=changes), TOPIC)


@pytest.mark.parametrize("lens", [None, LENS])
def test_a_picture_is_cut_and_resized_without_a_lens(lens: Lens | None) -> None:
    crop = CropSpec(left=0.25)
    cut = fitting(crop=crop)
    assert not cut.needs_lens
    cut.add_lens(lens)
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    wanted = fit_image(crop_image(image, crop), 32, 32, letterbox=True)
    assert (cut.fit(image) == wanted).all()
    assert cut.pinhole is None


def test_a_field_of_view_is_not_cut_out_of_a_picture_of_another_shape() -> None:
    cut = fitting(field_of_view_rad=0.6)
    cut.add_lens(LENS)
    assert (cut.fit(RED[::2, ::2]) == RED[0, 0]).all()
    assert (cut.fit_depth(FAR[::2, ::2]) == 2.0).all()
    with pytest.raises(ObservationError, match=r"picture has 48x48 .* the 64x48 of its CameraIn"):
        cut.fit(RED[:, :48])
    with pytest.raises(ObservationError, match=r"its depth image has 64x36 pixels, another shape"):
        cut.fit_depth(FAR[:36])


def test_undistorted_pictures_wait_for_the_lens() -> None:
    undistortion = fitting(undistort=True)
    assert undistortion.needs_lens
    for fit, image in ((undistortion.fit, RED), (undistortion.fit_depth, FAR)):
        with pytest.raises(ObservationError, match=f"wants undistorted .*topic info {TOPIC}"):
            fit(image)
    assert undistortion.pinhole is None
    undistortion.add_lens(LENS)
    fitted = undistortion.fit(RED)
    assert (fitted[:4] == 0).all()
    assert (fitted[4:-4] == RED[0, 0]).all()
    assert (fitted[-4:] == 0).all()


def test_depth_is_undistorted_with_its_picture_in_whatever_size_it_comes() -> None:
    undistortion = fitting(undistort=True)
    undistortion.add_lens(LENS)
    for step in (1, 2):
        fitted = undistortion.fit_depth(FAR[::step, ::step])
        assert fitted.dtype == np.float32
        assert np.isnan(fitted[:4]).all()
        assert (fitted[4:-4] == 2.0).all()


def test_depth_of_another_shape_is_refused() -> None:
    undistortion = fitting(undistort=True)
    undistortion.add_lens(LENS)
    with pytest.raises(ObservationError, match=r"depth image has 48x48 pixels, .* the 64x48 "):
        undistortion.fit_depth(FAR[:, :48])


def test_the_pinhole_says_what_the_fitted_picture_shows() -> None:
    whole, part, angle = (
        fitting(undistort=True),
        fitting(undistort=True, crop=CropSpec(left=0.5, top=0.25, right=1.0, bottom=0.75)),
        fitting(undistort=True, field_of_view_rad=2.0 * math.atan(0.25)),
    )
    found = []
    for each in (whole, part, angle):
        each.add_lens(LENS)
        assert each.pinhole is not None
        assert each.pinhole.coefficients == ()
        assert each.pinhole.size == (32, 32)
        found.append((*each.pinhole.focal, *each.pinhole.center))
    assert found[0] == pytest.approx((25.0, 25.0, 15.5, 15.5))
    assert found[1] == pytest.approx((50.0, 50.0, -0.5, 15.5))
    assert found[2] == pytest.approx((64.0, 64.0, 15.5, 15.5))


def test_tables_are_made_once_for_a_lens() -> None:
    undistortion = fitting(undistort=True)
    undistortion.add_lens(LENS)
    first = undistortion.pinhole
    undistortion.add_lens(replace(LENS))
    assert undistortion.pinhole is first
    undistortion.add_lens(replace(LENS, focal=(60.0, 60.0)))
    assert undistortion.pinhole != first


def test_a_picture_of_another_size_is_refused() -> None:
    undistortion = fitting(undistort=True)
    undistortion.add_lens(LENS)
    with pytest.raises(ObservationError, match=r"has 32x48 pixels, its CameraInfo is for 64x48"):
        undistortion.fit(RED[:, :32])


@pytest.mark.parametrize(
    ("lens", "text"),
    [
        (None, "its CameraInfo lacks a focal length or a size, and the policy wants undist"),
        (replace(LENS, model="omni"), "says distortion_model 'omni', wanted one of plumb_bob"),
        (replace(LENS, coefficients=(math.nan,) * 5), "wanted finite numbers, and the policy"),
        (replace(LENS, coefficients=(-0.1,)), "has 1 numbers in d, wanted 4 or 5"),
        (replace(LENS, coefficients=(90.0, 0, 0, 0, 0)), r"it sees \d+\.\d% of the undistorted"),
        (replace(LENS, coefficients=(1e300,) * 5), r"it sees 0\.\d% of the undistorted picture"),
        (replace(LENS, center=(900.0, 23.5)), r"it sees 0.0% of the undistorted"),
    ],
)
def test_a_lens_that_is_no_use_is_named_until_a_better_one_comes(
    lens: Lens | None, text: str
) -> None:
    undistortion = fitting(undistort=True, field_of_view_rad=0.5)
    undistortion.add_lens(LENS)
    undistortion.add_lens(lens)
    for fit, image in ((undistortion.fit, RED), (undistortion.fit_depth, FAR)):
        with pytest.raises(ObservationError, match=text):
            fit(image)
    assert undistortion.pinhole is None
    undistortion.add_lens(LENS)
    assert (undistortion.fit(RED) == RED[0, 0]).all()


def test_an_angle_that_the_lens_does_not_show_is_refused() -> None:
    undistortion = fitting(undistort=True, field_of_view_rad=1.6)
    undistortion.add_lens(LENS)
    with pytest.raises(ObservationError, match=r"it sees .*%.* wanted 98%.*field_of_view_rad"):
        undistortion.fit(RED)
