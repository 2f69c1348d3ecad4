# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from vla_ros.observe.frozen import FrozenDetector
from vla_ros.types import CameraFrame, DepthArray, DepthFrame, ImageArray

MS = 1_000_000
MOVING, STILL = 0.2, 0.0


def frame(stamp_ms: int, image: ImageArray, arrival_ms: int | None = None) -> CameraFrame:
    arrival = stamp_ms + 5 if arrival_ms is None else arrival_ms
    return CameraFrame(
        camera="front", stamp_ns=stamp_ms * MS, arrival_ns=arrival * MS, image=image
    )


def picture(seed: int) -> ImageArray:
    return np.random.default_rng(seed).integers(0, 256, (48, 64, 3), dtype=np.uint8)


@pytest.fixture
def detector() -> FrozenDetector:
    """Return a detector with the usual half second."""
    return FrozenDetector(0.5)


def test_a_live_camera_is_never_frozen(detector: FrozenDetector) -> None:
    for k in range(40):
        assert not detector.see(frame(50 * k, picture(k)), MOVING)


def test_the_same_pixels_while_the_arm_moves_are_frozen_after_half_a_second(
    detector: FrozenDetector,
) -> None:
    seen = [detector.see(frame(50 * k, picture(0).copy()), MOVING) for k in range(12)]
    assert seen == [False] * 10 + [True] * 2


@pytest.mark.parametrize("speed_rad_s", [STILL, 0.05, math.nan])
def test_the_same_pixels_while_the_arm_rests_prove_nothing(
    detector: FrozenDetector, speed_rad_s: float
) -> None:
    for k in range(40):
        assert not detector.see(frame(50 * k, picture(0)), speed_rad_s)


def test_the_time_counts_from_when_the_arm_begins_to_move(detector: FrozenDetector) -> None:
    for k in range(40):
        detector.see(frame(50 * k, picture(0)), STILL)
    seen = [detector.see(frame(2000 + 50 * k, picture(0)), MOVING) for k in range(11)]
    assert seen == [False] * 9 + [True] * 2


def test_a_camera_stays_frozen_when_the_arm_stops_because_of_it(detector: FrozenDetector) -> None:
    for k in range(12):
        detector.see(frame(50 * k, picture(0)), MOVING)
    for k in range(12, 40):
        assert detector.see(frame(50 * k, picture(0)), STILL)


def test_one_different_pixel_ends_it(detector: FrozenDetector) -> None:
    for k in range(12):
        detector.see(frame(50 * k, picture(0)), MOVING)
    other = picture(0)
    other[7, 3, 1] ^= 1
    assert not detector.see(frame(600, other), MOVING)
    assert not detector.frozen


def test_a_stamp_that_stands_still_is_frozen_even_if_the_arm_rests(
    detector: FrozenDetector,
) -> None:
    seen = [
        detector.see(frame(100, picture(k), arrival_ms=105 + 50 * k), STILL) for k in range(12)
    ]
    assert seen == [False] * 10 + [True] * 2
    assert not detector.see(frame(150, picture(99), arrival_ms=800), STILL)


def test_only_other_pixels_with_a_newer_stamp_end_it(detector: FrozenDetector) -> None:
    for k in range(12):
        detector.see(frame(100, picture(0), arrival_ms=105 + 50 * k), STILL)
    assert detector.see(frame(150, picture(0), arrival_ms=700), STILL)
    assert detector.see(frame(150, picture(1), arrival_ms=750), STILL)
    assert not detector.see(frame(200, picture(2), arrival_ms=800), STILL)


def test_a_picture_of_another_size_is_another_picture(detector: FrozenDetector) -> None:
    for k in range(40):
        image = np.zeros((48, 64 + k % 2, 3), dtype=np.uint8)
        assert not detector.see(frame(50 * k, image), MOVING)


def test_a_clock_set_back_begins_anew(detector: FrozenDetector) -> None:
    for k in range(12):
        detector.see(frame(5000 + 50 * k, picture(0)), MOVING)
    assert not detector.see(frame(100, picture(0)), MOVING)


def test_pictures_are_numbered_by_their_pixels(detector: FrozenDetector) -> None:
    numbers = []
    for k, seed in enumerate((0, 0, 1, 1, 0)):
        detector.see(frame(50 * k, picture(seed)), STILL)
        numbers.append(detector.picture)
    assert numbers == [1, 1, 2, 2, 3]


def deep(stamp_ms: int, depth_m: DepthArray) -> DepthFrame:
    return DepthFrame(
        camera="front", stamp_ns=stamp_ms * MS, arrival_ns=(stamp_ms + 5) * MS, depth_m=depth_m
    )


def hills(seed: int) -> DepthArray:
    """Return a depth image with a hole."""
    depth_m = np.random.default_rng(seed).random((48, 64), dtype=np.float32)
    depth_m[:5, :5] = np.nan
    return depth_m


def test_the_same_depth_while_the_arm_moves_is_frozen_also_with_holes(
    detector: FrozenDetector,
) -> None:
    seen = [detector.see(deep(50 * k, hills(0)), MOVING) for k in range(12)]
    assert seen == [False] * 10 + [True] * 2
    assert not detector.see(deep(600, hills(1)), MOVING)


def test_depth_that_was_measured_nowhere_proves_nothing(detector: FrozenDetector) -> None:
    """A camera in the hand that is nearer to a thing than it can measure."""
    nothing = np.full((48, 64), np.nan, np.float32)
    for k in range(40):
        assert not detector.see(deep(50 * k, nothing.copy()), MOVING)
