# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
import cv2
import numpy as np
import pytest

from vla_ros.ros.jpeg import fault_of_jpeg

PLAIN = ()
PROGRESSIVE = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
RESTARTS = (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)
BOTH = (*PROGRESSIVE, *RESTARTS)
KINDS = (PLAIN, PROGRESSIVE, RESTARTS, BOTH)


def jpeg(options, quality=95):
    """Return a file of 160x120 pixels of noise, which has many bytes 0xFF in its picture data."""
    pixels = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality, *options])[1].tobytes()


def begin_of_picture(file):
    """Return where the data of the first scan begin."""
    scan = file.index(b"\xff\xda")
    return scan + 2 + int.from_bytes(file[scan + 2 : scan + 4], "big")


def fault(file):
    return fault_of_jpeg(memoryview(file))


@pytest.mark.parametrize("quality", [10, 60, 100])
@pytest.mark.parametrize("options", KINDS)
def test_a_whole_file_has_no_fault(options, quality):
    file = jpeg(options, quality)
    assert (b"\xff\xd0" in file) == (options in (RESTARTS, BOTH))
    assert (file.count(b"\xff\xda") > 1) == (options in (PROGRESSIVE, BOTH))
    assert fault(file) == ""


@pytest.mark.parametrize("options", KINDS)
def test_random_bytes_behind_a_true_header_are_found(options):
    file = jpeg(options)
    begin = begin_of_picture(file)
    for seed in range(200):
        noise = np.random.default_rng(seed).bytes(len(file) - begin - 2)
        spoiled = file[:begin] + noise + file[-2:]
        assert fault(spoiled) != "", seed


@pytest.mark.parametrize("options", KINDS)
def test_two_thousand_foreign_bytes_are_found_wherever_they_are(options):
    file = jpeg(options)
    begin, generator = begin_of_picture(file), np.random.default_rng(2)
    for at in range(begin, len(file) - 2010, 500):
        assert fault(file[:at] + generator.bytes(2000) + file[at + 2000 :]) != "", at


@pytest.mark.parametrize("options", [RESTARTS, BOTH])
def test_a_lost_part_with_a_restart_is_found(options):
    file = jpeg(options)
    at = file.index(b"\xff\xd3")
    assert "lack a part between two restarts" in fault(file[:at] + file[at + 2 :])


def test_a_restart_in_a_file_without_restarts_is_found():
    file = jpeg(PLAIN)
    at = begin_of_picture(file) + 100
    assert f"byte {at} of {len(file)}" in fault(file[:at] + b"\xff\xd0" + file[at + 2 :])


def test_marks_may_be_repeated_and_a_file_padded():
    file = jpeg(PLAIN)
    scan = file.index(b"\xff\xda")
    filled = file[:scan] + b"\xff\xff" + file[scan:-2] + b"\xff" + file[-2:] + bytes(60)
    assert fault(filled) == ""


@pytest.mark.parametrize("options", KINDS)
def test_what_cameras_add_to_a_whole_picture_is_no_fault(options):
    file = jpeg(options)
    assert fault(file + bytes(500) + file[-2:]) == ""
    assert fault(file + file) == ""
    tables = file.index(b"\xff\xdb")
    assert fault(file[:tables] + b"\0\0" + file[tables:]) == ""
    assert fault(file[:-2] + b"\xff\xd5" + file[-2:]) == ""


@pytest.mark.parametrize("options", KINDS)
def test_an_end_before_the_last_bytes_is_found(options):
    file = jpeg(options)
    at = begin_of_picture(file) + 5
    assert "its end is at byte" in fault(file[:at] + b"\xff\xd9" + file[at:])


@pytest.mark.parametrize("keep", [2, 3, 4, 100, 700])
def test_a_part_of_a_file_is_found(keep):
    assert fault(jpeg(PLAIN)[:keep]) != ""
