# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

pytest.importorskip("diagnostic_msgs")

from diagnostic_msgs.msg import DiagnosticStatus

from vla_ros.observe.buffer import StreamReport
from vla_ros.ros.diagnostics import encode_diagnostics, encode_stream
from vla_ros.ros.stamps import decode_time

pytestmark = pytest.mark.ros

WELL = StreamReport(name="camera 'front'", age_ms=12.34, rate_hz=30.0, received=90, dropped=2)


def test_a_stream_shows_age_rate_and_losses() -> None:
    status = encode_stream(WELL, "", "sim_arm")
    assert (status.level, status.message) == (DiagnosticStatus.OK, "fresh")
    assert status.name == "vla_ros: camera 'front'"
    values = {pair.key: pair.value for pair in status.values}
    assert values == {
        "age_ms": "12.3",
        "rate_hz": "30.0",
        "received": "90",
        "dropped": "2",
        "frozen": "false",
    }


def test_what_is_wrong_is_an_error_with_its_reason() -> None:
    status = encode_stream(WELL, "newest image is 312 ms old", "sim_arm")
    assert (status.level, status.message) == (DiagnosticStatus.ERROR, "newest image is 312 ms old")


def test_a_frozen_camera_is_an_error() -> None:
    status = encode_stream(replace(WELL, frozen=True), "", "sim_arm")
    assert (status.level, status.message) == (
        DiagnosticStatus.ERROR,
        "camera 'front' repeats itself",
    )
    slow = encode_stream(replace(WELL, frozen=True), "pictures come at 9.2 Hz", "sim_arm")
    assert slow.message == "camera 'front' repeats itself; pictures come at 9.2 Hz"


def test_the_message_is_stamped() -> None:
    message = encode_diagnostics([encode_stream(WELL, "", "sim_arm")], 1_500_000_000)
    assert decode_time(message.header.stamp) == 1_500_000_000
    assert len(message.status) == 1
