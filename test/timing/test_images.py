# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from vla_ros.timing.hops import add_rest, total_ms
from vla_ros.timing.images import NewestImages
from vla_ros.types import CameraFrame

MS = 1_000_000


def see(
    images: NewestImages, camera: str, stamp_ms: int, transport_ms: float | None = 4.0
) -> None:
    """Have an image arrive 10 ms after its stamp, and be ready 2 ms later."""
    frame = CameraFrame(
        camera=camera,
        stamp_ns=stamp_ms * MS,
        arrival_ns=(stamp_ms + 10) * MS,
        image=np.zeros((2, 2, 3), np.uint8),
    )
    images.note(camera, frame, (stamp_ms + 12) * MS, transport_ms)


def noted(transport_ms: float | None = 4.0, **cameras: int) -> NewestImages:
    images = NewestImages()
    for camera, stamp_ms in cameras.items():
        see(images, camera, stamp_ms, transport_ms)
    return images


def test_the_image_that_gives_the_stamp_tells_its_way() -> None:
    hops = noted(front=100, wrist=105).hops(100 * MS, 120 * MS)
    assert dict(hops) == pytest.approx(
        {"camera": 6.0, "image_transport": 4.0, "decode": 2.0, "camera_wait": 8.0}
    )


def test_hops_add_up_to_the_age_when_it_is_published() -> None:
    hops = add_rest(noted(front=100).hops(100 * MS, 120 * MS), "assemble", 100 * MS, 121 * MS)
    assert total_ms(hops) == pytest.approx(21.0)


def test_where_the_time_of_sending_is_not_known_camera_tells_both() -> None:
    hops = dict(noted(transport_ms=None, front=100).hops(100 * MS, 120 * MS))
    assert hops["camera"] == pytest.approx(10.0)
    assert "image_transport" not in hops


def test_an_observation_of_an_image_that_nobody_noted_tells_nothing() -> None:
    assert noted(front=100).hops(99 * MS, 120 * MS) == ()
    assert NewestImages().hops(99 * MS, 120 * MS) == ()


def test_only_the_newest_image_of_a_camera_counts() -> None:
    images = noted(front=100)
    see(images, "front", 133)
    assert images.hops(100 * MS, 140 * MS) == ()


def test_the_camera_that_the_others_wait_for_is_named() -> None:
    images = noted(front=100, wrist=105)
    for _ in range(3):
        images.hops(100 * MS, 120 * MS)
    see(images, "front", 106)
    images.hops(105 * MS, 120 * MS)
    assert images.tell_last() == "wrist 75%, front 25%"


def test_one_camera_waits_for_nobody() -> None:
    images = noted(front=100)
    images.hops(100 * MS, 120 * MS)
    assert images.tell_last() == ""
    assert noted(front=100, wrist=105).tell_last() == ""
