# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Against lenses whose distortion is written out here, as REP 104 and the papers say it."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from vla_ros.observe.image import fit_image
from vla_ros.observe.undistort import fault_of_lens, fit_angle, fit_lens, make_remap
from vla_ros.policy.images import CropSpec
from vla_ros.types import FloatArray
from vla_ros.view.camera import Lens

SIZE = (320, 240)
BARREL = Lens(
    focal=(160.0, 158.0),
    center=(163.0, 117.0),
    size=SIZE,
    model="plumb_bob",
    coefficients=(-0.18, 0.04, 0.002, -0.003, 0.001),
)
RATIONAL = replace(
    BARREL,
    model="rational_polynomial",
    coefficients=(0.1, 0.02, 0.001, -0.002, 0.003, 0.25, 0.05, 0.004),
)
FISHEYE = replace(BARREL, model="equidistant", coefficients=(0.02, -0.01, 0.004, -0.001))
STRAIGHT = replace(BARREL, coefficients=(0.0,) * 5)
LENSES = (BARREL, RATIONAL, FISHEYE)


def distort(lens: Lens, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return columns and rows of where a lens shows the directions (x, y, 1)."""
    r2 = x * x + y * y
    if lens.model == "equidistant":
        radius = np.sqrt(r2)
        angle = np.arctan(radius)
        k1, k2, k3, k4 = lens.coefficients
        long = angle * (1 + k1 * angle**2 + k2 * angle**4 + k3 * angle**6 + k4 * angle**8)
        scale = np.where(radius > 0.0, long / np.maximum(radius, 1e-12), 1.0)
        u, v = x * scale, y * scale
    else:
        k1, k2, p1, p2, k3, k4, k5, k6 = (*lens.coefficients, 0.0, 0.0, 0.0)[:8]
        scale = (1 + k1 * r2 + k2 * r2**2 + k3 * r2**3) / (1 + k4 * r2 + k5 * r2**2 + k6 * r2**3)
        u = x * scale + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
        v = y * scale + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
    return lens.focal[0] * u + lens.center[0], lens.focal[1] * v + lens.center[1]


def directions(lens: Lens) -> tuple[FloatArray, FloatArray]:
    """Return (x, y, 1) of all pixels of a pinhole camera."""
    rows, columns = np.indices(lens.size[::-1])
    (fx, fy), (cx, cy) = lens.focal, lens.center
    return (columns - cx) / fx, (rows - cy) / fy


def ramp() -> np.ndarray:
    """A depth image whose values say their own place: column, and row in the fraction."""
    rows, columns = np.indices(SIZE[::-1])
    return (columns + rows / 1000.0).astype(np.float32)


def smooth(columns: FloatArray, rows: FloatArray) -> np.ndarray:
    """A picture without anything sharp, at any place."""
    waves = [np.sin(columns / 21 + k) + np.cos(rows / (17 + 3 * k)) for k in range(3)]
    return np.clip(127.5 + 60.0 * np.stack(waves, axis=-1), 0, 255)


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.model)
@pytest.mark.parametrize(
    ("crop", "size", "letterbox"),
    [
        (None, SIZE, False),
        (None, (96, 96), True),
        (None, (64, 48), False),
        (CropSpec(left=0.25, top=0.1, right=0.75, bottom=0.9), (96, 96), False),
        (CropSpec(left=0.5), (200, 100), True),
    ],
)
def test_a_pixel_shows_the_direction_that_the_pinhole_says(
    lens: Lens, crop: CropSpec | None, size: tuple[int, int], letterbox: bool
) -> None:
    target = fit_lens(lens, crop, *size, letterbox=letterbox)
    rows, columns = np.indices(SIZE[::-1])
    seen = make_remap(lens, target, mixes=True).apply(smooth(columns, rows).astype(np.uint8))
    wanted = smooth(*distort(lens, *directions(target.lens)))
    off = np.abs(target.inner.of(seen) - target.inner.of(wanted))
    assert seen.shape == (size[1], size[0], 3)
    assert np.median(off) < 2.0
    assert np.quantile(off, 0.99) < 6.0


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.model)
def test_depths_come_from_the_nearest_pixel_and_are_never_mixed(lens: Lens) -> None:
    target = fit_lens(lens, None, 96, 96, letterbox=True)
    found = make_remap(lens, target, mixes=False).apply(ramp())
    columns, rows = distort(lens, *directions(target.lens))
    shown = np.isfinite(found)
    assert np.isnan(found[:12]).all()
    assert np.isnan(found[-12:]).all()
    assert shown[12:-12].mean() > 0.99
    assert set(found[shown].tolist()) <= set(ramp().ravel().tolist())
    assert np.abs(np.floor(found) - columns)[shown].max() <= 0.52
    assert np.abs((found - np.floor(found)) * 1000.0 - rows)[shown].max() <= 0.6


def test_a_lens_that_distorts_nothing_gives_the_picture_as_it_was() -> None:
    image = np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    target = fit_lens(STRAIGHT, None, *SIZE, letterbox=False)
    assert (make_remap(STRAIGHT, target, mixes=True).apply(image) == image).all()


def test_what_is_resized_lies_where_it_lies_without_undistortion() -> None:
    rows, columns = np.indices(SIZE[::-1])
    image = smooth(columns, rows).astype(np.uint8)
    target = fit_lens(STRAIGHT, None, 96, 96, letterbox=True)
    found = make_remap(STRAIGHT, target, mixes=True).apply(image)
    assert np.abs(found.astype(int) - fit_image(image, 96, 96, letterbox=True)).max() <= 3


def test_straight_lines_become_straight() -> None:
    """A vertical line in space, bent by the lens, is one column again."""
    rows = np.linspace(-0.6, 0.6, 4000)
    columns, heights = distort(BARREL, np.full_like(rows, 0.55), rows)
    image = np.zeros((240, 320, 3), dtype=np.uint8)
    image[heights.round().astype(int), columns.round().astype(int)] = 255
    bent = np.nonzero(image[..., 0])[1]
    target = fit_lens(BARREL, None, *SIZE, letterbox=False)
    found = make_remap(BARREL, target, mixes=True).apply(image)[30:200, :, 0]
    places = found.argmax(axis=1)[found.max(axis=1) > 100]
    assert np.ptp(bent) >= 3
    assert np.abs(places - (0.55 * 160.0 + 163.0)).max() <= 1.0


def test_an_angle_is_what_the_width_shows() -> None:
    lens = fit_angle(2.0 * math.atan(0.5), 200, 100).lens
    x, y = directions(lens)
    half = 0.5 / 200
    assert (x[0, 0], x[0, -1]) == pytest.approx((-0.5 + half, 0.5 - half))
    assert (y[0, 0], y[-1, 0]) == pytest.approx((-0.25 + half, 0.25 - half))


def test_only_the_pixels_that_are_needed_are_read() -> None:
    target = fit_lens(
        BARREL, CropSpec(left=0.4, top=0.4, right=0.6, bottom=0.6), 32, 32, letterbox=False
    )
    box = make_remap(BARREL, target, mixes=True).box
    assert box.width < 0.25 * SIZE[0]
    assert box.height < 0.25 * SIZE[1]


@pytest.mark.parametrize("angle_rad", [1.2, 2.0, 2.9])
def test_what_a_camera_does_not_see_is_black_and_counted(angle_rad: float) -> None:
    remap = make_remap(BARREL, fit_angle(angle_rad, 96, 96), mixes=True)
    found = remap.apply(np.full((240, 320, 3), 200, dtype=np.uint8))
    share = float((found[..., 0] > 0).mean())
    assert share == pytest.approx(remap.seen, abs=0.05)
    assert remap.seen < 1.0 if angle_rad > 1.5 else remap.seen == 1.0


def test_what_a_model_shows_a_second_time_is_not_seen() -> None:
    """Beyond its range this one turns back, and shows the middle of the picture again."""
    lens = replace(BARREL, coefficients=(-0.5, 0.0, 0.0, 0.0))
    remap = make_remap(lens, fit_angle(2.4, 96, 96), mixes=True)
    assert remap.seen < 0.5


@pytest.mark.parametrize("number", [1e30, -1e30, 1e300])
@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.model)
def test_numbers_that_mean_nothing_show_nothing(lens: Lens, number: float) -> None:
    wrong = replace(lens, coefficients=(number, *lens.coefficients[1:]))
    target = fit_lens(wrong, None, 96, 96, letterbox=False)
    assert make_remap(wrong, target, mixes=True).seen < 0.1


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"model": ""}, "says distortion_model '', wanted one of plumb_bob, rational_polynomial"),
        ({"model": "thin_prism_fisheye"}, "says distortion_model 'thin_prism_fisheye'"),
        ({"coefficients": ()}, "has 0 numbers in d, wanted 4 or 5 for plumb_bob"),
        ({"model": "equidistant"}, "has 5 numbers in d, wanted 4 for equidistant"),
        ({"model": "rational_polynomial"}, "has 5 numbers in d, wanted 8 for rational_polynomial"),
        ({"coefficients": (0.0, math.nan, 0.0, 0.0)}, "has d = .*nan.*, wanted finite numbers"),
        ({"coefficients": (math.inf, 0.0, 0.0, 0.0)}, "has d = .*inf.*, wanted finite numbers"),
        ({"size": (40000, 300)}, "is for 40000x300 pixels, wanted 32766 at most"),
    ],
)
def test_a_lens_that_cannot_be_undone_is_named(changes: dict[str, object], text: str) -> None:
    assert re.match(text, fault_of_lens(replace(BARREL, **changes)))


@pytest.mark.parametrize("lens", [*LENSES, STRAIGHT, replace(BARREL, coefficients=(0.1,) * 4)])
def test_a_lens_without_fault_has_none(lens: Lens) -> None:
    assert fault_of_lens(lens) == ""
