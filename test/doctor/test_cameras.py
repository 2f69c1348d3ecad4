# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest
from healthy import camera

from vla_ros.doctor.cameras import check_info
from vla_ros.doctor.line import Level
from vla_ros.policy.images import ImageSpec

PLAIN = ImageSpec(key="a", camera="front", width=96, height=96, letterbox=True)
UNDISTORTED = PLAIN.model_copy(update={"undistort": True})
ANGLE = PLAIN.model_copy(update={"field_of_view_rad": 1.0})


@pytest.mark.parametrize("image", [PLAIN, UNDISTORTED, ANGLE])
def test_a_camera_info_that_fits_passes(image: ImageSpec) -> None:
    assert check_info(camera("front"), [image]).level is Level.PASS


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"width": 640}, "is for 640x128 pixels, the images have 128x128"),
        ({"calibrated": False}, "has no focal length"),
        ({"fault": "has 3 numbers in d"}, "has 3 numbers in d, and the policy wants undistorted"),
    ],
)
def test_what_a_policy_cannot_undistort_with_fails(change: dict[str, object], text: str) -> None:
    seen = camera("front")
    assert seen.info is not None
    seen = replace(seen, info=replace(seen.info, **change))
    line = check_info(seen, [UNDISTORTED])
    assert line.level is Level.FAIL
    assert text in line.found
    assert check_info(seen, [PLAIN]).level < Level.FAIL


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"width": 640}, Level.FAIL),
        ({"width": 640, "height": 640}, Level.WARN),
        ({"calibrated": False}, Level.FAIL),
    ],
)
def test_a_field_of_view_wants_a_lens_of_the_same_shape(
    change: dict[str, object], level: Level
) -> None:
    seen = camera("front")
    assert seen.info is not None
    seen = replace(seen, info=replace(seen.info, **change))
    assert check_info(seen, [ANGLE]).level is level


@pytest.mark.parametrize(
    ("image", "text"),
    [(PLAIN, "does not need it"), (UNDISTORTED, "gets none"), (ANGLE, "gets none")],
)
def test_a_missing_camera_info_is_told_with_what_it_is_for(image: ImageSpec, text: str) -> None:
    line = check_info(replace(camera("front"), info=None), [image])
    assert line.level is Level.WARN
    assert text in line.remedy
